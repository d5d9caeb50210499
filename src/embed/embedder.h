// Texts as vectors: what means the same points the same way.
//
// An embedder is made once, costs no network, and is shared by all workers. Vectors of different
// embedders are never compared: whoever stores vectors stores id() with them.
// Thread: immutable; embed() may be called from any number of threads at once.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace tidegate::embed {

class Embedder {
 public:
  virtual ~Embedder() = default;

  // What it computes with: its name, and a hash of its data. Equal ids give equal vectors.
  virtual std::string_view id() const = 0;
  virtual std::size_t dimension() const = 0;

  // Writes a vector of dimension() numbers for each text, one after the other. Each has length one,
  // but for a text without a word (empty, spaces, punctuation): all zeros.
  // Input:  UTF-8; what is not counts as characters of its own. out.size() is texts.size() times
  //         dimension().
  // Limits: time is linear in the bytes of the texts, and so is nothing else; cut them before.
  virtual void embed(std::span<const std::string_view> texts, std::span<float> out) const = 0;
};

// The same for one text. out.size() is dimension().
void embed_one(const Embedder& embedder, std::string_view text, std::span<float> out);

// The cosine of vectors of length one. Same size.
float dot(std::span<const float> a, std::span<const float> b);

// Makes it one of length one; leaves all zeros as they are.
void normalize(std::span<float> vector);

}  // namespace tidegate::embed
