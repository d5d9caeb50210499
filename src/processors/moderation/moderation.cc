#include "processors/moderation/moderation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <utility>
#include <vector>

#include "processors/config_factory.h"
#include "processors/moderation/config.h"
#include "processors/moderation/protocol.h"
#include "processors/text_view/viewer.h"

namespace tidegate::processors::moderation {
namespace {

using pipeline::CallAnswer;
using pipeline::CallRequest;
using pipeline::Phase;
using pipeline::Step;
using pipeline::Turn;
using pipeline::Verdict;
using text_view::Shown;

constexpr std::uint16_t kOk = 200;

class Moderation final : public pipeline::Processor {
 public:
  explicit Moderation(const Config& config) : config_(config), viewer_(config.selection) {}

  Step process(Turn& turn) override {
    Shown shown;
    auto listed = viewer_.list(turn, shown);
    if (!listed) return std::move(listed).error();
    if (shown.empty()) return pass(turn);
    std::size_t inputs = 0;
    auto question = format_question(config_, shown.texts(), inputs);
    if (!question) return std::move(question).error();
    if (inputs == 0) return pass(turn);
    return ask(turn, *std::move(question), inputs);
  }

 private:
  Step pass(Turn& turn) {
    viewer_.pass(turn);
    return Verdict::kContinue;
  }

  Step::Task ask(Turn& turn, std::string question, std::size_t inputs) {
    CallRequest request(config_.path, std::move(question));
    auto answered = co_await turn.caller.call(turn.spec.backend, std::move(request), turn.cancel);
    auto verdict = answered ? judge(turn, *answered, inputs)
                            : Result<Verdict>(std::unexpected(std::move(answered).error()));
    viewer_.pass(turn);
    co_return verdict;
  }

  Result<Verdict> judge(Turn& turn, const CallAnswer& answered, std::size_t inputs) const {
    if (answered.head.status != kOk) {
      return fail(ErrorCode::kMalformed, Origin::kUpstream,
                  fmt::format("the moderation answered {}", answered.head.status));
    }
    TIDEGATE_TRY(flagged, find_flagged(answered.body, config_, inputs));
    if (flagged.empty()) return Verdict::kContinue;
    const std::string names = fmt::format("{}", fmt::join(flagged, ", "));
    turn.effects.detail = turn.arena.copy(names);
    turn.effects.refusal = {config_.status, "content_filter",
                            turn.arena.copy("Refused by moderation: " + names)};
    return Verdict::kReject;
  }

  const Config& config_;
  text_view::Viewer viewer_;
};

class Factory final : public ConfigFactory<Moderation, Config> {
 public:
  using ConfigFactory::ConfigFactory;
  pipeline::PhaseSet phases() const override {
    return {Phase::kRequestBody, Phase::kResponseBody, Phase::kStreamChunk};
  }
  bool may_wait() const override { return true; }
};

}  // namespace

pipeline::BuiltinProcessor moderation() {
  return {{"Moderation",
           {Phase::kRequestBody, Phase::kResponseBody, Phase::kStreamChunk},
           true,
           check_config<Config>},
          make_factory<Factory, Config>};
}

}  // namespace tidegate::processors::moderation
