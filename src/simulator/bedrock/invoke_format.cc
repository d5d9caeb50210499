// Bedrock InvokeModel and InvokeModelWithResponseStream of Anthropic's models: the reply of the
// Messages API, whole, or each of its events in a frame "chunk" as {"bytes":"<base64>"}. The last
// one also reports the invocation's metrics.
// Source: Amazon Bedrock runtime API reference, InvokeModelWithResponseStream (2026-11).
#include "base/base64.h"
#include "simulator/bedrock/frame.h"
#include "simulator/format.h"

namespace tidegate::simulator {
namespace {

class InvokeFormat final : public Format {
 public:
  explicit InvokeFormat(const Subject& subject)
      : subject_(subject), messages_(make_messages_format(subject)) {}

  void whole(std::string& out) override { messages_->whole(out); }

  void open(std::string& out) override {
    messages_->open(events_);
    wrap(out);
  }
  void open_block(std::string& out, std::size_t choice, std::size_t block) override {
    messages_->open_block(events_, choice, block);
    wrap(out);
  }
  void token(std::string& out, std::size_t choice, std::size_t block,
             std::string_view text) override {
    messages_->token(events_, choice, block, text);
    wrap(out);
  }
  void close_block(std::string& out, std::size_t choice, std::size_t block) override {
    messages_->close_block(events_, choice, block);
    wrap(out);
  }
  void close_choice(std::string& out, std::size_t choice) override {
    messages_->close_choice(events_, choice);
    wrap(out);
  }
  void close(std::string& out) override {
    const auto& answer = subject_.answer;
    std::string event =
        R"({"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":)";
    append_number(event, answer.input_tokens - answer.cached_tokens - answer.cache_write_tokens);
    event += R"(,"outputTokenCount":)";
    append_number(event, answer.output_tokens);
    event += R"(,"invocationLatency":1,"firstByteLatency":1,"cacheReadInputTokenCount":)";
    append_number(event, answer.cached_tokens);
    event += R"(,"cacheWriteInputTokenCount":)";
    append_number(event, answer.cache_write_tokens);
    put_chunk(out, event + "}}");
  }
  void fail(std::string& out, std::string_view message) override {
    std::string event = R"({"message":)";
    append_quoted(event, message);
    append_exception_frame(out, "modelStreamErrorException", event + "}");
  }

 private:
  static void put_chunk(std::string& out, std::string_view event) {
    std::string payload = R"({"bytes":")";
    append_base64(payload, event);
    append_event_frame(out, "chunk", payload + R"(","p":"abcdef"})");
  }

  // Moves the data of each SSE event in events_ into a frame.
  void wrap(std::string& out) {
    constexpr std::string_view kData = "\ndata: ";
    std::string_view rest = events_;
    while (!rest.empty()) {
      const auto event = rest.substr(0, rest.find("\n\n"));
      put_chunk(out, event.substr(event.find(kData) + kData.size()));
      rest.remove_prefix(event.size() + 2);
    }
    events_.clear();
  }

  const Subject& subject_;
  std::unique_ptr<Format> messages_;
  std::string events_;
};

}  // namespace

std::unique_ptr<Format> make_invoke_format(const Subject& subject) {
  return std::make_unique<InvokeFormat>(subject);
}

}  // namespace tidegate::simulator
