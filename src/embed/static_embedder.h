// Vectors of what words mean, without a model run: a row of a table for each piece of a word, and
// their weighted mean.
//
// The table is distilled from a sentence model (tools/embed/distil.py); the text of a word is cut
// into its longest known pieces, as WordPiece does. Words that are not known say nothing.
// Source: Devlin et al., BERT (2018), WordPiece; Arora et al., A Simple but Tough-to-Beat Baseline
// for Sentence Embeddings (2017); Tulkens and van Dongen, Model2Vec (2024).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "embed/embedder.h"
#include "embed/mapped_file.h"
#include "embed/model_file.h"
#include "embed/words.h"

namespace tidegate::embed {

// A word of more characters is not known, as in BERT's tokenizers.
inline constexpr std::size_t kMaxWordPieces = 100;
using WordPieces = std::array<std::uint32_t, kMaxWordPieces>;

// The pieces of one word as rows of the file, in order, in `space`; none: it is not known as a
// whole.
std::span<const std::uint32_t> cut_word(const ModelFile& file, const Word& word, WordPieces& space);

class StaticEmbedder final : public Embedder {
 public:
  // Of a file, which stays mapped.  Errors: kInvalidConfig.
  static Result<std::unique_ptr<const Embedder>> open(const std::string& path);
  // Of the one that is part of the binary (data/embeddings.bin): nothing is copied.
  static std::unique_ptr<const Embedder> builtin();

  explicit StaticEmbedder(ModelFile file, std::optional<MappedFile> keep = {});

  std::string_view id() const override { return id_; }
  std::size_t dimension() const override { return file_.dimension(); }
  void embed(std::span<const std::string_view> texts, std::span<float> out) const override;

 private:
  const std::optional<MappedFile> keep_;
  const ModelFile file_;
  const std::string id_;
};

}  // namespace tidegate::embed
