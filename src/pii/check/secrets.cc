// Sources: GitHub "Behind GitHub's new authentication token formats" (2021); npm "new access token
// format" (2021); RFC 7515, RFC 7519 (JWT).
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>

#include "base/base64.h"
#include "base/crc32.h"
#include "json/cursor.h"
#include "json/scan.h"
#include "pii/check/checks.h"
#include "pii/check/digits.h"

namespace tidegate::pii {
namespace {

// Bits for each character, by how often each one stands.
double entropy(std::string_view text) {
  std::array<int, 256> counts{};
  for (const char c : text) ++counts[static_cast<unsigned char>(c)];
  double bits = 0;
  for (const int count : counts) {
    if (count == 0) continue;
    const double share = static_cast<double>(count) / static_cast<double>(text.size());
    bits -= share * std::log2(share);
  }
  return bits;
}

std::optional<std::string> decode_base64url(std::string_view text) {
  std::string plain;
  unsigned bits = 0;
  unsigned held = 0;
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (const char c : text) {
    const auto digit = kDigits.find(c);
    if (digit == kDigits.npos) return std::nullopt;
    held = (held << 6 | static_cast<unsigned>(digit)) & 0xffffU;
    bits += 6;
    if (bits >= 8) plain += static_cast<char>(held >> (bits -= 8) & 0xffU);
  }
  return plain;
}

// Words that stand where a secret would.
bool is_placeholder(std::string_view value) {
  std::string lower(value);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  constexpr std::array<std::string_view, 9> kWords = {"example",     "your",        "changeme",
                                                      "placeholder", "xxxx",        "1234567890",
                                                      "dummy",       "process.env", "getenv"};
  return std::ranges::any_of(kWords, [&](auto word) { return lower.contains(word); });
}

}  // namespace

// The last six characters are the CRC-32 of the thirty before them, in base 62.
bool is_github_token(std::string_view text) {
  const auto body = text.substr(text.find('_') + 1);
  if (body.size() != 36) return false;
  constexpr std::string_view kDigits =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  auto crc = crc32(body.substr(0, 30));
  std::array<char, 6> expected{};
  for (auto at = expected.rbegin(); at != expected.rend(); ++at) {
    *at = kDigits[crc % 62];
    crc /= 62;
  }
  return body.substr(30) == std::string_view(expected.data(), expected.size());
}

bool is_jwt(std::string_view text) {
  if (std::ranges::count(text, '.') < 2) return false;
  const auto header = decode_base64url(text.substr(0, text.find('.')));
  if (!header || !json::validate(*header, Origin::kInternal)) return false;
  return json::find_member(*header, "alg").has_value();
}

bool is_random(std::string_view text) {
  return text.size() >= 16 && entropy(text) >= 3.0 && !is_placeholder(text) &&
         std::ranges::any_of(text, is_digit);
}

bool is_assigned_secret(std::string_view text) {
  const auto mark = text.find_first_of(":=");
  if (mark == text.npos) return false;
  auto value = text.substr(mark);
  const auto begin = value.find_first_not_of(":=> \t\"'");
  if (begin == value.npos) return false;
  value = value.substr(begin, value.find_last_not_of("\"'") - begin + 1);
  const bool mixed = std::ranges::any_of(value, is_digit) && std::ranges::any_of(value, is_letter);
  return value.size() >= 12 && mixed && entropy(value) >= 3.3 && !is_placeholder(value);
}

}  // namespace tidegate::pii
