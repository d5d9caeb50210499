// The cost of one exchange in integer micro-dollars, by the price of its model (base/price.h).
//
// The whole sum is exact and rounded once, half up, so that a stream costs what the same reply
// costs whole.   Thread: plain values, pure functions.
#pragma once

#include <cstdint>

#include "base/micro_usd.h"
#include "base/price.h"
#include "base/token_count.h"
#include "llm/usage.h"

namespace tidegate::llm {

using tidegate::Price;
using tidegate::PriceTier;
using tidegate::Rates;

enum class Batch : std::uint8_t { kNo, kYes };

// The rates that hold for that much input: those of the last tier below it.
const Rates& rates_for(const Price& price, TokenCount input);

// Saturates. Audio input is taken from uncached input first, then from cache reads and writes.
MicroUsd cost(const Price& price, const Usage& usage, Batch batch = Batch::kNo);

}  // namespace tidegate::llm
