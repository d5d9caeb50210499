#include "pii/placeholder.h"

#include <algorithm>

#include "pii/check/digits.h"
#include "pii/replace.h"

namespace tidegate::pii {
namespace {

// Labels have at most so many characters, with the underscore and the digits behind them.
constexpr std::size_t kMaxInside = 64;

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), to_lower);
  return out;
}

}  // namespace

void Placeholders::take_notice(std::string_view text) {
  for (auto at = text.find('<'); at != text.npos; at = text.find('<', at + 1)) {
    auto end = at + 1;
    while (end < text.size() && end - at <= kMaxInside &&
           (base36(text[end]) >= 0 || text[end] == '_')) {
      ++end;
    }
    const bool closed = end < text.size() && text[end] == '>';
    if (closed && end - at > kDigits) taken_.insert(lower(text.substr(at, end + 1 - at)));
  }
}

std::string_view Placeholders::replace(const Rule& rule, std::string_view value) {
  const auto normal = normalise(rule, value);
  const auto [known, is_new] = by_value_.try_emplace(std::string(rule.label) + '\0' + normal);
  if (!is_new) return known->second;
  for (int round = 0;; ++round) {
    std::string placeholder = "<" + std::string(rule.label) + "_" +
                              keyed_digits(rule, normal, key_, round, kDigits) + ">";
    if (taken_.contains(lower(placeholder)) || values_.contains(placeholder)) continue;
    values_.emplace(placeholder, value);
    known->second = std::move(placeholder);
    return known->second;
  }
}

}  // namespace tidegate::pii
