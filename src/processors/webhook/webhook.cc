#include "processors/webhook/webhook.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "processors/config_factory.h"
#include "processors/text_view/viewer.h"
#include "processors/webhook/config.h"
#include "processors/webhook/protocol.h"

namespace tidegate::processors::webhook {
namespace {

using pipeline::CallRequest;
using pipeline::Phase;
using pipeline::Step;
using pipeline::Turn;
using pipeline::Verdict;
using text_view::Shown;

// A masked text is about as long as the one that was shown.
constexpr std::size_t kAnswerSlack = 64 * 1024;

class Webhook final : public pipeline::Processor {
 public:
  explicit Webhook(const Config& config) : config_(config), viewer_(config.selection) {}

  Step process(Turn& turn) override {
    Shown shown;
    auto listed = viewer_.list(turn, shown);
    if (!listed) return std::move(listed).error();
    if (shown.empty()) {
      viewer_.pass(turn);
      return Verdict::kContinue;
    }
    return ask(turn, std::move(shown));
  }

 private:
  Step::Task ask(Turn& turn, Shown shown) {
    CallRequest request(config_.path, format_question(turn, shown.texts(), config_.headers));
    request.max_answer_bytes =
        std::max(CallRequest::kUsualAnswerBytes, request.body.size() + kAnswerSlack);
    auto answered = co_await turn.caller.call(turn.spec.backend, std::move(request), turn.cancel);
    auto verdict = answered ? judge(turn, shown, *answered)
                            : Result<Verdict>(std::unexpected(std::move(answered).error()));
    viewer_.pass(turn);
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
          for (const Masked& one : answer.texts) viewer_.mask(one);
        }
        return Verdict::kContinue;
      case Answer::Action::kReject:
        turn.effects.refusal = {answer.status, answer.code, answer.message};
        return Verdict::kReject;
    }
    return Verdict::kContinue;
  }

  const Config& config_;
  text_view::Viewer viewer_;
};

class Factory final : public ConfigFactory<Webhook, Config> {
 public:
  using ConfigFactory::ConfigFactory;
  pipeline::PhaseSet phases() const override {
    return {Phase::kRequestBody, Phase::kResponseBody, Phase::kStreamChunk};
  }
  bool may_wait() const override { return true; }
};

}  // namespace

pipeline::BuiltinProcessor webhook() {
  return {{"Webhook",
           {Phase::kRequestBody, Phase::kResponseBody, Phase::kStreamChunk},
           true,
           check_config<Config>},
          make_factory<Factory, Config>};
}

}  // namespace tidegate::processors::webhook
