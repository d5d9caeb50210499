// Base64 of Secrets: what is accepted encodes back to the same text without its line ends.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "decode/base64.h"

namespace {

std::string encode(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      const bool here = at + i < bytes.size();
      group = group << 8 | (here ? static_cast<std::uint8_t>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out += at + i <= bytes.size() ? kDigits[group >> (18 - 6 * i) & 63U] : '=';
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidegate;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto back = decode::parse_base64(encode(text));
  TIDEGATE_CHECK(back && *back == text);
  const auto decoded = decode::parse_base64(text);
  if (!decoded) return 0;
  // As Go's decoder, which Kubernetes uses: bits behind the last byte are not looked at.
  const std::string canonical = encode(*decoded);
  TIDEGATE_CHECK(decode::parse_base64(canonical) == decoded);
  std::size_t digits = 0;
  for (const char c : text) digits += static_cast<std::size_t>(c != '\n' && c != '\r');
  TIDEGATE_CHECK(canonical.size() == digits);
  return 0;
}
