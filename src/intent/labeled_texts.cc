#include "intent/labeled_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/arena.h"
#include "json/scan.h"

namespace tidegate::intent {
namespace {

constexpr json::Selection kMembers{"text", "intent"};
enum Member : std::size_t { kText, kIntent };

std::unexpected<Error> refuse(std::size_t line, std::string_view why) {
  return fail(ErrorCode::kInvalidConfig, Origin::kInternal, fmt::format("line {}: {}", line, why));
}

Result<Labeled> parse_line(std::string_view text, std::size_t line) {
  std::array<json::Member, kMembers.size()> members;
  const auto scanned = json::scan_object(text, kMembers, members, Origin::kInternal);
  if (!scanned) return refuse(line, scanned.error().detail);
  if (!members[kText].is_string()) return refuse(line, "\"text\" must be there, as a string");
  const bool is_named = members[kIntent].is_string();
  if (!is_named && members[kIntent].present() && members[kIntent].kind != json::Kind::kNull) {
    return refuse(line, "\"intent\" must be a string, null or absent");
  }
  Arena arena;
  Labeled labeled;
  labeled.text = json::find_string(text, members[kText], arena).value_or("");
  if (is_named) labeled.intent = json::find_string(text, members[kIntent], arena).value_or("");
  if (labeled.text.size() > kMaxLabeledBytes) {
    return refuse(line, fmt::format("\"text\" has more than {} bytes", kMaxLabeledBytes));
  }
  if (is_named && !is_intent_name(labeled.intent)) {
    return refuse(line,
                  "\"intent\" must be lower case letters, digits, \"-\" and \"_\", 63 at most, and "
                  "not \"none\": leave it out for that");
  }
  return labeled;
}

}  // namespace

bool is_intent_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= 63 && std::ranges::all_of(name, fits) && name != "none";
}

Result<std::vector<Labeled>> parse_labeled_texts(std::string_view lines) {
  std::vector<Labeled> texts;
  for (std::size_t line = 1; !lines.empty(); ++line) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view text = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (text.find_first_not_of(" \t\r") == text.npos) continue;
    if (texts.size() == kMaxLabeledTexts) {
      return refuse(line, fmt::format("there are more than {} texts", kMaxLabeledTexts));
    }
    TIDEGATE_TRY(labeled, parse_line(text, line));
    texts.push_back(std::move(labeled));
  }
  return texts;
}

}  // namespace tidegate::intent
