// OpenAI Responses.
//   whole:  {"id","object":"response","created_at","status","model","output":[{"type":"message",..,
//            "content":[{"type":"output_text","text","annotations"}]} |
//            {"type":"reasoning","summary":[..],"encrypted_content"} |
//            {"type":"function_call",..}], "usage"}
//   stream: response.created, response.in_progress, per output item: output_item.added,
//           (content_part.added, output_text.delta*, output_text.done, content_part.done) or
//           (function_call_arguments.delta*, function_call_arguments.done) or
//           (reasoning_summary_part.added, reasoning_summary_text.delta*, .done, _part.done),
//           output_item.done;
//           then response.completed. Every event has a sequence_number.
#include "llm/error_body.h"
#include "simulator/format.h"

namespace tidegate::simulator {
namespace {

class ResponsesFormat final : public Format {
 public:
  explicit ResponsesFormat(const Subject& subject) : subject_(subject) {}

  void whole(std::string& out) override { put_response(out, final_status(), Content::kFull); }

  void open(std::string& out) override {
    for (const std::string_view type : {"response.created", "response.in_progress"}) {
      start_event(out, type);
      out += R"(,"response":)";
      put_response(out, "in_progress", Content::kEmpty);
      end_event(out);
    }
  }

  void open_block(std::string& out, std::size_t, std::size_t block) override {
    start_item_event(out, "response.output_item.added", block);
    out += R"(,"item":)";
    put_item(out, block, "in_progress", Content::kEmpty);
    end_event(out);
    if (kind(block) == Block::Kind::kToolCall) return;
    start_text_event(out, "_part.added", "content_part.added", block);
    out += R"(,"part":)";
    put_part(out, block, {});
    end_event(out);
  }

  void token(std::string& out, std::size_t, std::size_t block, std::string_view text) override {
    if (kind(block) == Block::Kind::kToolCall) {
      start_item_event(out, "response.function_call_arguments.delta", block);
      put_item_id(out, block);
    } else {
      start_text_event(out, "_text.delta", "output_text.delta", block);
    }
    out += R"(,"delta":)";
    append_quoted(out, text);
    end_event(out);
  }

  void close_block(std::string& out, std::size_t, std::size_t block) override {
    const auto& text = blocks()[block].text;
    if (kind(block) == Block::Kind::kToolCall) {
      start_item_event(out, "response.function_call_arguments.done", block);
      put_item_id(out, block);
      out += R"(,"arguments":)";
      append_quoted(out, text);
      end_event(out);
    } else {
      start_text_event(out, "_text.done", "output_text.done", block);
      out += R"(,"text":)";
      append_quoted(out, text);
      end_event(out);
      start_text_event(out, "_part.done", "content_part.done", block);
      out += R"(,"part":)";
      put_part(out, block, text);
      end_event(out);
    }
    start_item_event(out, "response.output_item.done", block);
    out += R"(,"item":)";
    put_item(out, block, "completed", Content::kFull);
    end_event(out);
  }

  void close_choice(std::string&, std::size_t) override {}

  void close(std::string& out) override {
    start_event(out, final_status() == "completed" ? "response.completed" : "response.incomplete");
    out += R"(,"response":)";
    put_response(out, final_status(), Content::kFull);
    end_event(out);
  }

  void fail(std::string& out, std::string_view message) override {
    const auto id = "resp_" + subject_.id;
    constexpr llm::Call kCall{llm::Dialect::kOpenAi, llm::Operation::kResponses};
    out += llm::format_stream_error(kCall, {.status = 500, .message = message},
                                    {.response_id = id, .next_sequence_number = sequence_});
  }

 private:
  enum class Content : std::uint8_t { kEmpty, kFull };

  const Choice& choice() const { return subject_.answer.choices[0]; }
  const std::vector<Block>& blocks() const { return choice().blocks; }
  Block::Kind kind(std::size_t block) const { return blocks()[block].kind; }
  std::string_view final_status() const {
    return choice().finish == Finish::kLength ? "incomplete" : "completed";
  }

  void start_event(std::string& out, std::string_view type) {
    out += "event: ";
    out += type;
    out += "\ndata: {\"type\":\"";
    out += type;
    out += R"(","sequence_number":)";
    append_number(out, sequence_++);
  }
  static void end_event(std::string& out) { out += "}\n\n"; }
  void start_item_event(std::string& out, std::string_view type, std::size_t block) {
    start_event(out, type);
    out += R"(,"output_index":)";
    append_number(out, block);
  }
  // An event about the one text of an item: "reasoning_summary" and its ending, or a message's.
  void start_text_event(std::string& out, std::string_view summary_ending,
                        std::string_view message_event, std::size_t block) {
    const bool thinks = kind(block) == Block::Kind::kThinking;
    std::string type = thinks ? "response.reasoning_summary" : "response.";
    type += thinks ? summary_ending : message_event;
    start_item_event(out, type, block);
    put_item_id(out, block);
    out += thinks ? R"(,"summary_index":0)" : R"(,"content_index":0)";
    if (message_event.starts_with("output_text") && !thinks) out += R"(,"logprobs":[])";
  }

