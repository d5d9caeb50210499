// Documents in memory, found by what is asked: by their words (BM25) and by what they mean
// (vectors), both orders fused.
//
// Vectors are compared one by one: 256 numbers each, about 30 ns. Memory is the texts twice over
// and the vectors: some 3 KiB a chunk of 1,000 bytes.
// Thread: immutable; search() runs on any number of threads.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "embed/embedder.h"
#include "retrieval/chunker.h"
#include "retrieval/keyword_index.h"
#include "retrieval/passage.h"

namespace tidegate::retrieval {

struct Document {
  std::string source;  // "leave/parents.md"
  std::string text;    // UTF-8
};

// With more a search takes longer than a request should wait on its worker.
inline constexpr std::size_t kMaxChunks = 20'000;

class PassageIndex {
 public:
  PassageIndex(std::unique_ptr<const embed::Embedder> embedder,
               const std::vector<Document>& documents, const ChunkOptions& options);

  // The best `count` passages, best first. Their score is the cosine of the vectors, 0 to 1, which
  // is not what they are ordered by.   Returns: views of this object.
  std::vector<Passage> search(std::string_view question, std::size_t count) const;

  // Of chunks.
  std::size_t size() const { return chunks_.size(); }

 private:
  struct Entry {
    Chunk chunk;
    const std::string* source = nullptr;
  };
  void add(const Document& document, const ChunkOptions& options);
  std::vector<Ranked> search_vectors(std::span<const float> vector, std::size_t count) const;
  std::span<const float> vector_of(std::size_t chunk) const;

  const std::unique_ptr<const embed::Embedder> embedder_;
  std::deque<std::string> sources_;
  std::vector<Entry> chunks_;
  KeywordIndex keywords_;
  std::vector<float> vectors_;
};

}  // namespace tidegate::retrieval
