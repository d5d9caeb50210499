#include "embed/static_embedder.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "embed/builtin_model.h"

namespace tidegate::embed {
namespace {

constexpr std::string_view kContinues = "##";

// The longest known piece at the beginning of `rest`, and its bytes.
struct Piece {
  std::uint32_t token;
  std::size_t bytes;
};
std::optional<Piece> find_longest(const ModelFile& file, std::string_view rest, bool is_first) {
  // The hash of each prefix comes from the one before; the longest is looked up first.
  std::array<std::uint32_t, Words::kMaxBytes> hashes;
  std::array<char, Words::kMaxBytes + kContinues.size()> text;
  const std::string_view prefix = is_first ? std::string_view() : kContinues;
  std::ranges::copy(prefix, text.begin());
  std::ranges::copy(rest, text.begin() + static_cast<std::ptrdiff_t>(prefix.size()));
  const std::size_t most = file.longest_token() > prefix.size()
                               ? std::min(rest.size(), file.longest_token() - prefix.size())
                               : 0;
  std::uint32_t hash = hash_token(prefix);
  for (std::size_t at = 0; at < most; ++at) {
    hash = hash_token(rest.substr(at, 1), hash);
    hashes[at] = hash;
  }
  for (std::size_t size = most; size > 0; --size) {
    const std::string_view candidate(text.data(), prefix.size() + size);
    if (const auto token = file.find(candidate, hashes[size - 1])) return Piece{*token, size};
  }
  return std::nullopt;
}

void add_row(const ModelFile& file, std::uint32_t token, std::span<float> out) {
  const float scale = file.scale(token);
  const std::span<const std::int8_t> row = file.row(token);
  const std::int8_t* from = row.data();
  float* to = out.data();
  for (std::size_t at = 0; at < row.size(); ++at) to[at] += scale * static_cast<float>(from[at]);
}

}  // namespace

std::span<const std::uint32_t> cut_word(const ModelFile& file, const Word& word,
                                        WordPieces& space) {
  if (word.characters > kMaxWordPieces) return {};
  std::size_t count = 0;
  for (std::string_view rest = word.text; !rest.empty(); ++count) {
    const auto piece = find_longest(file, rest, count == 0);
    if (!piece || count == space.size()) return {};
    space[count] = piece->token;
    rest.remove_prefix(piece->bytes);
  }
  return std::span(space).first(count);
}

StaticEmbedder::StaticEmbedder(ModelFile file, std::optional<MappedFile> keep)
    : keep_(std::move(keep)), file_(std::move(file)), id_("static-" + file_.digest()) {}

Result<std::unique_ptr<const Embedder>> StaticEmbedder::open(const std::string& path) {
  TIDEGATE_TRY(mapped, MappedFile::open(path));
  auto file = ModelFile::read(mapped.bytes(), ModelFile::Verify::kHash);
  if (!file) {
    file.error().detail = path + ": " + file.error().detail;
    return std::unexpected(std::move(file).error());
  }
  return std::make_unique<const StaticEmbedder>(*std::move(file), std::move(mapped));
}

std::unique_ptr<const Embedder> StaticEmbedder::builtin() {
  auto file = ModelFile::read(builtin_model(), ModelFile::Verify::kShape);
  TIDEGATE_CHECK(file.has_value());
  return std::make_unique<const StaticEmbedder>(*std::move(file));
}

void StaticEmbedder::embed(std::span<const std::string_view> texts, std::span<float> out) const {
  TIDEGATE_DCHECK(out.size() == texts.size() * dimension());
  WordPieces space;
  for (std::size_t at = 0; at < texts.size(); ++at) {
    const auto vector = out.subspan(at * dimension(), dimension());
    std::ranges::fill(vector, 0.0F);
    Words words(texts[at]);
    Word word;
    while (words.next(word)) {
      for (const std::uint32_t token : cut_word(file_, word, space)) add_row(file_, token, vector);
    }
    normalize(vector);
  }
}

}  // namespace tidegate::embed
