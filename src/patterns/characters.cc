#include "patterns/characters.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "base/utf8.h"

namespace tidegate::patterns {
namespace {

constexpr std::uint32_t kNotUtf8 = 0x110000;
constexpr std::array<CharRange, 12> kWordRanges = {{{'0', '9'},
                                                    {'A', 'Z'},
                                                    {'_', '_'},
                                                    {'a', 'z'},
                                                    {0xC0, 0xD6},
                                                    {0xD8, 0xF6},
                                                    {0xF8, 0x24F},
                                                    {0x370, 0x3FF},
                                                    {0x400, 0x52F},
                                                    {0x531, 0x587},
                                                    {0x5D0, 0x64A},
                                                    {0x900, 0x97F}}};

// Splits a range until the bytes of its ends are ranges of each place by themselves.
void spell_into(std::uint32_t low, std::uint32_t high, std::vector<ByteRanges>& out) {
  constexpr std::array<std::uint32_t, 3> kLast = {0x7F, 0x7FF, 0xFFFF};  // of 1, 2, 3 bytes
  for (const auto last : kLast) {
    if (low <= last && high > last) {
      spell_into(low, last, out);
      return spell_into(last + 1, high, out);
    }
  }
  std::array<char, 4> first{};
  std::array<char, 4> last{};
  const auto size = encode_point(low, first.data());
  for (std::size_t tails = 1; tails < size; ++tails) {
    const std::uint32_t mask = (1U << (6 * tails)) - 1;
    if ((low & ~mask) == (high & ~mask)) continue;
    if ((low & mask) != 0) {
      spell_into(low, low | mask, out);
      return spell_into((low | mask) + 1, high, out);
    }
    if ((high & mask) != mask) {
      spell_into(low, (high & ~mask) - 1, out);
      return spell_into(high & ~mask, high, out);
    }
  }
  encode_point(high, last.data());
  ByteRanges run;
  for (std::size_t i = 0; i < size; ++i) {
    run.emplace_back(static_cast<std::uint8_t>(first[i]), static_cast<std::uint8_t>(last[i]));
  }
  out.push_back(std::move(run));
}

}  // namespace

std::uint32_t take_char(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  std::size_t size = 1;
  if (lead >= 0xC2 && lead < 0xE0) size = 2;
  if (lead >= 0xE0 && lead < 0xF0) size = 3;
  if (lead >= 0xF0 && lead < 0xF5) size = 4;
  const bool whole =
      size <= text.size() && std::ranges::all_of(text.substr(1, size - 1), is_continuation);
  if (lead >= 0x80 && (size == 1 || !whole)) {
    text.remove_prefix(1);
    return kNotUtf8 + lead;
  }
  std::uint32_t c = size == 1 ? lead : lead & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    c = c << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  text.remove_prefix(size);
  return c;
}

std::uint32_t last_char(std::string_view text) {
  if (text.empty()) return 0;
  std::size_t size = 1;
  while (size < 4 && size < text.size() && is_continuation(text[text.size() - size])) ++size;
  auto rest = text.substr(text.size() - size);
  const auto c = take_char(rest);
  return rest.empty() ? c : kNotUtf8;
}

bool is_word_char(std::uint32_t c) {
  return std::ranges::any_of(kWordRanges,
                             [c](CharRange range) { return c >= range.low && c <= range.high; });
}

std::uint32_t other_case(std::uint32_t c) {
  const auto in = [c](std::uint32_t low, std::uint32_t high) { return c >= low && c <= high; };
  if (in('a', 'z') || in(0xE0, 0xF6) || in(0xF8, 0xFE)) return c - 0x20;
  if (in('A', 'Z') || in(0xC0, 0xD6) || in(0xD8, 0xDE)) return c + 0x20;
  // Pairs: the capital first, at an even place or at an odd one.
  if (in(0x100, 0x12F) || in(0x132, 0x137) || in(0x14A, 0x177) || in(0x460, 0x481) ||
      in(0x48A, 0x4BF) || in(0x4D0, 0x52F)) {
    return c ^ 1U;
  }
  if (in(0x139, 0x148) || in(0x179, 0x17E)) return ((c - 1) ^ 1U) + 1;
  if (in(0x391, 0x3A9) && c != 0x3A2) return c + 0x20;
  if (in(0x3B1, 0x3C9) && c != 0x3C2) return c - 0x20;
  if (in(0x410, 0x42F)) return c + 0x20;
  if (in(0x430, 0x44F)) return c - 0x20;
  if (in(0x400, 0x40F)) return c + 0x50;
  if (in(0x450, 0x45F)) return c - 0x50;
  if (in(0x531, 0x556)) return c + 0x30;
  if (in(0x561, 0x586)) return c - 0x30;
  return c;
}

std::vector<ByteRanges> spell(CharRange range) {
  std::vector<ByteRanges> out;
  const auto add = [&](std::uint32_t low, std::uint32_t high) {
    if (low <= high) spell_into(low, high, out);
  };
  add(range.low, std::min<std::uint32_t>(range.high, 0xD7FF));
  add(std::max<std::uint32_t>(range.low, 0xE000), range.high);
  return out;
}

}  // namespace tidegate::patterns
