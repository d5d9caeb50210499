#include "pii/replace.h"

#include <algorithm>
#include <array>

#include "base/utf8.h"
#include "digest/digest.h"
#include "pii/check/digits.h"

namespace tidegate::pii {
namespace {

constexpr std::size_t kMaskKeeps = 4;
constexpr std::size_t kHashDigits = 12;

bool is_spelled_freely(const Rule& rule) {
  switch (rule.group) {
    case Group::kFinancial:
      return rule.shape == Shape::kIban || rule.label == "CARD" || rule.label == "US_ABA";
    case Group::kIdentity:
      return true;
    case Group::kContact:
      return rule.label == "PHONE";
    case Group::kNetwork:
      return rule.label == "MAC";
    case Group::kCredential:
      return false;
  }
  return false;
}

}  // namespace

std::optional<Action> find_action(std::string_view name) {
  constexpr std::array<std::string_view, 6> kNames = {"Report", "Redact",      "Mask",
                                                      "Hash",   "Placeholder", "Block"};
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Action>(found - kNames.begin());
}

std::string normalise(const Rule& rule, std::string_view text) {
  std::string normal;
  normal.reserve(text.size());
  if (is_spelled_freely(rule)) {
    const bool international = text.starts_with('+') || text.starts_with("00");
    for (const char c : text) {
      if (base36(c) >= 0) normal += upper(c);
    }
    if (rule.label == "PHONE" && international) {
      normal.insert(0, "+");
      if (text.starts_with("00")) normal.erase(1, 2);
    }
    return normal;
  }
  const bool any_case = rule.label == "EMAIL" || rule.label == "IP" || rule.label == "ETHEREUM";
  for (const char c : text) normal += any_case ? to_lower(c) : c;
  return normal;
}

std::string redact(const Rule& rule) { return "[" + std::string(rule.label) + "]"; }

std::string mask(std::string_view text) {
  const auto is_kept_sign = [](char c) {
    return base36(c) < 0 && static_cast<unsigned char>(c) < 0x80;
  };
  const auto count =
      text.size() - static_cast<std::size_t>(std::ranges::count_if(text, is_kept_sign));
  const auto hidden = count <= 2 * kMaskKeeps ? count : count - kMaskKeeps;
  std::string masked;
  std::size_t at = 0;
  for (const char c : text) {
    const bool hide = !is_kept_sign(c) && at++ < hidden;
    // A character of more than one byte becomes one sign, and is never cut.
    const bool continues = is_continuation(c);
    if (!hide) masked += c;
    if (hide && !continues) masked += '*';
  }
  return masked;
}

std::string keyed_digits(const Rule& rule, std::string_view normal, const Secret& key, int round,
                         std::size_t digits) {
  std::string message(rule.label);
  message += '\0';
  message += normal;
  if (round > 0) message += '\0' + std::to_string(round);
  std::string hex = to_hex(view_of(hmac_sha256(key.reveal(), message)));
  hex.resize(digits);
  return hex;
}

std::string hash(const Rule& rule, std::string_view text, const Secret& key) {
  return "[" + std::string(rule.label) + ":" +
         keyed_digits(rule, normalise(rule, text), key, 0, kHashDigits) + "]";
}

}  // namespace tidegate::pii
