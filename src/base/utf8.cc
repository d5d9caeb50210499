#include "base/utf8.h"

namespace tidegate {
namespace {

unsigned char byte_at(std::string_view text, std::size_t index) {
  return static_cast<unsigned char>(text[index]);
}

// Length and first bits by the first byte; zero for a byte that begins nothing.
std::size_t sequence_bytes(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return 2;
  if (first >= 0xe0 && first < 0xf0) return 3;
  return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

bool is_allowed(char32_t point, std::size_t bytes) {
  if (bytes == 3) return point >= 0x800 && (point < 0xd800 || point > 0xdfff);
  return bytes != 4 || (point >= 0x10000 && point <= 0x10ffff);
}

}  // namespace

CodePoint decode_point(std::string_view text) {
  const unsigned char first = byte_at(text, 0);
  const std::size_t bytes = sequence_bytes(first);
  if (bytes == 1) return {first, 1, true};
  if (bytes == 0 || bytes > text.size()) return {};
  char32_t point = first & (0x7fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    const unsigned char next = byte_at(text, i);
    if ((next & 0xc0) != 0x80) return {};
    point = (point << 6) | (next & 0x3f);
  }
  if (!is_allowed(point, bytes)) return {};
  return {point, bytes, true};
}

std::size_t encode_point(char32_t point, char* out) {
  const auto put = [&](std::size_t index, char32_t bits) { out[index] = static_cast<char>(bits); };
  if (point < 0x80) {
    put(0, point);
    return 1;
  }
  if (point < 0x800) {
    put(0, 0xc0 | (point >> 6));
    put(1, 0x80 | (point & 0x3f));
    return 2;
  }
  if (point < 0x10000) {
    put(0, 0xe0 | (point >> 12));
    put(1, 0x80 | ((point >> 6) & 0x3f));
    put(2, 0x80 | (point & 0x3f));
    return 3;
  }
  put(0, 0xf0 | (point >> 18));
  put(1, 0x80 | ((point >> 12) & 0x3f));
  put(2, 0x80 | ((point >> 6) & 0x3f));
  put(3, 0x80 | (point & 0x3f));
  return 4;
}

}  // namespace tidegate
