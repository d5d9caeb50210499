// CRC-32 of IEEE 802.3, as zlib and the AWS event stream use it.   Thread: pure function.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tidegate {

namespace crc32_detail {
inline constexpr auto kTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ ((value & 1U) != 0 ? 0xEDB88320U : 0U);
    table[i] = value;
  }
  return table;
}();
}  // namespace crc32_detail

// Of `bytes`, or of what `before` is the checksum of and `bytes` behind it.
constexpr std::uint32_t crc32(std::string_view bytes, std::uint32_t before = 0) {
  std::uint32_t crc = ~before;
  for (const char c : bytes) {
    crc = crc >> 8 ^ crc32_detail::kTable[(crc ^ static_cast<unsigned char>(c)) & 0xFFU];
  }
  return ~crc;
}

// The check value of every catalogue of CRCs.
static_assert(crc32("123456789") == 0xCBF43926U);
static_assert(crc32("6789", crc32("12345")) == 0xCBF43926U);

}  // namespace tidegate
