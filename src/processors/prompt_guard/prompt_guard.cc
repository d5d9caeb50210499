#include "processors/prompt_guard/prompt_guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "guard/engine.h"
#include "guard/rule_file.h"
#include "guard/turns.h"
#include "llm/text/message_texts.h"
#include "processors/prompt_guard/config.h"
#include "processors/read_config.h"
#include "processors/request_texts.h"

namespace tidegate::processors::prompt_guard {
namespace {

using pipeline::Phase;
using pipeline::Step;
using pipeline::Verdict;
using tidegate::guard::Channel;
using tidegate::guard::Engine;
using tidegate::guard::Hit;
using tidegate::guard::Score;
using tidegate::guard::TurnText;

// How far behind a match the rest of its sentence goes with it.
constexpr std::size_t kMaxTail = 200;

Channel channel_of(llm::Channel channel) {
  switch (channel) {
    case llm::Channel::kSystem:
      return Channel::kSystem;
    case llm::Channel::kUser:
      return Channel::kUser;
    case llm::Channel::kAssistant:
      return Channel::kAssistant;
    case llm::Channel::kReasoning:
      return Channel::kReasoning;
    case llm::Channel::kToolCall:
      return Channel::kToolCall;
    case llm::Channel::kToolResult:
      return Channel::kToolResult;
    case llm::Channel::kToolDescription:
      return Channel::kToolDescription;
    case llm::Channel::kDocument:
      return Channel::kDocument;
  }
  return Channel::kUser;
}

// The end of the sentence in which a match ends: what it asks for stands there.
std::size_t end_of_sentence(std::string_view text, std::size_t at) {
  const auto limit = std::min(text.size(), at + kMaxTail);
  while (at < limit && text[at] != '.' && text[at] != '!' && text[at] != '?' && text[at] != '\n')
    ++at;
  // Not within a character.
  while (at < text.size() && is_continuation(text[at])) ++at;
  return at;
}

// What users said, by message. Prompts outside of messages are no turns.
std::vector<TurnText> turns_of(std::span<const llm::Text> texts) {
  std::vector<TurnText> out;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto& text = texts[i];
    if (text.channel != llm::Channel::kUser || text.message == llm::Text::kNoMessage) continue;
    out.push_back({static_cast<std::uint32_t>(i), text.message, text.plain});
  }
  return out;
}

struct Judgement {
  Action action = Action::kReport;
  std::string_view category;  // that weighs most
};

Judgement judge(const Config& config, const Score& score) {
  Judgement out;
  int rest = 0;
  int most = 0;
  const auto consider = [&out](Action action, std::string_view category) {
    if (action > out.action || out.category.empty()) out = {action, category};
  };
  std::string_view heaviest;
  for (const auto& one : score.categories) {
    const auto own = std::ranges::find(config.categories, one.category, &CategoryRule::category);
    if (own == config.categories.end()) {
      rest += one.points;
      if (one.points > most) heaviest = one.category;
      most = std::max(most, one.points);
    } else if (one.points >= static_cast<int>(own->threshold) * 100) {
      consider(own->action, one.category);
    }
  }
  if (rest >= static_cast<int>(config.threshold) * 100) consider(config.action, heaviest);
  return out;
}

class PromptGuard final : public pipeline::Processor {
 public:
  PromptGuard(const Config& config, const Engine& engine) : config_(config), engine_(engine) {}

  Step process(pipeline::Turn& turn) override {
    const auto& message = turn.message;
    if (turn.phase != Phase::kRequestBody || !is_json_call(message)) return Verdict::kContinue;
    const auto listed = request_texts(turn);
    if (!listed) return listed.error();
    const std::span<const llm::Text> texts = *listed;
    std::vector<Hit> hits;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      auto looked = engine_.look(texts[i].plain, channel_of(texts[i].channel),
                                 static_cast<std::uint32_t>(i), hits);
      if (!looked) return std::move(looked).error();
    }
    // What the header says is the guard's word alone.
    if (flags() && message.request->fields.find(config_.header)) {
      turn.effects.remove_header(config_.header);
    }
    if (hits.empty()) return Verdict::kContinue;
    auto score = tidegate::guard::add_up(hits, config_.policy);
    tidegate::guard::add_turns(hits, turns_of(texts), config_.policy, config_.turns,
                               static_cast<int>(config_.threshold), score);
    return act(turn, texts, hits, score);
  }

