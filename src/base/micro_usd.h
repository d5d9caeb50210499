// An amount of money in millionths of a US dollar. Its own type so that it is never mixed up with
// tokens or with a price per million tokens. Addition saturates: a sum that is too large must not
// wrap a budget around.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace tidegate {

class MicroUsd {
 public:
  constexpr MicroUsd() = default;
  explicit constexpr MicroUsd(std::uint64_t amount) : amount_(amount) {}

  constexpr std::uint64_t value() const { return amount_; }

  constexpr MicroUsd& operator+=(MicroUsd other) {
    const bool wraps = other.amount_ > std::numeric_limits<std::uint64_t>::max() - amount_;
    amount_ = wraps ? std::numeric_limits<std::uint64_t>::max() : amount_ + other.amount_;
    return *this;
  }
  friend constexpr MicroUsd operator+(MicroUsd a, MicroUsd b) { return a += b; }
  // Subtraction stops at zero.
  friend constexpr MicroUsd operator-(MicroUsd a, MicroUsd b) {
    return MicroUsd(a.amount_ > b.amount_ ? a.amount_ - b.amount_ : 0);
  }
  friend constexpr auto operator<=>(const MicroUsd&, const MicroUsd&) = default;

 private:
  std::uint64_t amount_ = 0;
};

}  // namespace tidegate
