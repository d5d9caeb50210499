#include "upstream/health.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <string>
#include <utility>

namespace tidegate::upstream {
namespace {

// A probe that takes longer counts as never finished: the next request is another one.
constexpr std::chrono::seconds kProbeTime{60};
// Weight of the newest latency: 1/kFading.
constexpr std::int64_t kFading = 4;
constexpr std::int64_t kWindowSlices = 8;

std::int64_t slice_number(const config::PassiveHealth& policy, SteadyTime now) {
  const auto slice = std::max<std::int64_t>(policy.window.count() / kWindowSlices, 1);
  return std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() /
         slice;
}

}  // namespace

Verdict judge_status(std::uint16_t status) {
  if (status >= 500 || status == 408 || status == 429) return Verdict::kFailure;
  return status >= 400 ? Verdict::kSilent : Verdict::kSuccess;
}

Verdict judge_error(const Error& error) {
  if (error.origin == Origin::kDownstream || error.code == ErrorCode::kCancelled ||
      error.code == ErrorCode::kShutdown || error.code == ErrorCode::kUnavailable) {
    return Verdict::kSilent;
  }
  return Verdict::kFailure;
}

std::string_view to_string(Circuit circuit) {
  switch (circuit) {
    case Circuit::kClosed:
      return "closed";
    case Circuit::kOpen:
      return "open";
    case Circuit::kHalfOpen:
      return "half_open";
  }
  return "closed";
}

Circuit EndpointHealth::circuit(SteadyTime now) const {
  if (!opened_) return Circuit::kClosed;
  return now < open_until_ ? Circuit::kOpen : Circuit::kHalfOpen;
}

bool EndpointHealth::available(SteadyTime now) const {
  if (!passes_checks_) return false;
  if (!opened_) return true;
  return now >= open_until_ && (!probing_ || now >= probe_until_);
}

void EndpointHealth::start(SteadyTime now) {
  if (circuit(now) != Circuit::kHalfOpen) return;
  probing_ = true;
  probe_until_ = now + kProbeTime;
}

void EndpointHealth::count(const config::PassiveHealth& policy, Verdict verdict, SteadyTime now) {
  const std::int64_t number = slice_number(policy, now);
  Slice& slice = slices_[static_cast<std::size_t>(number) % kSlices];
  if (slice.number != number) slice = Slice{number, 0, 0};
  ++slice.requests;
  if (verdict == Verdict::kFailure) ++slice.failures;
  consecutive_ = verdict == Verdict::kFailure ? consecutive_ + 1 : 0;
}

bool EndpointHealth::over_ratio(const config::PassiveHealth& policy, SteadyTime now) const {
  if (policy.failure_ratio <= 0) return false;
  const std::int64_t oldest = slice_number(policy, now) - static_cast<std::int64_t>(kSlices) + 1;
  std::uint32_t requests = 0;
  std::uint32_t failures = 0;
  for (const Slice& slice : slices_) {
    if (slice.number < oldest) continue;
    requests += slice.requests;
    failures += slice.failures;
  }
  return requests >= policy.min_requests && failures >= policy.failure_ratio * requests;
}

bool EndpointHealth::finish(const config::PassiveHealth& policy, Verdict verdict, bool may_eject,
                            SteadyTime now) {
  const bool was_probe = std::exchange(probing_, false);
  if (verdict == Verdict::kSilent) return false;
  count(policy, verdict, now);
  if (opened_) {
    if (now < open_until_) return false;  // an older request; the decision stands
    if (verdict == Verdict::kSuccess) {
      close();
      return false;
    }
    if (!was_probe) return false;
    open(policy, now);
    return true;
  }
  if (verdict == Verdict::kSuccess) return false;
  const bool row = policy.consecutive_failures != 0 && consecutive_ >= policy.consecutive_failures;
  if (!may_eject || !(row || over_ratio(policy, now))) return false;
  open(policy, now);
  return true;
}

void EndpointHealth::open(const config::PassiveHealth& policy, SteadyTime now) {
  auto time = policy.ejection_time;
  for (std::uint32_t i = 0; i < ejections_ && time < policy.max_ejection_time; ++i) time *= 2;
  open_until_ = now + std::min(time, policy.max_ejection_time);
  opened_ = true;
  ++ejections_;
}

void EndpointHealth::close() {
  opened_ = false;
  ejections_ = 0;
  consecutive_ = 0;
  slices_ = {};
}

void EndpointHealth::cool_down(const config::PassiveHealth& policy, std::chrono::milliseconds time,
                               SteadyTime now) {
  if (time.count() <= 0) return;
  const SteadyTime until = now + std::min(time, policy.max_ejection_time);
  open_until_ = opened_ ? std::max(open_until_, until) : until;
  opened_ = true;
}

void EndpointHealth::note_latency(std::chrono::microseconds latency) {
  const std::int64_t now = std::max<std::int64_t>(latency.count(), 1);
  latency_us_ = latency_us_ == 0 ? now : latency_us_ + (now - latency_us_) / kFading;
}

void EndpointHealth::note_check(const config::ActiveHealth& policy, bool well) {
  if (well == passes_checks_) {
    checks_in_a_row_ = 0;
    return;
  }
  const std::uint32_t needed = well ? policy.healthy_threshold : policy.unhealthy_threshold;
  if (++checks_in_a_row_ < needed) return;
  passes_checks_ = well;
  checks_in_a_row_ = 0;
}

std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value, WallTime now) {
  std::uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (error == std::errc() && end == value.data() + value.size()) {
    return std::chrono::seconds(seconds);
  }
  std::tm date{};
  const std::string text(value);
  const char* rest = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
  if (rest == nullptr || *rest != '\0') return std::nullopt;
  const auto at = std::chrono::system_clock::from_time_t(::timegm(&date));
  return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(at - now),
                  std::chrono::milliseconds(0));
}

}  // namespace tidegate::upstream
