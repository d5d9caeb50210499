// Any bytes as a price table, and any name looked up in it: refused with a reason, or a table whose
// every entry is found by its own name and costs nothing for nothing.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "llm/price/price_table.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidegate;
  using namespace tidegate::llm;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line_end = text.find('\n');
  const auto name = text.substr(0, line_end);
  const auto table =
      PriceTable::parse(line_end == text.npos ? builtin_prices() : text.substr(line_end + 1));
  if (!table) {
    if (table.error().detail.empty()) std::abort();
    return 0;
  }
  for (const std::string_view provider : {"OpenAI", "AWSBedrock", "P"}) {
    const auto* const price = table->find(provider, name);
    if (price != nullptr && cost(*price, Usage{}) != MicroUsd()) std::abort();
  }
  return 0;
}
