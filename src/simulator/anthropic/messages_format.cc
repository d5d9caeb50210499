// Anthropic messages.
//   whole:  {"id","type":"message","role","model","content":[{"type":"thinking",
//            "thinking","signature"} | {"type":"text","text"} |
//            {"type":"tool_use","id","name","input"}],"stop_reason","stop_sequence","usage"}
//   stream: message_start, (content_block_start, content_block_delta*, content_block_stop)*,
//           message_delta, message_stop; each as "event: <type>" and its data.
#include "llm/error_body.h"
#include "simulator/format.h"

namespace tidegate::simulator {
namespace {

std::string_view stop_reason(Finish finish) {
  switch (finish) {
    case Finish::kEnd:
      return R"("end_turn")";
    case Finish::kLength:
      return R"("max_tokens")";
    case Finish::kStop:
      return R"("stop_sequence")";
    case Finish::kToolCalls:
      return R"("tool_use")";
  }
  return R"("end_turn")";
}

// Up to the text of a delta.
std::string_view delta_of(Block::Kind kind) {
  switch (kind) {
    case Block::Kind::kThinking:
      return R"(,"delta":{"type":"thinking_delta","thinking":)";
    case Block::Kind::kToolCall:
      return R"(,"delta":{"type":"input_json_delta","partial_json":)";
    case Block::Kind::kWords:
    case Block::Kind::kJson:
      break;
  }
  return R"(,"delta":{"type":"text_delta","text":)";
}

class MessagesFormat final : public Format {
 public:
  explicit MessagesFormat(const Subject& subject) : subject_(subject) {}

  void whole(std::string& out) override {
    open_message(out);
    for (const auto& block : choice().blocks) {
      put_block(out, block, block.text);
      out.push_back(',');
    }
    if (out.back() == ',') out.pop_back();
    out.push_back(']');
    put_stop(out);
    put_usage(out, subject_.answer.output_tokens);
    out.push_back('}');
  }

  void open(std::string& out) override {
    out += "event: message_start\ndata: {\"type\":\"message_start\",\"message\":";
    open_message(out);
    out += R"(],"stop_reason":null,"stop_sequence":null)";
    put_usage(out, 1);
    out += "}}\n\n";
  }

  void open_block(std::string& out, std::size_t, std::size_t block) override {
    start_event(out, "content_block_start", block);
    out += R"(,"content_block":)";
    put_block(out, choice().blocks[block], {});
    out += "}\n\n";
  }

  void token(std::string& out, std::size_t, std::size_t block, std::string_view text) override {
    start_event(out, "content_block_delta", block);
    out += delta_of(choice().blocks[block].kind);
    append_quoted(out, text);
    out += "}}\n\n";
  }

  void close_block(std::string& out, std::size_t, std::size_t block) override {
    const auto& said = choice().blocks[block];
    if (said.kind == Block::Kind::kThinking) {
      start_event(out, "content_block_delta", block);
      out += R"(,"delta":{"type":"signature_delta","signature":)";
      append_quoted(out, said.signature);
      out += "}}\n\n";
    }
    start_event(out, "content_block_stop", block);
    out += "}\n\n";
  }

  void close_choice(std::string& out, std::size_t) override {
    out += "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{";
    const auto start = out.size();
    put_stop(out);
    out.erase(start, 1);  // its comma
    out += R"(},"usage":{"output_tokens":)";
    append_number(out, subject_.answer.output_tokens);
    out += "}}\n\n";
  }

  void close(std::string& out) override {
    out += "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
  }

  void fail(std::string& out, std::string_view message) override {
    constexpr llm::Call kCall{llm::Dialect::kAnthropic, llm::Operation::kMessages};
    out += llm::format_stream_error(kCall, {.status = 529, .message = message}, {});
  }

 private:
  const Choice& choice() const { return subject_.answer.choices[0]; }

  static void start_event(std::string& out, std::string_view type, std::size_t block) {
    out += "event: ";
    out += type;
    out += "\ndata: {\"type\":\"";
    out += type;
    out += R"(","index":)";
    append_number(out, block);
  }

  // Up to the opening bracket of content.
  void open_message(std::string& out) const {
    out += R"({"id":"msg_)" + subject_.id + R"(","type":"message","role":"assistant","model":")" +
           subject_.model + R"(","content":[)";
  }

  static void put_block(std::string& out, const Block& block, std::string_view text) {
    if (block.kind == Block::Kind::kThinking) {
      out += R"({"type":"thinking","thinking":)";
      append_quoted(out, text);
      out += R"(,"signature":)";
      append_quoted(out, text.empty() ? std::string_view() : block.signature);
      out.push_back('}');
      return;
    }
    if (block.kind != Block::Kind::kToolCall) {
      out += R"({"type":"text","text":)";
      append_quoted(out, text);
      out.push_back('}');
      return;
    }
    out += R"({"type":"tool_use","id":")" + block.id + R"(","name":)";
    append_quoted(out, block.name);
    out += R"(,"input":)";
    out += object_or_empty(text);
    out.push_back('}');
  }

  // With a comma before it.
  void put_stop(std::string& out) const {
    out += R"(,"stop_reason":)";
    out += stop_reason(choice().finish);
    out += R"(,"stop_sequence":)";
    if (choice().finish == Finish::kStop) {
      append_quoted(out, choice().stop);
    } else {
      out += "null";
    }
  }

  // Anthropic's input_tokens excludes what came from the cache or went there.
  void put_usage(std::string& out, std::uint64_t output_tokens) const {
    const auto& answer = subject_.answer;
    out += R"(,"usage":{"input_tokens":)";
    append_number(out, answer.input_tokens - answer.cached_tokens - answer.cache_write_tokens);
    out += R"(,"cache_creation_input_tokens":)";
    append_number(out, answer.cache_write_tokens);
    out += R"(,"cache_read_input_tokens":)";
    append_number(out, answer.cached_tokens);
    out += R"(,"cache_creation":{"ephemeral_5m_input_tokens":)";
    append_number(out, answer.cache_write_tokens);
    out += R"(,"ephemeral_1h_input_tokens":0})";
    out += R"(,"output_tokens":)";
    append_number(out, output_tokens);
    out += R"(,"service_tier":"standard"})";
  }

  const Subject& subject_;
};

}  // namespace

std::unique_ptr<Format> make_messages_format(const Subject& subject) {
  return std::make_unique<MessagesFormat>(subject);
}

}  // namespace tidegate::simulator
