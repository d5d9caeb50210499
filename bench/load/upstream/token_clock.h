// When each paced stream must send its next token: one heap for all connections.
// A due entry of a connection that is gone or has moved on is recognised by its serial and dropped.
#pragma once

#include <cstdint>
#include <optional>
#include <queue>
#include <vector>

#include "bench/load/instant.h"

namespace tidegate::bench {

struct DueToken {
  Instant due;
  std::uint32_t connection = 0;  // slot of the connection
  std::uint64_t serial = 0;      // of the stream; unique in the process
  friend bool operator>(const DueToken& a, const DueToken& b) { return a.due > b.due; }
};

class TokenClock {
 public:
  void add(const DueToken& token) { heap_.push(token); }

  std::optional<Instant> next_due() const {
    if (heap_.empty()) return std::nullopt;
    return heap_.top().due;
  }

  // Removes and returns a token that is due at `now`.
  std::optional<DueToken> take(Instant now) {
    if (heap_.empty() || heap_.top().due > now) return std::nullopt;
    const DueToken token = heap_.top();
    heap_.pop();
    return token;
  }

 private:
  std::priority_queue<DueToken, std::vector<DueToken>, std::greater<>> heap_;
};

}  // namespace tidegate::bench
