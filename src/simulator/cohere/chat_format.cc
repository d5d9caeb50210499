// Cohere chat, version 2.
//   whole:  {"id","finish_reason","message":{"role","tool_plan"?,"content":[{"type":"thinking",
//            "thinking"} | {"type":"text","text"}],"tool_calls":[..]?},"usage":{"billed_units",
//            "tokens"}}
//   stream: message-start, (content-start, content-delta*, content-end)*, (tool-call-start,
//           tool-call-delta*, tool-call-end)*, message-end; each as "event: <type>" and its data.
// Source: Cohere API reference, Chat (v2) and its streaming guide (2026-11).
#include "llm/error_body.h"
#include "simulator/format.h"

namespace tidegate::simulator {
namespace {

std::string_view finish_reason(Finish finish) {
  switch (finish) {
    case Finish::kEnd:
      return R"("COMPLETE")";
    case Finish::kLength:
      return R"("MAX_TOKENS")";
    case Finish::kStop:
      return R"("STOP_SEQUENCE")";
    case Finish::kToolCalls:
      return R"("TOOL_CALL")";
  }
  return R"("COMPLETE")";
}

class CohereChatFormat final : public Format {
 public:
  explicit CohereChatFormat(const Subject& subject) : subject_(subject) {}

  void whole(std::string& out) override {
    out += R"({"id":")" + subject_.id + R"(","finish_reason":)";
    out += finish_reason(choice().finish);
    out += R"(,"message":{"role":"assistant")";
    put_content(out);
    put_tool_calls(out);
    out.push_back('}');
    put_usage(out);
    out.push_back('}');
  }

  void open(std::string& out) override {
    out += "event: message-start\ndata: {\"id\":\"" + subject_.id +
           R"(","type":"message-start","delta":{"message":{"role":"assistant","content":[],)"
           R"("tool_plan":"","tool_calls":[],"citations":[]}}})"
           "\n\n";
  }

  void open_block(std::string& out, std::size_t, std::size_t block) override {
    start_event(out, is_call(block) ? "tool-call-start" : "content-start", block);
    if (is_call(block)) {
      out += R"({"message":{"tool_calls":)";
      put_tool_call(out, blocks()[block], {});
    } else {
      out += R"({"message":{"content":)";
      put_text(out, blocks()[block], {});
    }
    out += "}}}\n\n";
  }

  void token(std::string& out, std::size_t, std::size_t block, std::string_view text) override {
    start_event(out, is_call(block) ? "tool-call-delta" : "content-delta", block);
    if (is_call(block)) {
      out += R"({"message":{"tool_calls":{"function":{"arguments":)";
      append_quoted(out, text);
      out += "}}}}}\n\n";
    } else {
      const bool thinks = blocks()[block].kind == Block::Kind::kThinking;
      out += thinks ? R"({"message":{"content":{"thinking":)" : R"({"message":{"content":{"text":)";
      append_quoted(out, text);
      out += "}}}}\n\n";
    }
  }

  void close_block(std::string& out, std::size_t, std::size_t block) override {
    start_event(out, is_call(block) ? "tool-call-end" : "content-end", block);
    out.resize(out.rfind(R"(,"delta":)"));
    out += "}\n\n";
  }

  void close_choice(std::string&, std::size_t) override {}

  void close(std::string& out) override {
    out += "event: message-end\ndata: {\"type\":\"message-end\",\"delta\":{\"finish_reason\":";
    out += finish_reason(choice().finish);
    put_usage(out);
    out += "}}\n\n";
  }

  void fail(std::string& out, std::string_view message) override {
    out += "event: message-end\ndata: {\"type\":\"message-end\",\"delta\":{\"error\":";
    append_quoted(out, message);
    out += R"(,"finish_reason":"ERROR")";
    put_usage(out);
    out += "}}\n\n";
  }

 private:
  const Choice& choice() const { return subject_.answer.choices[0]; }
  const std::vector<Block>& blocks() const { return choice().blocks; }
  bool is_call(std::size_t block) const { return blocks()[block].kind == Block::Kind::kToolCall; }

  // Calls are numbered by themselves.
  std::size_t index_of(std::size_t block) const {
    std::size_t index = 0;
    for (std::size_t i = 0; i < block; ++i) index += is_call(i) == is_call(block) ? 1U : 0U;
    return index;
  }

  void start_event(std::string& out, std::string_view type, std::size_t block) const {
    out += "event: ";
    out += type;
    out += "\ndata: {\"type\":\"";
    out += type;
    out += R"(","index":)";
    append_number(out, index_of(block));
    out += R"(,"delta":)";
  }

  static void put_text(std::string& out, const Block& block, std::string_view text) {
    out += block.kind == Block::Kind::kThinking ? R"({"type":"thinking","thinking":)"
                                                : R"({"type":"text","text":)";
    append_quoted(out, text);
    out.push_back('}');
  }

  static void put_tool_call(std::string& out, const Block& block, std::string_view arguments) {
    out += R"({"id":)";
    append_quoted(out, block.id);
    out += R"(,"type":"function","function":{"name":)";
    append_quoted(out, block.name);
    out += R"(,"arguments":)";
    append_quoted(out, arguments);
    out += "}}";
  }

  void put_content(std::string& out) const {
    out += R"(,"content":[)";
    for (const auto& block : blocks()) {
      if (block.kind == Block::Kind::kToolCall) continue;
      if (out.back() != '[') out.push_back(',');
      put_text(out, block, block.text);
    }
    out.push_back(']');
  }

  void put_tool_calls(std::string& out) const {
    if (blocks().empty() || !is_call(blocks().size() - 1)) return;
    out += R"(,"tool_plan":"I will use the tools.","tool_calls":[)";
    for (const auto& block : blocks()) {
      if (block.kind != Block::Kind::kToolCall) continue;
      if (out.back() != '[') out.push_back(',');
      put_tool_call(out, block, block.text);
    }
    out.push_back(']');
  }

  // With a comma before it.
  void put_usage(std::string& out) const {
    for (const std::string_view name : {R"(,"usage":{"billed_units":)", R"(,"tokens":)"}) {
      out += name;
      out += R"({"input_tokens":)";
      append_number(out, subject_.answer.input_tokens);
      out += R"(,"output_tokens":)";
      append_number(out, subject_.answer.output_tokens);
      out.push_back('}');
    }
    out += R"(,"cached_tokens":)";
    append_number(out, subject_.answer.cached_tokens);
    out.push_back('}');
  }

  const Subject& subject_;
};

}  // namespace

std::unique_ptr<Format> make_cohere_chat_format(const Subject& subject) {
  return std::make_unique<CohereChatFormat>(subject);
}

}  // namespace tidegate::simulator
