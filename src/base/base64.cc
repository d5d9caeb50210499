#include "base/base64.h"

#include <algorithm>
#include <array>

namespace tidegate {
namespace {

constexpr std::string_view kStandardAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kNoDigit = 0xff;

consteval std::array<std::uint8_t, 256> make_digits() {
  std::array<std::uint8_t, 256> digits{};
  digits.fill(kNoDigit);
  for (std::size_t i = 0; i < 64; ++i) {
    digits[static_cast<unsigned char>(kStandardAlphabet[i])] = static_cast<std::uint8_t>(i);
    digits[static_cast<unsigned char>(kUrlAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return digits;
}
constexpr auto kDigits = make_digits();

}  // namespace

void append_base64(std::string& out, std::string_view bytes, Base64 alphabet) {
  const auto digits = alphabet == Base64::kStandard ? kStandardAlphabet : kUrlAlphabet;
  const auto byte = [&](std::size_t i) {
    return i < bytes.size() ? static_cast<unsigned>(static_cast<unsigned char>(bytes[i])) : 0U;
  };
  out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const unsigned group = byte(at) << 16U | byte(at + 1) << 8U | byte(at + 2);
    const std::size_t used = std::min<std::size_t>(bytes.size() - at, 3) + 1;
    for (std::size_t i = 0; i < used; ++i) out += digits[group >> (18 - 6 * i) & 63U];
    if (alphabet == Base64::kStandard) out.append(4 - used, '=');
  }
}

std::optional<std::string> parse_base64(std::string_view text) {
  const auto length = text.find_last_not_of('=') + 1;  // 0 where there is none
  const auto padding = text.size() - length;
  if (length % 4 == 1 || (padding > 0 && (padding > 2 || text.size() % 4 != 0))) {
    return std::nullopt;
  }
  std::string bytes;
  bytes.reserve(length / 4 * 3 + 2);
  unsigned bits = 0;
  unsigned count = 0;
  for (const char c : text.substr(0, length)) {
    const auto digit = kDigits[static_cast<unsigned char>(c)];
    if (digit == kNoDigit) return std::nullopt;
    bits = bits << 6U | digit;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xffU);
  }
  return bytes;
}

}  // namespace tidegate
