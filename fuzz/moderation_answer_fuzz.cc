// Any bytes as the answer of a moderation model: refused, or names that are bounded.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "processors/moderation/protocol.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidegate::processors::moderation;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Config by_provider;
  Config by_scores;
  by_scores.thresholds = {{"violence", 0.5}};
  for (const Config* config : {&by_provider, &by_scores}) {
    const auto flagged = find_flagged(text, *config, 1);
    if (!flagged) continue;
    if (flagged->size() > kMaxCategories) std::abort();
    for (const auto& name : *flagged) {
      if (name.size() > kMaxCategoryBytes) std::abort();
    }
  }
  return 0;
}
