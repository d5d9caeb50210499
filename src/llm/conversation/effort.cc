#include "llm/conversation/effort.h"

#include <algorithm>
#include <array>

namespace tidegate::llm {
namespace {

constexpr std::array<std::string_view, 7> kWords = {"none", "minimal", "low", "medium",
                                                    "high", "xhigh",   "max"};
constexpr std::uint64_t kLeastAnthropicBudget = 1024;

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a | 0x20) : a) == b;
  });
}

bool asks_nothing(const Reasoning& reasoning) {
  return !reasoning.effort && !reasoning.budget && !reasoning.adaptive;
}

// The budgets that a 2.5 model takes (Thinking guide, 2026-11).
struct BudgetScale {
  std::uint64_t least = 0;
  std::uint64_t most = 0;
  bool can_be_off = true;
};

BudgetScale budget_scale(std::string_view model) {
  if (model.find("flash-lite") != model.npos) return {512, 24'576, true};
  if (model.find("flash") != model.npos) return {1, 24'576, true};
  return {128, 32'768, false};
}

GeminiThinking budget_thinking(const Reasoning& reasoning, std::string_view model) {
  GeminiThinking thinking;
  if (reasoning.adaptive && !reasoning.budget && !reasoning.effort) {
    thinking.budget = -1;
    return thinking;
  }
  const auto scale = budget_scale(model);
  const auto wanted =
      reasoning.budget ? *reasoning.budget : budget_of(reasoning.effort.value_or(Effort::kMedium));
  std::uint64_t budget = std::clamp(wanted, scale.least, scale.most);
  if (wanted == 0 && scale.can_be_off) budget = 0;
  thinking.budget = static_cast<std::int64_t>(budget);
  // An effort only stands for a budget: what its highest words mean is the model's to say.
  thinking.exact = budget == wanted || (!reasoning.budget && wanted > scale.most);
  return thinking;
}

GeminiThinking level_thinking(const Reasoning& reasoning, std::string_view model) {
  GeminiThinking thinking;
  const auto wanted = find_effort(reasoning);
  if (!wanted) return thinking;  // dynamic is what a model does by itself
  const bool has_minimal = model.find("flash") != model.npos;
  const auto taken =
      clamp_effort(*wanted, has_minimal ? Effort::kMinimal : Effort::kLow, Effort::kHigh);
  thinking.level = to_string(taken);
  thinking.exact = taken == *wanted || *wanted > Effort::kHigh;
  return thinking;
}

}  // namespace

std::string_view to_string(Effort effort) { return kWords[static_cast<std::size_t>(effort)]; }

std::optional<Effort> parse_effort(std::string_view word) {
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    if (equals_ignoring_case(word, kWords[i])) return static_cast<Effort>(i);
  }
  return std::nullopt;
}

std::uint64_t budget_of(Effort effort) {
  switch (effort) {
    case Effort::kNone:
      return 0;
    case Effort::kMinimal:
    case Effort::kLow:
      return 1024;
    case Effort::kMedium:
      return 8192;
    case Effort::kHigh:
      return 24'576;
    case Effort::kXHigh:
      return 32'768;
    case Effort::kMax:
      return 65'536;
  }
  return 0;
}

Effort effort_of(std::uint64_t budget) {
  if (budget == 0) return Effort::kNone;
  if (budget <= budget_of(Effort::kLow)) return Effort::kLow;
  return budget <= budget_of(Effort::kMedium) ? Effort::kMedium : Effort::kHigh;
}

std::optional<Effort> find_effort(const Reasoning& reasoning) {
  if (reasoning.effort) return reasoning.effort;
  if (reasoning.budget) return effort_of(*reasoning.budget);
  return std::nullopt;
}

Effort clamp_effort(Effort effort, Effort least, Effort most) {
  return std::clamp(effort, least, most);
}

std::optional<std::uint64_t> anthropic_budget(const Reasoning& reasoning,
                                              std::uint64_t max_tokens) {
  if (asks_nothing(reasoning) || max_tokens <= kLeastAnthropicBudget) return std::nullopt;
  const auto wanted =
      reasoning.budget ? *reasoning.budget : budget_of(reasoning.effort.value_or(Effort::kMedium));
  if (wanted == 0) return std::nullopt;
  return std::clamp(wanted, kLeastAnthropicBudget, max_tokens - 1);
}

GeminiThinking gemini_thinking(const Reasoning& reasoning, std::string_view model) {
  if (asks_nothing(reasoning)) return {};
  const unsigned generation = gemini_generation(model);
  if (generation >= 30) return level_thinking(reasoning, model);
  if (generation >= 25) return budget_thinking(reasoning, model);
  GeminiThinking none;
  none.exact = find_effort(reasoning) == Effort::kNone;
  return none;
}

unsigned gemini_generation(std::string_view model) {
  constexpr std::string_view kFamily = "gemini-";
  const auto at = model.find(kFamily);
  if (at == model.npos) return 0;
  const auto version = model.substr(at + kFamily.size());
  const auto digit = [&](std::size_t i) {
    const bool is_digit = i < version.size() && version[i] >= '0' && version[i] <= '9';
    return is_digit ? static_cast<unsigned>(version[i] - '0') : 10U;
  };
  if (digit(0) == 10) return version.ends_with("-latest") ? 30 : 0;
  const bool has_minor = version.size() > 1 && version[1] == '.' && digit(2) != 10;
  return digit(0) * 10 + (has_minor ? digit(2) : 0);
}

}  // namespace tidegate::llm
