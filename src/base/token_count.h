// A number of model tokens. Its own type so that it is never mixed up with bytes, requests or
// money. Addition saturates: a provider that reports nonsense must not wrap a budget around.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace tidegate {

class TokenCount {
 public:
  constexpr TokenCount() = default;
  explicit constexpr TokenCount(std::uint64_t count) : count_(count) {}

  constexpr std::uint64_t value() const { return count_; }

  constexpr TokenCount& operator+=(TokenCount other) {
    const bool wraps = other.count_ > std::numeric_limits<std::uint64_t>::max() - count_;
    count_ = wraps ? std::numeric_limits<std::uint64_t>::max() : count_ + other.count_;
    return *this;
  }
  friend constexpr TokenCount operator+(TokenCount a, TokenCount b) { return a += b; }
  // Subtraction stops at zero: parts that exceed their whole (a provider's bug) leave nothing.
  friend constexpr TokenCount operator-(TokenCount a, TokenCount b) {
    return TokenCount(a.count_ > b.count_ ? a.count_ - b.count_ : 0);
  }
  friend constexpr auto operator<=>(const TokenCount&, const TokenCount&) = default;

 private:
  std::uint64_t count_ = 0;
};

}  // namespace tidegate
