#include "http/h2_flood.h"

#include <algorithm>

namespace tidegate::http {

bool RateBucket::take(SteadyTime now) {
  if (refilled_ == SteadyTime{}) refilled_ = now;
  if (limit_.per_second != 0 && now > refilled_) {
    const auto step = std::chrono::nanoseconds(std::chrono::seconds(1)) / limit_.per_second;
    const auto due = (now - refilled_) / step;
    const auto missing = static_cast<std::int64_t>(limit_.burst - tokens_);
    if (due >= missing) {
      tokens_ = limit_.burst;
      refilled_ = now;
    } else {
      tokens_ += static_cast<std::uint32_t>(due);
      refilled_ += due * step;
    }
  }
  if (tokens_ == 0) return false;
  --tokens_;
  return true;
}

}  // namespace tidegate::http
