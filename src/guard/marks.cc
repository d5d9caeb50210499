#include "guard/marks.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "guard/normal/fold.h"

namespace tidegate::guard {
namespace {

constexpr auto kRoles = std::to_array<std::string_view>(
    {"system:", "developer:", "user:", "assistant:", "human:", "ai:", "### instruction",
     "### response", "### system", "[system]", "[user]", "[assistant]"});
constexpr auto kAnswers =
    std::to_array<std::string_view>({"a:", "answer:", "assistant:", "ai:", "### response"});
constexpr auto kTokens = std::to_array<std::string_view>(
    {"<|", "<<sys>>", "<start_of_turn>", "<end_of_turn>", "</s>", "[inst]", "[/inst]"});

// What a page that speaks to a model has more of than one that speaks to people.
constexpr auto kOrders = std::to_array<std::string_view>(
    {"must",     "ignore",   "disregard", "forget",  "instead",     "immediately",
     "execute",  "forward",  "reply",     "respond", "reveal",      "disclose",
     "transfer", "invoke",   "never",     "always",  "instruction", "instructions",
     "inform",   "override", "comply",    "obey",    "important"});
constexpr auto kAddressed = std::to_array<std::string_view>(
    {"you", "your", "assistant", "ai", "model", "agent", "llm", "chatbot"});

bool contains(const auto& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

std::size_t count_starts(std::string_view line, auto& names) {
  return std::ranges::any_of(names, [line](auto name) { return line.starts_with(name); }) ? 1 : 0;
}

// None: the scripts of Chinese, Japanese and Korean, which are mixed with Latin every day.
enum class Script : std::uint8_t { kLatin, kGreek, kCyrillic, kHebrew, kArabic, kIndic, kThai };

struct ScriptRange {
  char32_t last;
  std::optional<Script> script;
};
constexpr auto kScripts = std::to_array<ScriptRange>({{0x0040, std::nullopt},
                                                      {0x024F, Script::kLatin},
                                                      {0x036F, std::nullopt},
                                                      {0x03FF, Script::kGreek},
                                                      {0x052F, Script::kCyrillic},
                                                      {0x058F, std::nullopt},
                                                      {0x05FF, Script::kHebrew},
                                                      {0x08FF, Script::kArabic},
                                                      {0x0DFF, Script::kIndic},
                                                      {0x0EFF, Script::kThai}});

std::optional<Script> script_of(char32_t character) {
  const auto* found = std::ranges::lower_bound(kScripts, character, {}, &ScriptRange::last);
  return found == kScripts.end() ? std::nullopt : found->script;
}

}  // namespace

LineMarks count_line_marks(std::string_view folded) {
  LineMarks out;
  for (std::size_t at = 0; at < folded.size();) {
    const auto line = folded.substr(at, 24);
    out.roles += count_starts(line, kRoles);
    out.answers += count_starts(line, kAnswers);
    const auto end = folded.find('\n', at);
    if (end == std::string_view::npos) break;
    at = end + 1;
  }
  return out;
}

std::size_t count_special_tokens(std::string_view folded) {
  std::size_t out = 0;
  for (const char first : {'<', '['}) {
    for (auto at = folded.find(first); at != std::string_view::npos;
         at = folded.find(first, at + 1))
      out += count_starts(folded.substr(at, 16), kTokens);
  }
  return out;
}

ScriptSwitches count_script_switches(std::string_view folded) {
  ScriptSwitches out;
  std::optional<Script> before;
  bool inside = false;
  for (std::size_t at = 0; at < folded.size();) {
    std::size_t length = 1;
    const auto character = decode_utf8(folded.substr(at), length);
    at += length;
    const auto script = script_of(character);
    if (!script) {
      inside = false;
      continue;
    }
    if (inside && script == before) continue;
    ++out.words;
    if (before && before != script) ++out.switches;
    before = script;
    inside = true;
  }
  return out;
}

std::size_t densest_instructions(std::string_view folded) {
  constexpr std::size_t kWindow = 32;
  enum class Kind : std::uint8_t { kOther, kOrder, kAddressed };
  std::array<Kind, kWindow> window{};
  std::size_t orders = 0;
  std::size_t addressed = 0;
  std::size_t most = 0;
  std::size_t number = 0;
  for (std::size_t at = 0; at < folded.size();) {
    if (!is_letter(folded[at])) {
      ++at;
      continue;
    }
    const auto begin = at;
    while (at < folded.size() && is_letter(folded[at])) ++at;
    const auto word = folded.substr(begin, at - begin);
    auto& slot = window[number++ % kWindow];
    orders -= slot == Kind::kOrder;
    addressed -= slot == Kind::kAddressed;
    slot = contains(kOrders, word)      ? Kind::kOrder
           : contains(kAddressed, word) ? Kind::kAddressed
                                        : Kind::kOther;
    orders += slot == Kind::kOrder;
    addressed += slot == Kind::kAddressed;
    if (addressed != 0) most = std::max(most, orders);
  }
  return most;
}

}  // namespace tidegate::guard
