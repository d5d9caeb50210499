#include "llm/price/price.h"

#include <algorithm>
#include <limits>

namespace tidegate::llm {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t kTokensPerRate = 1'000'000;

// Takes up to `wanted` tokens out of a bucket; returns what it could not take.
TokenCount take(TokenCount& bucket, TokenCount wanted) {
  const auto taken = std::min(bucket, wanted);
  bucket = bucket - taken;
  return wanted - taken;
}

// Tokens and rates are numbers of somebody else's: the sum stops before it wraps.
class Sum {
 public:
  void add(TokenCount tokens, std::uint64_t rate) {
    const auto product = Wide{tokens.value()} * rate;
    sum_ = product > kMost - sum_ ? kMost : sum_ + product;
  }
  Wide value() const { return sum_; }

 private:
  static constexpr Wide kMost = ~Wide{0} / 1024;  // leaves room for the batch's factor
  Wide sum_ = 0;
};

}  // namespace

const Rates& rates_for(const Price& price, TokenCount input) {
  const Rates* rates = &price.rates;
  for (const auto& tier : price.tiers) {
    if (input > tier.above) rates = &tier.rates;
  }
  return *rates;
}

MicroUsd cost(const Price& price, const Usage& usage, Batch batch) {
  const auto& rates = rates_for(price, usage.input());
  Usage text = usage;
  TokenCount rest = usage.audio_input;
  for (auto* const bucket :
       {&text.input_uncached, &text.cache_read, &text.cache_write_5m, &text.cache_write_1h}) {
    rest = take(*bucket, rest);
  }
  const auto audio_output = usage.audio_output - take(text.output, usage.audio_output);
  const auto reasoning = usage.reasoning - take(text.output, usage.reasoning);

  Sum sum;
  sum.add(text.input_uncached, rates.input);
  sum.add(text.cache_read, rates.cache_read);
  sum.add(text.cache_write_5m, rates.cache_write_5m);
  sum.add(text.cache_write_1h, rates.cache_write_1h);
  sum.add(usage.audio_input - rest, rates.audio_input);
  sum.add(text.output, rates.output);
  sum.add(reasoning, rates.reasoning);
  sum.add(audio_output, rates.audio_output);

  const std::uint64_t factor = batch == Batch::kYes ? std::min(price.batch_permille, 1000U) : 1000;
  constexpr Wide kDivisor = Wide{kTokensPerRate} * 1000;
  const Wide micro = (sum.value() * factor + kDivisor / 2) / kDivisor;
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  return MicroUsd(micro > kMost ? kMost : static_cast<std::uint64_t>(micro));
}

}  // namespace tidegate::llm