 private:
  bool flags() const { return config_.uses(Action::kFlag) || config_.uses(Action::kRedact); }

  Step act(pipeline::Turn& turn, std::span<const llm::Text> texts, const std::vector<Hit>& hits,
           const Score& score) const {
    const auto said = turn.arena.copy(tidegate::guard::describe(score));
    turn.effects.detail = said;
    const auto judgement = judge(config_, score);
    if (judgement.category.empty() || judgement.action == Action::kReport)
      return Verdict::kContinue;
    if (judgement.action == Action::kBlock) return refuse(turn, judgement);
    turn.effects.set_header(config_.header, said);
    if (judgement.action == Action::kRedact) redact(turn, texts, hits);
    return Verdict::kContinue;
  }

  static Step refuse(pipeline::Turn& turn, const Judgement& judgement) {
    turn.effects.refusal = {.status = 403,
                            .code = "prompt_blocked",
                            .message = turn.arena.copy(fmt::format(
                                "the request was blocked by policy: {}", judgement.category))};
    return Verdict::kReject;
  }

  // Takes out what matched, with the rest of its sentence; what is only odd about a text has no
  // place in it. A text that is listed twice is edited once.
  void redact(pipeline::Turn& turn, std::span<const llm::Text> texts, std::vector<Hit> hits) const {
    std::erase_if(hits, [](const Hit& hit) { return !hit.counts || hit.rule->soft; });
    std::ranges::sort(hits, [](const Hit& a, const Hit& b) {
      return std::pair(a.text, a.begin) < std::pair(b.text, b.begin);
    });
    std::size_t edited = 0;
    for (std::size_t at = 0; at < hits.size();) {
      const auto number = hits[at].text;
      const auto& text = texts[number];
      if (text.range.begin < edited) {
        ++at;
        continue;
      }
      edited = text.range.end;
      llm::TextLocator locator(turn.message.payload, text);
      while (at < hits.size() && hits[at].text == number) {
        const std::size_t begin = hits[at].begin;
        std::size_t end = end_of_sentence(text.plain, hits[at].end);
        for (++at; at < hits.size() && hits[at].text == number && hits[at].begin <= end; ++at) {
          end = std::max(end, end_of_sentence(text.plain, hits[at].end));
        }
        const auto range = locator.locate(begin, end);
        turn.effects.replace(range.begin, range.end,
                             llm::escape_for(text, config_.mark, turn.arena));
      }
    }
  }

  const Config& config_;
  const Engine& engine_;
};

class Factory final : public pipeline::ProcessorFactory {
 public:
  Factory(Config config, Engine engine) : config_(std::move(config)), engine_(std::move(engine)) {}
  pipeline::PhaseSet phases() const override { return {Phase::kRequestBody}; }
  pipeline::Processor* make(Arena& arena) const override {
    return pipeline::make_in<PromptGuard>(arena, config_, engine_);
  }

 private:
  const Config config_;
  const Engine engine_;
};

Result<std::unique_ptr<const pipeline::ProcessorFactory>> make(const config::ProcessorSpec& spec) {
  TIDEGATE_TRY(config, make_config<Config>(spec));
  TIDEGATE_TRY(builtin, tidegate::guard::builtin_prompt_rules());
  TIDEGATE_TRY(engine, Engine::make({std::move(builtin), config.rules}, config.policy));
  return std::make_unique<const Factory>(std::move(config), std::move(engine));
}

}  // namespace

pipeline::BuiltinProcessor prompt_guard() {
  return {{"PromptGuard", {Phase::kRequestBody}, false, check_config<Config>}, make};
}

}  // namespace tidegate::processors::prompt_guard
