#include "processors/personal_data/personal_data.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "llm/text/message_texts.h"
#include "pii/detector.h"
#include "pii/placeholder.h"
#include "processors/personal_data/config.h"
#include "processors/personal_data/reply_filters.h"
#include "processors/read_config.h"
#include "processors/reply_rewriter.h"
#include "processors/request_texts.h"

namespace tidegate::processors::personal_data {
namespace {

using pipeline::Phase;
using pipeline::Step;
using pipeline::Verdict;
using tidegate::pii::Action;
using tidegate::pii::Detector;
using tidegate::pii::Finding;
using tidegate::pii::Placeholders;
using tidegate::pii::Restorer;

constexpr std::size_t kMinKeyBytes = 16;

class PersonalData final : public pipeline::Processor {
 public:
  PersonalData(const Config& config, const Detector& detector)
      : config_(config), detector_(detector), placeholders_(config.key) {
    if (config.filters_replies()) filter_replies();
  }

  Step process(pipeline::Turn& turn) override {
    // Other traffic has no texts that we know of.
    if (!turn.message.call) return Verdict::kContinue;
    switch (turn.phase) {
      case Phase::kRequestBody:
        return take_request(turn);
      case Phase::kResponseBody:
        return rewriter_ ? take_reply(turn) : Verdict::kContinue;
      case Phase::kStreamChunk:
        return rewriter_ ? take_event(turn) : Verdict::kContinue;
      case Phase::kRequestHeaders:
      case Phase::kResponseHeaders:
        break;
    }
    return Verdict::kContinue;
  }

 private:
  Step take_request(pipeline::Turn& turn) {
    if (!is_json_call(turn.message)) return Verdict::kContinue;
    const auto said = request_texts(turn);
    if (!said) return said.error();
    // Backends get the rest of the request too: metadata, who asks, what nobody knows.
    std::vector<llm::Text> texts(said->begin(), said->end());
    auto listed = llm::list_request_metadata(turn.message.payload, turn.arena, texts);
    if (!listed) return std::move(listed).error();
    for (const auto& text : texts) placeholders_.take_notice(text.plain);
    std::vector<Finding> findings;
    for (const auto& text : texts) {
      if (auto found = detector_.find(text.plain, findings); !found)
        return std::move(found).error();
      llm::TextLocator locator(turn.message.payload, text);
      for (const auto& finding : findings) {
        const auto action = config_.actions[static_cast<std::size_t>(finding.rule->group)];
        if (action == Action::kBlock) return refuse(turn, finding);
        if (action == Action::kReport) continue;
        const auto range = locator.locate(finding.begin, finding.end);
        const auto put = turn.arena.copy(replacement(action, finding, finding.of(text.plain)));
        turn.effects.replace(range.begin, range.end, llm::escape_for(text, put, turn.arena));
      }
    }
    if (!placeholders_.empty()) filter_replies();
    return Verdict::kContinue;
  }

  void filter_replies() {
    if (!placeholders_.empty()) restorer_.emplace(placeholders_);
    rewriter_.reset();
    filters_.emplace(config_, detector_, restorer_ ? &*restorer_ : nullptr);
    rewriter_.emplace(*filters_, ReplyRewriter::Ending::kMayBlock);
  }

  std::string replacement(Action action, const Finding& finding, std::string_view value) {
    if (action != Action::kPlaceholder) return config_.replacement(action, finding, value);
    return std::string(placeholders_.replace(*finding.rule, value));
  }

  static Step refuse(pipeline::Turn& turn, const Finding& finding) {
    turn.effects.refusal = {
        .status = 403,
        .code = "personal_data",
        .message = turn.arena.copy(
            fmt::format("the request holds data that must not be sent: {}", finding.rule->label))};
    return Verdict::kReject;
  }

  Step take_reply(pipeline::Turn& turn) {
    auto blocked = rewriter_->take_whole(turn);
    if (!blocked) return std::move(blocked).error();
    if (!*blocked) return Verdict::kContinue;
    turn.effects.refusal = {.status = 403,
                            .code = "personal_data",
                            .message = "the answer holds data that must not be told"};
    return Verdict::kReject;
  }

  Step take_event(pipeline::Turn& turn) {
    if (auto taken = rewriter_->take_event(turn); !taken) return std::move(taken).error();
    return Verdict::kContinue;
  }

  const Config& config_;
  const Detector& detector_;
  Placeholders placeholders_;
  std::optional<Restorer> restorer_;  // once something was replaced
  std::optional<ReplyFilters> filters_;
  std::optional<ReplyRewriter> rewriter_;  // where replies may have to be changed
};

class Factory final : public pipeline::ProcessorFactory {
 public:
  Factory(Config config, Detector detector)
      : config_(std::move(config)), detector_(std::move(detector)) {}
  pipeline::PhaseSet phases() const override {
    if (!config_.uses(Action::kPlaceholder) && !config_.filters_replies()) {
      return {Phase::kRequestBody};
    }
    return {Phase::kRequestBody, Phase::kResponseBody, Phase::kStreamChunk};
  }
  pipeline::Processor* make(Arena& arena) const override {
    return pipeline::make_in<PersonalData>(arena, config_, detector_);
  }

 private:
  const Config config_;
  const Detector detector_;
};

Result<std::unique_ptr<const pipeline::ProcessorFactory>> make(const config::ProcessorSpec& spec) {
  TIDEGATE_TRY(config, make_config<Config>(spec));
  if (!config.secret_ref.name.empty()) {
    const Secret* key = spec.find_secret(config.secret_ref.path);
    if (key == nullptr || key->reveal().size() < kMinKeyBytes) {
      return fail(ErrorCode::kInvalidConfig, Origin::kInternal,
                  fmt::format("secretRef: the key must have {} bytes at least", kMinKeyBytes));
    }
    config.key = *key;
  }
  TIDEGATE_TRY(detector, Detector::make({config.detect, static_cast<int>(config.threshold)}));
  return std::make_unique<const Factory>(std::move(config), std::move(detector));
}

}  // namespace

pipeline::BuiltinProcessor personal_data() {
  return {{"PersonalData",
           {Phase::kRequestBody, Phase::kResponseBody, Phase::kStreamChunk},
           false,
           check_config<Config>,
           list_secrets},
          make};
}

}  // namespace tidegate::processors::personal_data