  static std::string_view id_prefix(Block::Kind kind) {
    switch (kind) {
      case Block::Kind::kThinking:
        return "rs_";
      case Block::Kind::kToolCall:
        return "fc_";
      case Block::Kind::kWords:
      case Block::Kind::kJson:
        break;
    }
    return "msg_";
  }
  static std::string_view item_type(Block::Kind kind) {
    switch (kind) {
      case Block::Kind::kThinking:
        return "reasoning";
      case Block::Kind::kToolCall:
        return "function_call";
      case Block::Kind::kWords:
      case Block::Kind::kJson:
        break;
    }
    return "message";
  }

  void put_id(std::string& out, std::size_t block) const {
    out += id_prefix(kind(block));
    out += subject_.id;
    append_number(out, block);
    out.push_back('"');
  }
  void put_item_id(std::string& out, std::size_t block) const {
    out += R"(,"item_id":")";
    put_id(out, block);
  }

  void put_part(std::string& out, std::size_t block, std::string_view text) const {
    const bool thinks = kind(block) == Block::Kind::kThinking;
    out += thinks ? R"({"type":"summary_text","text":)" : R"({"type":"output_text","text":)";
    append_quoted(out, text);
    out += thinks ? "}" : R"(,"annotations":[],"logprobs":[]})";
  }

  void put_item(std::string& out, std::size_t block, std::string_view status,
                Content content) const {
    const auto& said = blocks()[block];
    const bool is_full = content == Content::kFull;
    out += R"({"type":")";
    out += item_type(said.kind);
    out += R"(","id":")";
    put_id(out, block);
    if (said.kind == Block::Kind::kThinking) {
      out += R"(,"summary":[)";
      if (is_full) put_part(out, block, said.text);
      out += R"(],"encrypted_content":)";
      append_quoted(out, said.signature);
      out.push_back('}');
      return;
    }
    out += R"(,"status":")";
    out += status;
    out.push_back('"');
    if (said.kind == Block::Kind::kToolCall) {
      out += R"(,"call_id":")" + said.id + R"(","name":)";
      append_quoted(out, said.name);
      out += R"(,"arguments":)";
      append_quoted(out, is_full ? std::string_view(said.text) : std::string_view());
    } else {
      out += R"(,"role":"assistant","content":[)";
      if (is_full) put_part(out, block, said.text);
      out.push_back(']');
    }
    out.push_back('}');
  }

  void put_response(std::string& out, std::string_view status, Content content) const {
    out += R"({"id":"resp_)" + subject_.id + R"(","object":"response","created_at":)";
    append_number(out, static_cast<std::uint64_t>(subject_.created));
    out += R"(,"status":")";
    out += status;
    out += R"(","error":null,"incomplete_details":)";
    out += status == "incomplete" ? R"({"reason":"max_output_tokens"})" : "null";
    out += R"(,"instructions":null,"metadata":{},"parallel_tool_calls":true,"temperature":1.0,)"
           R"("tool_choice":"auto","tools":[],"top_p":1.0,"model":")";
    out += subject_.model;
    out += R"(","output":[)";
    for (std::size_t i = 0; content == Content::kFull && i < blocks().size(); ++i) {
      if (i > 0) out.push_back(',');
      put_item(out, i, "completed", Content::kFull);
    }
    out += R"(],"usage":)";
    if (content == Content::kFull) {
      put_usage(out);
    } else {
      out += "null";
    }
    out.push_back('}');
  }

  void put_usage(std::string& out) const {
    const auto& answer = subject_.answer;
    out += R"({"input_tokens":)";
    append_number(out, answer.input_tokens);
    out += R"(,"input_tokens_details":{"cached_tokens":)";
    append_number(out, answer.cached_tokens);
    out += R"(},"output_tokens":)";
    append_number(out, answer.output_tokens);
    out += R"(,"output_tokens_details":{"reasoning_tokens":)";
    append_number(out, answer.reasoning_tokens);
    out += R"(},"total_tokens":)";
    append_number(out, answer.input_tokens + answer.output_tokens);
    out.push_back('}');
  }

  const Subject& subject_;
  std::uint64_t sequence_ = 0;
};

}  // namespace

std::unique_ptr<Format> make_responses_format(const Subject& subject) {
  return std::make_unique<ResponsesFormat>(subject);
}

}  // namespace tidegate::simulator
