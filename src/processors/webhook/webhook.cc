#include "processors/webhook/webhook.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "json/text.h"
#include "llm/text/message_texts.h"
#include "processors/read_config.h"
#include "processors/request_texts.h"
#include "processors/webhook/config.h"
#include "processors/webhook/protocol.h"
#include "processors/webhook/shown.h"
#include "processors/webhook/stream_view.h"

namespace tidegate::processors::webhook {
namespace {

using pipeline::CallRequest;
using pipeline::Phase;
using pipeline::Step;
using pipeline::Turn;
using pipeline::Verdict;

// A masked text is about as long as the one that was shown.
constexpr std::size_t kAnswerSlack = 64 * 1024;

bool is_text(std::string_view bytes) { return json::find_invalid_utf8(bytes) == bytes.size(); }

class Webhook final : public pipeline::Processor {
 public:
  explicit Webhook(const Config& config) : config_(config), stream_(config) {}

  Step process(Turn& turn) override {
    Shown shown;
    auto listed = list(turn, shown);
    if (!listed) return std::move(listed).error();
    if (shown.empty()) {
      if (turn.phase == Phase::kStreamChunk) stream_.pass();
      return Verdict::kContinue;
    }
    return ask(turn, std::move(shown));
  }

 private:
  Result<void> list(Turn& turn, Shown& out) {
    switch (turn.phase) {
      case Phase::kRequestBody:
        return list_request(turn, out);
      case Phase::kResponseBody:
        return list_reply(turn, out);
      case Phase::kStreamChunk:
        return list_event(turn, out);
      case Phase::kRequestHeaders:
      case Phase::kResponseHeaders:
        break;
    }
    return {};
  }

  Result<void> list_request(Turn& turn, Shown& out) const {
    const pipeline::Message& message = turn.message;
    if (message.payload.empty()) return {};
    if (!message.call) {
      if (!is_text(message.payload)) {
        return fail(ErrorCode::kMalformed, Origin::kDownstream, "the payload is no text");
      }
      out.add_payload(message.payload);
      return {};
    }
    if (message.facts == nullptr) return {};  // a file in parts
    TIDEGATE_TRY(texts, request_texts(turn));
    for (const llm::Text& text : texts) out.add(text, config_);
    return {};
  }

  Result<void> list_reply(Turn& turn, Shown& out) const {
    const std::string_view payload = turn.message.payload;
    if (payload.empty()) return {};
    std::vector<llm::Text> texts;
    if (turn.message.call) {
      auto listed = llm::list_reply_texts(payload, turn.arena, texts);
      if (!listed && listed.error().code != ErrorCode::kMalformed) return listed;
      for (const llm::Text& text : texts) out.add(text, config_);
      if (listed) return {};
    }
    // Sound and images have no texts.
    if (is_text(payload)) out.add_payload(payload);
    return {};
  }

  Result<void> list_event(Turn& turn, Shown& out) {
    const pipeline::Message& message = turn.message;
    if (message.event->end) {
      stream_.finish(out);
      return {};
    }
    if (message.call) {
      return stream_.take(*message.call, message.event->type, message.payload, turn.arena, out);
    }
    if (!message.payload.empty()) out.add_payload(message.payload);
    return {};
  }

  Step::Task ask(Turn& turn, Shown shown) {
    CallRequest request(config_.path, format_question(turn, shown.texts(), config_.headers));
    request.max_answer_bytes =
        std::max(CallRequest::kUsualAnswerBytes, request.body.size() + kAnswerSlack);
    auto answered = co_await turn.caller.call(turn.spec.backend, std::move(request), turn.cancel);
    auto verdict = answered ? judge(turn, shown, *answered)
                            : Result<Verdict>(std::unexpected(std::move(answered).error()));
    if (turn.phase == Phase::kStreamChunk) stream_.pass();
    co_return verdict;
  }

  Result<Verdict> judge(Turn& turn, const Shown& shown, const pipeline::CallAnswer& answered) {
    if (answered.head.status != 200) {
      return fail(ErrorCode::kMalformed, Origin::kUpstream,
                  "the webhook answered " + std::to_string(answered.head.status));
    }
    const std::string_view body = turn.arena.copy(answered.body);
    TIDEGATE_TRY(answer, parse_answer(body, shown.texts().size(), turn.arena));
    switch (answer.action) {
      case Answer::Action::kPass:
        return Verdict::kContinue;
      case Answer::Action::kMask:
        if (auto masked = shown.apply(answer.texts, turn); !masked) {
          return std::unexpected(std::move(masked).error());
        }
        if (turn.phase == Phase::kStreamChunk) {
          for (const Masked& one : answer.texts) stream_.mask(one);
        }
        return Verdict::kContinue;
      case Answer::Action::kReject:
        turn.effects.refusal = {answer.status, answer.code, answer.message};
        return Verdict::kReject;
    }
    return Verdict::kContinue;
  }

  const Config& config_;
  StreamView stream_;
};

class Factory final : public pipeline::ProcessorFactory {
 public:
  explicit Factory(Config config) : config_(std::move(config)) {}
  pipeline::PhaseSet phases() const override {
    return {Phase::kRequestBody, Phase::kResponseBody, Phase::kStreamChunk};
  }
  bool may_wait() const override { return true; }
  pipeline::Processor* make(Arena& arena) const override {
    return pipeline::make_in<Webhook>(arena, config_);
  }

 private:
  const Config config_;
};

Result<std::unique_ptr<const pipeline::ProcessorFactory>> make(const config::ProcessorSpec& spec) {
  TIDEGATE_TRY(config, make_config<Config>(spec));
  return std::make_unique<const Factory>(std::move(config));
}

}  // namespace

pipeline::BuiltinProcessor webhook() {
  return {{"Webhook",
           {Phase::kRequestBody, Phase::kResponseBody, Phase::kStreamChunk},
           true,
           check_config<Config>},
          make};
}

}  // namespace tidegate::processors::webhook
