#include "processors/personal_data/reply_filters.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "llm/text/lane_text.h"

namespace tidegate::processors::personal_data {
namespace {

using tidegate::pii::Action;
using tidegate::pii::Detector;
using tidegate::pii::Finding;
using tidegate::pii::Restorer;

// What words before a value are looked for in (pii/detector.cc).
constexpr std::size_t kContextBytes = 96;

class MaskFilter final : public TextFilter {
 public:
  MaskFilter(const Config& config, const Detector& detector, const HoldBack& hold, bool is_json)
      : config_(config),
        detector_(detector),
        hold_(hold),
        text_(is_json, kContextBytes, llm::LaneText::Outside::kShown) {}

  Result<bool> feed(std::string_view piece, std::string& out) override {
    if (blocks_) return true;
    const bool had = text_.has_untold();
    TIDEGATE_TRY_VOID(release(hold_.now, out));
    if (blocks_) return true;
    const std::size_t before = text_.plain().size();
    text_.append(piece);
    TIDEGATE_TRY(final_end, detector_.find_so_far(text_.plain(), text_.told(), findings_));
    const bool changed = tell(std::max(final_end, text_.told()), out);
    const bool holds = text_.has_untold();
    // What is held may be another part of the text by now.
    if (holds && (!had || text_.told() >= before)) held_since_ = hold_.now;
    text_.compact();
    return had || changed || holds;
  }

  Result<void> finish(std::string& out) override {
    if (blocks_) return {};
    text_.finish();
    TIDEGATE_TRY_VOID(detector_.find(text_.plain(), findings_));
    tell(text_.plain().size(), out);
    return {};
  }

  SteadyTime held_until() const override {
    // The beginning of an escape alone is no text yet.
    const bool holds = !blocks_ && text_.told() < text_.plain().size();
    return holds ? hold_.until(held_since_) : SteadyTime::max();
  }
  Result<void> release(SteadyTime now, std::string& out) override {
    if (held_until() > now) return {};
    // What is a finding as it stands is one, though it might go on.
    TIDEGATE_TRY_VOID(detector_.find(text_.plain(), findings_));
    tell(text_.plain().size(), out);
    return {};
  }
  bool blocks() const override { return blocks_; }

 private:
  // Tells the text up to `end`. Returns whether something was put in place of a part of it.
  bool tell(std::size_t end, std::string& out) {
    bool changed = false;
    for (const auto& finding : findings_) {
      if (finding.end > end) break;
      if (finding.end <= text_.told() || !text_.is_text(finding.begin, finding.end)) continue;
      const auto action = config_.replies[static_cast<std::size_t>(finding.rule->group)];
      if (action == Action::kReport) continue;
      text_.tell(finding.begin, out);
      changed = true;
      if (action == Action::kBlock) {
        blocks_ = true;
        return true;
      }
      const auto value = finding.of(text_.plain());
      text_.replace(finding.end, config_.replacement(action, finding, value), out);
    }
    text_.tell(end, out);
    return changed;
  }

  const Config& config_;
  const Detector& detector_;
  const HoldBack& hold_;
  llm::LaneText text_;
  SteadyTime held_since_;
  std::vector<Finding> findings_;
  bool blocks_ = false;
};

class RestoreFilter final : public TextFilter {
 public:
  RestoreFilter(const Restorer& restorer, const HoldBack& hold, bool is_json)
      : restorer_(restorer),
        hold_(hold),
        in_(is_json ? Restorer::In::kJson : Restorer::In::kText) {}

  Result<bool> feed(std::string_view piece, std::string& out) override {
    const bool had = !state_.held.empty();
    TIDEGATE_TRY_VOID(release(hold_.now, out));
    const std::size_t held = state_.held.size();
    const bool changed = restorer_.feed(state_, piece, in_, out);
    // What is held may be another part of the text by now.
    if (held == 0 || state_.held.size() <= piece.size()) held_since_ = hold_.now;
    return had || changed;
  }
  Result<void> finish(std::string& out) override {
    restorer_.finish(state_, out);
    return {};
  }
  SteadyTime held_until() const override {
    return state_.held.empty() ? SteadyTime::max() : hold_.until(held_since_);
  }
  Result<void> release(SteadyTime now, std::string& out) override {
    if (held_until() > now) return {};
    out += state_.held;
    // A backslash alone still says what the next character is.
    state_.after_backslash = in_ == Restorer::In::kJson && state_.held == "\\";
    state_.held.clear();
    return {};
  }

 private:
  const Restorer& restorer_;
  const HoldBack& hold_;
  const Restorer::In in_;
  SteadyTime held_since_;
  Restorer::State state_;
};

// One filter behind another.
class BothFilters final : public TextFilter {
 public:
  BothFilters(std::unique_ptr<TextFilter> first, std::unique_ptr<TextFilter> second)
      : first_(std::move(first)), second_(std::move(second)) {}

  Result<bool> feed(std::string_view piece, std::string& out) override {
    between_.clear();
    TIDEGATE_TRY(changed, first_->feed(piece, between_));
    TIDEGATE_TRY(again, second_->feed(between_, out));
    return changed || again;
  }
  Result<void> finish(std::string& out) override {
    between_.clear();
    TIDEGATE_TRY_VOID(first_->finish(between_));
    TIDEGATE_TRY_VOID(second_->feed(between_, out));
    return second_->finish(out);
  }
  SteadyTime held_until() const override {
    return std::min(first_->held_until(), second_->held_until());
  }
  Result<void> release(SteadyTime now, std::string& out) override {
    between_.clear();
    TIDEGATE_TRY_VOID(first_->release(now, between_));
    if (auto fed = second_->feed(between_, out); !fed)
      return std::unexpected(std::move(fed).error());
    return second_->release(now, out);
  }
  bool blocks() const override { return first_->blocks(); }

 private:
  const std::unique_ptr<TextFilter> first_;
  const std::unique_ptr<TextFilter> second_;
  std::string between_;
};

}  // namespace

std::unique_ptr<TextFilter> ReplyFilters::make(const llm::Text& text) {
  std::unique_ptr<TextFilter> restore;
  if (restorer_ != nullptr)
    restore = std::make_unique<RestoreFilter>(*restorer_, hold, text.is_json);
  if (!config_.filters_replies()) return restore;
  auto mask = std::make_unique<MaskFilter>(config_, detector_, hold, text.is_json);
  if (restore == nullptr) return mask;
  return std::make_unique<BothFilters>(std::move(mask), std::move(restore));
}

}  // namespace tidegate::processors::personal_data
