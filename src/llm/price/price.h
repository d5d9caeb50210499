// What a model's tokens cost, and the cost of one exchange in integer micro-dollars.
//
// A rate is the price of a million tokens in micro-dollars, which is a millionth of a micro-dollar
// per token: $0.075 per million tokens is 75,000. The whole sum is exact and rounded once, half up,
// so that a stream costs what the same reply costs whole.   Thread: plain values, pure functions.
#pragma once

#include <cstdint>
#include <vector>

#include "base/micro_usd.h"
#include "base/token_count.h"
#include "llm/usage.h"

namespace tidegate::llm {

// One rate per bucket of Usage. Reasoning and audio are parts of other buckets: their tokens are
// charged at their own rate instead of the bucket's.
struct Rates {
  std::uint64_t input = 0;  // uncached
  std::uint64_t cache_read = 0;
  std::uint64_t cache_write_5m = 0;
  std::uint64_t cache_write_1h = 0;
  std::uint64_t output = 0;
  std::uint64_t reasoning = 0;
  std::uint64_t audio_input = 0;
  std::uint64_t audio_output = 0;
  friend bool operator==(const Rates&, const Rates&) = default;
};

// Rates of the whole request where its input is longer.
struct PriceTier {
  TokenCount above;
  Rates rates;
  friend bool operator==(const PriceTier&, const PriceTier&) = default;
};

struct Price {
  Rates rates;
  std::vector<PriceTier> tiers;         // by `above`, ascending
  std::uint32_t batch_permille = 1000;  // of the price, where a request is part of a batch
  friend bool operator==(const Price&, const Price&) = default;
};

enum class Batch : std::uint8_t { kNo, kYes };

// The rates that hold for that much input: those of the last tier below it.
const Rates& rates_for(const Price& price, TokenCount input);

// Saturates. Audio input is taken from uncached input first, then from cache reads and writes.
MicroUsd cost(const Price& price, const Usage& usage, Batch batch = Batch::kNo);

}  // namespace tidegate::llm
