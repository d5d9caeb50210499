#include "embed/embedder.h"

#include <array>
#include <cmath>

#include "base/check.h"

namespace tidegate::embed {

void embed_one(const Embedder& embedder, std::string_view text, std::span<float> out) {
  embedder.embed(std::span(&text, 1), out);
}

// Eight sums side by side: the compiler may not reorder additions of floats by itself.
float dot(std::span<const float> a, std::span<const float> b) {
  TIDEGATE_DCHECK(a.size() == b.size());
  constexpr std::size_t kLanes = 8;
  std::array<float, kLanes> sums{};
  std::size_t at = 0;
  for (; at + kLanes <= a.size(); at += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) sums[lane] += a[at + lane] * b[at + lane];
  }
  float sum = 0;
  for (; at < a.size(); ++at) sum += a[at] * b[at];
  for (const float one : sums) sum += one;
  return sum;
}

void normalize(std::span<float> vector) {
  const float squared = dot(vector, vector);
  if (squared <= 0) return;
  const float scale = 1.0F / std::sqrt(squared);
  for (float& one : vector) one *= scale;
}

}  // namespace tidegate::embed
