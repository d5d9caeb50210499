#include "processors/content_filter/content_filter.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "json/escaped_text.h"
#include "processors/content_filter/config.h"
#include "processors/content_filter/rule_set.h"
#include "processors/content_filter/word_filter.h"
#include "processors/read_config.h"
#include "processors/reply_rewriter.h"
#include "processors/request_texts.h"

namespace tidegate::processors::content_filter {
namespace {

using pipeline::Phase;
using pipeline::Step;
using pipeline::Verdict;

// "profanity 2, weapons 1".
std::string_view describe(const Config& config, const Findings& findings, Arena& arena) {
  std::string out;
  for (std::size_t i = 0; i < findings.by_category.size(); ++i) {
    if (findings.by_category[i] == 0) continue;
    if (!out.empty()) out += ", ";
    out += fmt::format("{} {}", config.categories[i].name, findings.by_category[i]);
  }
  return arena.copy(out);
}

class WordFilters final : public TextFilters {
 public:
  explicit WordFilters(const RuleSet& rules) : rules_(rules) {}
  std::unique_ptr<TextFilter> make(const llm::Text& text) override {
    return std::make_unique<WordFilter>(rules_, hold, findings, text.is_json);
  }

  HoldBack hold;
  Findings findings;

 private:
  const RuleSet& rules_;
};

class ContentFilter final : public pipeline::Processor {
 public:
  ContentFilter(const Config& config, const RuleSet& requests, const RuleSet& responses)
      : config_(config), requests_(requests), responses_(responses) {}

  Step process(pipeline::Turn& turn) override {
    // Other traffic has no texts that we know of.
    if (!turn.message.call) return Verdict::kContinue;
    switch (turn.phase) {
      case Phase::kRequestBody:
        return take_request(turn);
      case Phase::kResponseBody:
        return take_reply(turn);
      case Phase::kStreamChunk:
        return take_event(turn);
      case Phase::kRequestHeaders:
      case Phase::kResponseHeaders:
        break;
    }
    return Verdict::kContinue;
  }

  std::optional<SteadyTime> held() const override {
    return rewriter_ ? rewriter_->held() : std::nullopt;
  }

 private:
  Step take_request(pipeline::Turn& turn) {
    if (!is_json_call(turn.message)) return Verdict::kContinue;
    const auto texts = request_texts(turn);
    if (!texts) return texts.error();
    WordFilters filters(requests_);
    std::string plain;
    for (const auto& text : *texts) {
      plain.clear();
      const auto filter = filters.make(text);
      auto changed = filter->feed(text.plain, plain);
      if (!changed) return std::move(changed).error();
      if (auto ended = filter->finish(plain); !ended) return std::move(ended).error();
      if (filters.findings.blocked != nullptr) break;
      if (!*changed || plain == text.plain) continue;
      const auto put = json::escape(turn.arena.copy(plain), turn.arena).bytes;
      turn.effects.replace(text.range.begin + 1, text.range.end - 1, put);
    }
    return conclude(turn, filters.findings, "the request");
  }

  Step take_reply(pipeline::Turn& turn) {
    WordFilters filters(responses_);
    ReplyRewriter rewriter(filters, ReplyRewriter::Ending::kNever);
    if (auto blocked = rewriter.take_whole(turn); !blocked) return std::move(blocked).error();
    return conclude(turn, filters.findings, "the answer");
  }

  Step take_event(pipeline::Turn& turn) {
    if (!stream_filters_) {
      stream_filters_.emplace(responses_);
      stream_filters_->hold.max_held = config_.max_held_time;
      rewriter_.emplace(*stream_filters_, config_.on_responses(Action::kBlock)
                                              ? ReplyRewriter::Ending::kMayBlock
                                              : ReplyRewriter::Ending::kNever);
    }
    if (config_.max_held_time.count() > 0) {
      stream_filters_->hold.now = turn.reactor.clock().steady_now();
    }
    if (auto taken = rewriter_->take_event(turn); !taken) return std::move(taken).error();
    auto& findings = stream_filters_->findings;
    if (findings.changed) turn.effects.detail = describe(config_, findings, turn.arena);
    findings.changed = false;
    return Verdict::kContinue;
  }

  Step conclude(pipeline::Turn& turn, const Findings& findings, std::string_view whose) const {
    if (!findings.by_category.empty()) {
      turn.effects.detail = describe(config_, findings, turn.arena);
    }
    if (findings.blocked == nullptr) return Verdict::kContinue;
    turn.effects.refusal = {
        .status = 403,
        .code = "content_filter",
        .message = turn.arena.copy(fmt::format("{} holds content that is not allowed here: {}",
                                               whose, findings.blocked->name))};
    return Verdict::kReject;
  }

  const Config& config_;
  const RuleSet& requests_;
  const RuleSet& responses_;
  std::optional<WordFilters> stream_filters_;
  std::optional<ReplyRewriter> rewriter_;
};

class Factory final : public pipeline::ProcessorFactory {
 public:
  static Result<std::unique_ptr<const Factory>> make(Config config) {
    auto made = std::unique_ptr<Factory>(new Factory(std::move(config)));
    TIDEGATE_TRY(requests, RuleSet::make(made->config_, Direction::kRequest));
    TIDEGATE_TRY(responses, RuleSet::make(made->config_, Direction::kResponse));
    made->requests_.emplace(std::move(requests));
    made->responses_.emplace(std::move(responses));
    return std::unique_ptr<const Factory>(std::move(made));
  }

  pipeline::PhaseSet phases() const override {
    pipeline::PhaseSet set;
    if (!requests_->empty()) set.add(Phase::kRequestBody);
    if (responses_->empty()) return set;
    set.add(Phase::kResponseBody);
    set.add(Phase::kStreamChunk);
    return set;
  }
  pipeline::Processor* make(Arena& arena) const override {
    return pipeline::make_in<ContentFilter>(arena, config_, *requests_, *responses_);
  }

 private:
  explicit Factory(Config config) : config_(std::move(config)) {}

  const Config config_;
  std::optional<RuleSet> requests_;
  std::optional<RuleSet> responses_;
};

Result<std::unique_ptr<const pipeline::ProcessorFactory>> make(const config::ProcessorSpec& spec) {
  TIDEGATE_TRY(config, make_config<Config>(spec));
  return Factory::make(std::move(config));
}

}  // namespace

pipeline::BuiltinProcessor content_filter() {
  return {{"ContentFilter",
           {Phase::kRequestBody, Phase::kResponseBody, Phase::kStreamChunk},
           false,
           check_config<Config>},
          make};
}

}  // namespace tidegate::processors::content_filter
