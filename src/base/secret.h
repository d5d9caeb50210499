// A value that must never be printed: keys, tokens, passwords.
//
// It has no stream operator, no formatter and no implicit conversion; the only way out is reveal(),
// which is easy to find in a review. Its memory is wiped when it goes.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace tidegate {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { other.wipe(); }
  Secret& operator=(Secret&& other) noexcept {
    value_ = std::move(other.value_);
    other.wipe();
    return *this;
  }
  ~Secret() { wipe(); }

  // The plain value, for the one place that puts it on a wire. Valid while this object lives.
  std::string_view reveal() const { return value_; }
  bool empty() const { return value_.empty(); }
  // What logs and `--json` output show instead.
  static constexpr std::string_view redacted() { return "***"; }

  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  void wipe() noexcept {
    volatile char* bytes = value_.data();
    for (std::size_t i = 0; i < value_.size(); ++i) bytes[i] = 0;
    value_.clear();
  }

  std::string value_;
};

}  // namespace tidegate
