#include "embed/known_vectors.h"

#include <algorithm>

namespace tidegate::embed {

void KnownVectors::embed(std::span<const std::string_view> texts, std::span<float> out) const {
  for (const std::string_view text : texts) {
    const auto place = out.first(dimension_);
    out = out.subspan(dimension_);
    const auto known = vectors_.find(text);
    if (known == vectors_.end()) {
      std::ranges::fill(place, 0.0F);
    } else {
      std::ranges::copy(known->second, place.begin());
    }
  }
}

}  // namespace tidegate::embed
