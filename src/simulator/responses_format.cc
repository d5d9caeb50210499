// OpenAI Responses.
//   whole:  {"id","object":"response","created_at","status","model","output":[{"type":"message",..,
//            "content":[{"type":"output_text","text","annotations"}]} |
//            {"type":"function_call",..}], "usage"}
//   stream: response.created, response.in_progress, per output item: output_item.added,
//           (content_part.added, output_text.delta*, output_text.done, content_part.done) or
//           (function_call_arguments.delta*, function_call_arguments.done), output_item.done;
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
    if (is_call(block)) return;
    start_part_event(out, "response.content_part.added", block);
    out += R"(,"part":)";
    put_part(out, {});
    end_event(out);
  }

  void token(std::string& out, std::size_t, std::size_t block, std::string_view text) override {
    if (is_call(block)) {
      start_item_event(out, "response.function_call_arguments.delta", block);
      put_item_id(out, block);
    } else {
      start_part_event(out, "response.output_text.delta", block);
    }
    out += R"(,"delta":)";
    append_quoted(out, text);
    end_event(out);
  }

  void close_block(std::string& out, std::size_t, std::size_t block) override {
    const auto& text = blocks()[block].text;
    if (is_call(block)) {
      start_item_event(out, "response.function_call_arguments.done", block);
      put_item_id(out, block);
      out += R"(,"arguments":)";
      append_quoted(out, text);
      end_event(out);
    } else {
      start_part_event(out, "response.output_text.done", block);
      out += R"(,"text":)";
      append_quoted(out, text);
      end_event(out);
      start_part_event(out, "response.content_part.done", block);
      out += R"(,"part":)";
      put_part(out, text);
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
    out += llm::format_stream_error(subject_.call, {.status = 500, .message = message},
                                    {.response_id = id, .next_sequence_number = sequence_});
  }

 private:
  enum class Content : std::uint8_t { kEmpty, kFull };

  const Choice& choice() const { return subject_.answer.choices[0]; }
  const std::vector<Block>& blocks() const { return choice().blocks; }
  bool is_call(std::size_t block) const { return blocks()[block].kind == Block::Kind::kToolCall; }
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
  void start_part_event(std::string& out, std::string_view type, std::size_t block) {
    start_item_event(out, type, block);
    put_item_id(out, block);
    out += R"(,"content_index":0)";
  }

  void put_item_id(std::string& out, std::size_t block) const {
    out += is_call(block) ? R"(,"item_id":"fc_)" : R"(,"item_id":"msg_)";
    out += subject_.id;
    append_number(out, block);
    out.push_back('"');
  }

  static void put_part(std::string& out, std::string_view text) {
    out += R"({"type":"output_text","text":)";
    append_quoted(out, text);
    out += R"(,"annotations":[],"logprobs":[]})";
  }

  void put_item(std::string& out, std::size_t block, std::string_view status,
                Content content) const {
    const auto& said = blocks()[block];
    const bool is_full = content == Content::kFull;
    out +=
        is_call(block) ? R"({"type":"function_call","id":"fc_)" : R"({"type":"message","id":"msg_)";
    out += subject_.id;
    append_number(out, block);
    out += R"(","status":")";
    out += status;
    out.push_back('"');
    if (is_call(block)) {
      out += R"(,"call_id":")" + said.id + R"(","name":)";
      append_quoted(out, said.name);
      out += R"(,"arguments":)";
      append_quoted(out, is_full ? std::string_view(said.text) : std::string_view());
    } else {
      out += R"(,"role":"assistant","content":[)";
      if (is_full) put_part(out, said.text);
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
