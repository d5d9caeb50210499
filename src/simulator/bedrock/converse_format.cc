// Bedrock Converse and ConverseStream.
//   whole:  {"output":{"message":{"role","content":[{"text"} | {"toolUse":{"toolUseId","name",
//            "input"}} | {"reasoningContent":{"reasoningText":{"text","signature"}}}]}},
//            "stopReason","usage","metrics"}
//   stream: event frames messageStart, (contentBlockStart of a tool's use, contentBlockDelta*,
//           contentBlockStop)*, messageStop, metadata. Each payload has a padding "p".
// Source: Amazon Bedrock runtime API reference, Converse and ConverseStream (2026-11).
#include "simulator/bedrock/frame.h"
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

class ConverseFormat final : public Format {
 public:
  explicit ConverseFormat(const Subject& subject) : subject_(subject) {}

  void whole(std::string& out) override {
    out += R"({"metrics":{"latencyMs":1},"output":{"message":{"content":[)";
    for (const auto& block : choice().blocks) {
      if (out.back() == '}') out.push_back(',');
      put_block(out, block);
    }
    out += R"(],"role":"assistant"}},"stopReason":)";
    out += stop_reason(choice().finish);
    put_usage(out);
    out.push_back('}');
  }

  void open(std::string& out) override {
    append_event_frame(out, "messageStart", R"({"p":"abcdefgh","role":"assistant"})");
  }

  void open_block(std::string& out, std::size_t, std::size_t block) override {
    const auto& said = choice().blocks[block];
    if (said.kind != Block::Kind::kToolCall) return;
    auto event = start_event(block);
    event += R"(,"start":{"toolUse":{"name":)";
    append_quoted(event, said.name);
    event += R"(,"toolUseId":)";
    append_quoted(event, said.id);
    event += "}}}";
    append_event_frame(out, "contentBlockStart", event);
  }

  void token(std::string& out, std::size_t, std::size_t block, std::string_view text) override {
    switch (choice().blocks[block].kind) {
      case Block::Kind::kThinking:
        put_delta(out, block, R"({"reasoningContent":{"text":)", text, "}}");
        return;
      case Block::Kind::kToolCall:
        put_delta(out, block, R"({"toolUse":{"input":)", text, "}}");
        return;
      case Block::Kind::kWords:
      case Block::Kind::kJson:
        put_delta(out, block, R"({"text":)", text, "}");
        return;
    }
  }

  void close_block(std::string& out, std::size_t, std::size_t block) override {
    const auto& said = choice().blocks[block];
    if (said.kind == Block::Kind::kThinking) {
      put_delta(out, block, R"({"reasoningContent":{"signature":)", said.signature, "}}");
    }
    append_event_frame(out, "contentBlockStop", start_event(block) + "}");
  }

  void close_choice(std::string& out, std::size_t) override {
    std::string event = R"({"p":"abcdefghijkl","stopReason":)";
    event += stop_reason(choice().finish);
    append_event_frame(out, "messageStop", event + "}");
  }

  void close(std::string& out) override {
    std::string event = R"({"metrics":{"latencyMs":1},"p":"abcdef")";
    put_usage(event);
    append_event_frame(out, "metadata", event + "}");
  }

  void fail(std::string& out, std::string_view message) override {
    std::string event = R"({"message":)";
    append_quoted(event, message);
    append_exception_frame(out, "modelStreamErrorException", event + "}");
  }

 private:
  const Choice& choice() const { return subject_.answer.choices[0]; }

  static std::string start_event(std::size_t block) {
    std::string event = R"({"contentBlockIndex":)";
    append_number(event, block);
    return event + R"(,"p":"abcd")";
  }

  static void put_delta(std::string& out, std::size_t block, std::string_view before,
                        std::string_view text, std::string_view behind) {
    auto event = start_event(block);
    event += R"(,"delta":)";
    event += before;
    append_quoted(event, text);
    event += behind;
    append_event_frame(out, "contentBlockDelta", event + "}");
  }

  static void put_block(std::string& out, const Block& block) {
    switch (block.kind) {
      case Block::Kind::kThinking:
        out += R"({"reasoningContent":{"reasoningText":{"text":)";
        append_quoted(out, block.text);
        out += R"(,"signature":)";
        append_quoted(out, block.signature);
        out += "}}}";
        return;
      case Block::Kind::kToolCall:
        out += R"({"toolUse":{"input":)";
        out += object_or_empty(block.text);
        out += R"(,"name":)";
        append_quoted(out, block.name);
        out += R"(,"toolUseId":)";
        append_quoted(out, block.id);
        out += "}}";
        return;
      case Block::Kind::kWords:
      case Block::Kind::kJson:
        out += R"({"text":)";
        append_quoted(out, block.text);
        out.push_back('}');
        return;
    }
  }

  // With a comma before it. inputTokens excludes what came from the cache or went there.
  void put_usage(std::string& out) const {
    const auto& answer = subject_.answer;
    out += R"(,"usage":{"cacheReadInputTokens":)";
    append_number(out, answer.cached_tokens);
    out += R"(,"cacheWriteInputTokens":)";
    append_number(out, answer.cache_write_tokens);
    out += R"(,"inputTokens":)";
    append_number(out, answer.input_tokens - answer.cached_tokens - answer.cache_write_tokens);
    out += R"(,"outputTokens":)";
    append_number(out, answer.output_tokens);
    out += R"(,"totalTokens":)";
    append_number(out, answer.input_tokens + answer.output_tokens);
    out.push_back('}');
  }

  const Subject& subject_;
};

}  // namespace

std::unique_ptr<Format> make_converse_format(const Subject& subject) {
  return std::make_unique<ConverseFormat>(subject);
}

}  // namespace tidegate::simulator
