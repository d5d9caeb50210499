// The digits of a number as people write it, and the arithmetic of check digits.
//
// Thread: plain values, pure functions.   Source: ISO/IEC 7064, ISO/IEC 7812-1 annex B (Luhn),
// J. Verhoeff (1969).
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string_view>

#include "base/ascii.h"

namespace tidegate::pii {

class Digits {
 public:
  static constexpr std::size_t kMax = 32;

  // Blanks, '-', '.', '/' and brackets are passed over; with anything else among them, or more
  // than kMax digits, there are none.
  explicit constexpr Digits(std::string_view text) {
    for (const char c : text) {
      if (c >= '0' && c <= '9' && size_ < kMax) {
        digits_[size_++] = c - '0';
      } else if (std::string_view(" -./()").find(c) == std::string_view::npos) {
        size_ = 0;
        return;
      }
    }
  }

  constexpr std::size_t size() const { return size_; }
  constexpr int operator[](std::size_t i) const { return digits_[i]; }
  constexpr int last() const { return digits_[size_ - 1]; }
  // The number that `count` digits from `at` make.
  constexpr int number(std::size_t at, std::size_t count) const {
    int value = 0;
    for (std::size_t i = at; i < at + count; ++i) value = value * 10 + digits_[i];
    return value;
  }
  // The sum of digits times weights, from digit `at`.
  constexpr int weighted(std::initializer_list<int> weights, std::size_t at = 0) const {
    int sum = 0;
    for (const int weight : weights) sum += weight * digits_[at++];
    return sum;
  }
  // The rest of the first `count` digits as one number.
  constexpr int modulo(int divisor, std::size_t count) const {
    long long rest = 0;
    for (std::size_t i = 0; i < count; ++i) rest = (rest * 10 + digits_[i]) % divisor;
    return static_cast<int>(rest);
  }
  constexpr bool all_equal() const {
    for (std::size_t i = 1; i < size_; ++i) {
      if (digits_[i] != digits_[0]) return false;
    }
    return true;
  }

 private:
  std::array<int, kMax> digits_{};
  std::size_t size_ = 0;
};

// The last digit is the check digit. `sum` starts the Luhn sum (prefixes that are not written).
bool luhn(const Digits& digits, int sum = 0);
bool verhoeff(const Digits& digits);
// ISO 7064 MOD 11,10.
bool mod_11_10(const Digits& digits);

// Whether there is such a day; `year` with its century, or below 100 for one of this or the last.
bool is_date(int year, int month, int day);

// 0-9 and A-Z to 0-35, in either case; -1 for others.
constexpr int base36(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  return -1;
}
constexpr char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

// Letters in capitals and digits, up to 64 of them; others are dropped.
class Compact {
 public:
  explicit constexpr Compact(std::string_view text) {
    for (const char c : text) {
      if (base36(c) >= 0 && size_ < text_.size()) text_[size_++] = upper(c);
    }
  }
  constexpr std::string_view view() const { return {text_.data(), size_}; }

 private:
  std::array<char, 64> text_{};
  std::size_t size_ = 0;
};

}  // namespace tidegate::pii
