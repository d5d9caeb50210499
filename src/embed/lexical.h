// Vectors of what a text is spelled of: no data, every language, no meaning.
//
// Hashes of the n-grams of 3 to 5 bytes within words, of words and of pairs of them are summed up
// with their signs into 512 numbers. Texts that share words or stems are near to each other;
// paraphrases without common words are not. Cosines run higher than those of models that know
// meaning: thresholds are not portable between embedders.
// Source: Weinberger et al., Feature Hashing for Large Scale Multitask Learning (2009).
#pragma once

#include "embed/embedder.h"

namespace tidegate::embed {

class LexicalEmbedder final : public Embedder {
 public:
  static constexpr std::size_t kDimension = 512;

  std::string_view id() const override { return "lexical-1-512"; }
  std::size_t dimension() const override { return kDimension; }
  void embed(std::span<const std::string_view> texts, std::span<float> out) const override;
};

}  // namespace tidegate::embed
