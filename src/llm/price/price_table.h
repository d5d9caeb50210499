// The prices of models, from the file that is built into the binary (data/prices.json) or one in
// its place.
//
//   {"models":[{"providers":["OpenAI","AzureOpenAI"],"model":"gpt-4.1","as_of":"2026-11-05",
//     "source":"OpenAI API, Pricing","copy":true,
//     "input":2,"cache_read":0.5,"cache_write_5m":2,"cache_write_1h":2,"output":8,"reasoning":8,
//     "audio_input":2,"audio_output":8,"batch":0.5,
//     "tiers":[{"above":200000,"input":4,"output":12,...}]}]}
// Prices are US dollars per million tokens, exact to a millionth of a dollar. Only input is
// required; complete_rates() says what absent ones are, those of a tier by its own input and
// output. `batch` is the factor in a batch. `as_of` is the day on which the price stood in the
// document that `source` names (`copy`: in a copy of it). Thread: immutable once parsed.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/error.h"
#include "llm/price/price.h"

namespace tidegate::llm {

class PriceTable {
 public:
  // Errors: kInvalidConfig, naming the place: "models[3].input must be a price in dollars".
  static Result<PriceTable> parse(std::string_view json);

  // The price of a model as its provider names it (llm/provider.h). The longest entry counts that
  // the name is, or begins with before a '-', ':', '@' or '/' that is not followed by a version of
  // one or two digits: a newer model is not priced as an older one. Prefixes that only say where a
  // model runs are passed over ("us.", "models/", "publishers/google/models/"). Null: not known.
  const Price* find(std::string_view provider, std::string_view model) const;

  std::size_t size() const { return entries_; }

 private:
  // By provider, then by model.
  using Models = std::map<std::string, Price, std::less<>>;
  std::map<std::string, Models, std::less<>> providers_;
  std::size_t entries_ = 0;

  friend class PriceTableReader;
};

// The file that is built in.
std::string_view builtin_prices();

}  // namespace tidegate::llm
