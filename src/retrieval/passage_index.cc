#include "retrieval/passage_index.h"

#include <algorithm>
#include <array>
#include <utility>

#include "embed/words.h"

namespace tidegate::retrieval {
namespace {

// How many of each order are fused, for one that is wanted.
constexpr std::size_t kCandidates = 4;
constexpr std::size_t kMinCandidates = 20;
// A vector of longer text says less, and costs more.
constexpr std::size_t kMaxEmbedded = 8192;

// Punctuation alone asks nothing, though it has a vector.
bool has_word(std::string_view text) {
  embed::Words words(text);
  embed::Word word;
  while (words.next(word)) {
    if (!word.punctuation) return true;
  }
  return false;
}

}  // namespace

PassageIndex::PassageIndex(std::unique_ptr<const embed::Embedder> embedder,
                           const std::vector<Document>& documents, const ChunkOptions& options)
    : embedder_(std::move(embedder)) {
  for (const Document& document : documents) add(document, options);
}

void PassageIndex::add(const Document& document, const ChunkOptions& options) {
  sources_.push_back(document.source);
  for (Chunk& chunk : split_document(document.text, options)) {
    // What a chunk is about stands in its headings as often as in its text.
    const std::string whole = chunk.title + "\n" + chunk.text;
    keywords_.add(whole);
    vectors_.resize(vectors_.size() + embedder_->dimension());
    embed::embed_one(*embedder_, std::string_view(whole).substr(0, kMaxEmbedded),
                     std::span(vectors_).last(embedder_->dimension()));
    if (chunk.title.empty()) chunk.title = document.source;
    chunks_.push_back({std::move(chunk), &sources_.back()});
  }
}

std::span<const float> PassageIndex::vector_of(std::size_t chunk) const {
  const std::size_t dimension = embedder_->dimension();
  return std::span(vectors_).subspan(chunk * dimension, dimension);
}

std::vector<Ranked> PassageIndex::search_vectors(std::span<const float> vector,
                                                 std::size_t count) const {
  std::vector<Ranked> out;
  out.reserve(chunks_.size());
  for (std::uint32_t chunk = 0; chunk < chunks_.size(); ++chunk) {
    const double score = embed::dot(vector, vector_of(chunk));
    if (score > 0) out.push_back({chunk, score});
  }
  keep_best(out, count);
  return out;
}

std::vector<Passage> PassageIndex::search(std::string_view question, std::size_t count) const {
  if (!has_word(question)) return {};
  std::vector<float> vector(embedder_->dimension());
  embed::embed_one(*embedder_, question.substr(0, kMaxEmbedded), vector);
  const std::size_t candidates = std::max(count * kCandidates, kMinCandidates);
  const std::array orders{search_vectors(vector, candidates),
                          keywords_.search(question, candidates)};
  std::vector<Passage> out;
  for (const Ranked& one : fuse(orders)) {
    if (out.size() == count) break;
    const Entry& entry = chunks_[one.number];
    const double cosine = embed::dot(vector, vector_of(one.number));
    out.push_back(
        {entry.chunk.text, *entry.source, entry.chunk.title, std::clamp(cosine, 0.0, 1.0)});
  }
  return out;
}

}  // namespace tidegate::retrieval
