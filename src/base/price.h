// What the tokens of a model cost, as plain data: from a Backend, or from the price file
// (llm/price/price_table.h). llm/price/price.h reckons with it.
//
// A rate is the price of a million tokens in micro-dollars, which is a millionth of a micro-dollar
// per token: $0.075 per million tokens is 75,000.   Thread: plain values, pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/token_count.h"

namespace tidegate {

// One rate per bucket of llm::Usage. Reasoning and audio are parts of other buckets: their tokens
// are charged at their own rate instead of the bucket's.
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

// Rates as somebody writes them down: only input must be there.
struct StatedRates {
  std::optional<std::uint64_t> input;
  std::optional<std::uint64_t> cache_read;
  std::optional<std::uint64_t> cache_write_5m;
  std::optional<std::uint64_t> cache_write_1h;
  std::optional<std::uint64_t> output;
  std::optional<std::uint64_t> reasoning;
  std::optional<std::uint64_t> audio_input;
  std::optional<std::uint64_t> audio_output;
};

// What is absent costs what its bucket costs: caches and audio as much as input (an hour as much as
// five minutes), reasoning and audio output as output; output itself nothing.
Rates complete_rates(const StatedRates& stated);

// Dollars as a rate: "0.075" is 75,000. Decimals are read as text, so that no binary fraction comes
// between. Empty for what is no plain number below a million, exact to a millionth.
std::optional<std::uint64_t> parse_rate(std::string_view dollars);

// A factor from 0 to 1, exact to a thousandth: "0.5" is 500.
std::optional<std::uint32_t> parse_permille(std::string_view factor);

}  // namespace tidegate
