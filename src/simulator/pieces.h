// The two sources of a reply's pieces: a whole body, and a stream of tokens.
// Thread: one owner.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "simulator/directives.h"
#include "simulator/format.h"
#include "simulator/metrics.h"
#include "simulator/reply.h"

namespace tidegate::simulator {

// When things happen within one answer: first token, every later one, with their jitter.
class Pace {
 public:
  Pace(const Directives& directives, std::uint64_t seed)
      : first_(directives.time_to_first_token),
        next_(directives.inter_token_delay),
        jitter_(directives.jitter),
        random_(seed) {}

  std::chrono::microseconds first() { return first_ + jitter(); }
  std::chrono::microseconds next() { return next_ + jitter(); }
  // Time for a whole answer of that many tokens.
  std::chrono::microseconds all(std::uint64_t tokens);

 private:
  std::chrono::microseconds jitter();

  std::chrono::microseconds first_;
  std::chrono::microseconds next_;
  std::chrono::microseconds jitter_;
  Random random_;
};

// Counts one request in the metrics, from its start to its end.
class Running {
 public:
  Running(Metrics& metrics, const Answer& answer, std::chrono::microseconds time_to_first_token);
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  void sent(std::uint64_t tokens) { sent_ += tokens; }
  void complete() { end_ = whole_end_; }

 private:
  Metrics& metrics_;
  std::uint64_t held_;
  std::uint64_t sent_ = 0;
  Metrics::End whole_end_;  // once all of it is sent
  Metrics::End end_ = Metrics::End::kAborted;
};

// A body that is sent at once after `delay`.
std::unique_ptr<PieceSource> make_whole_body(std::string body, std::chrono::microseconds delay);

// The answer to a request that generates text. A whole reply that the directives stall or cut ends
// after half of its bytes.
struct Generated {
  std::unique_ptr<PieceSource> pieces;
  std::optional<std::uint64_t> content_length;  // empty: a stream
};
enum class Delivery : std::uint8_t { kWhole, kStream };
Generated make_generated(Subject subject, const Directives& directives, Delivery delivery,
                         Metrics& metrics, std::uint64_t seed);

}  // namespace tidegate::simulator
