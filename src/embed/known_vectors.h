// Vectors that somebody else has made: of a model that is far away, kept for texts that are asked
// for again.   Thread: immutable.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "embed/embedder.h"

namespace tidegate::embed {

class KnownVectors final : public Embedder {
 public:
  using Table = std::map<std::string, std::vector<float>, std::less<>>;

  // REQUIRES: each vector has `dimension` numbers, and length one or all zeros.
  KnownVectors(std::string id, std::size_t dimension, Table vectors)
      : id_(std::move(id)), dimension_(dimension), vectors_(std::move(vectors)) {}

  std::string_view id() const override { return id_; }
  std::size_t dimension() const override { return dimension_; }
  // A text that is not known is as one without a word.
  void embed(std::span<const std::string_view> texts, std::span<float> out) const override;

 private:
  std::string id_;
  std::size_t dimension_;
  Table vectors_;
};

}  // namespace tidegate::embed
