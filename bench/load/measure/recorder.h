// What a run of the load client found out, and its JSON form.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "bench/load/instant.h"
#include "bench/load/measure/histogram.h"

namespace tidegate::bench {

// Counts only between open() and close(): the warm-up before and the draining after leave no trace,
// except that a failure counts whenever it happens.
class Recorder {
 public:
  void open() { counting_ = Counting::kOn; }
  void close() { counting_ = Counting::kOff; }

  void response(Duration latency) {
    if (counting_ == Counting::kOn) responses_.record(latency);
  }
  void token(Duration latency) {
    if (counting_ == Counting::kOn) tokens_.record(latency);
  }
  void failure(const std::string& reason) { ++failures_[reason]; }

  bool failed() const { return !failures_.empty(); }

  // One JSON object. `elapsed` and `proxy_cpu` cover exactly open() to close().
  std::string to_json(Duration elapsed, Duration proxy_cpu) const;

 private:
  enum class Counting : std::uint8_t { kOff, kOn } counting_ = Counting::kOff;
  Histogram responses_;
  Histogram tokens_;
  std::map<std::string, std::uint64_t> failures_;
};

}  // namespace tidegate::bench
