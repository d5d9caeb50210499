// Any bytes as a file of embeddings, with any hash: refused, or of vectors with a length of one.
// Any text: its words are bounded, and both embedders take them.
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

#include "embed/lexical.h"
#include "embed/static_embedder.h"

namespace {

using namespace tidegate::embed;

void require(bool condition) {
  if (!condition) std::abort();
}

void check_embedder(const Embedder& embedder, std::string_view text) {
  const std::array<std::string_view, 2> texts = {text, "The cards of 3 peoples"};
  std::vector<float> out(2 * embedder.dimension());
  embedder.embed(texts, out);
  const auto vector = std::span(out).first(embedder.dimension());
  const float squared = dot(vector, vector);
  // Weights of a strange file may be as large or small as numbers can be.
  require(!(squared > 4.0F) || !std::isfinite(squared));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Words words(text);
  Word word;
  std::size_t characters = 0;
  while (words.next(word)) {
    require(!word.text.empty() && word.text.size() <= Words::kMaxBytes);
    characters += word.characters;
  }
  require(characters <= 3 * size);
  check_embedder(LexicalEmbedder(), text);

  std::vector<std::uint32_t> aligned((size + 3) / 4);
  if (size != 0) std::memcpy(aligned.data(), data, size);
  const auto file =
      ModelFile::read(std::as_bytes(std::span(aligned)).first(size), ModelFile::Verify::kShape);
  if (file) check_embedder(StaticEmbedder(*file), text);
  return 0;
}
