#include "embed/model_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "digest/digest.h"

namespace tidegate::embed {
namespace {

static_assert(std::endian::native == std::endian::little, "files are looked up as they are");

constexpr std::string_view kMagic = "TIDEEMB1";
constexpr std::size_t kHeaderBytes = 64;
constexpr std::uint32_t kMaxDimension = 4096;
constexpr std::uint32_t kMaxTokens = 1U << 22U;

struct Header {
  std::array<char, 8> magic;
  std::uint32_t dimension;
  std::uint32_t tokens;
  std::uint32_t slots;
  std::uint32_t text_bytes;
  std::array<std::uint32_t, 2> zeros;
  Sha256 hash;
};
static_assert(sizeof(Header) == kHeaderBytes);

std::unexpected<Error> refuse(std::string_view why) {
  return fail(ErrorCode::kInvalidConfig, Origin::kInternal, fmt::format("embeddings: {}", why));
}

// Takes arrays from the front; their sizes were checked.
class Cutter {
 public:
  explicit Cutter(std::span<const std::byte> rest) : rest_(rest) {}
  template <class T>
  std::span<const T> take(std::size_t count) {
    const auto* begin = reinterpret_cast<const T*>(rest_.data());
    rest_ = rest_.subspan(count * sizeof(T));
    return {begin, count};
  }

 private:
  std::span<const std::byte> rest_;
};

bool has_right_hash(std::span<const std::byte> content, const Header& header) {
  return sha256({reinterpret_cast<const char*>(content.data()), content.size()}) == header.hash;
}

}  // namespace

Result<ModelFile> ModelFile::read(std::span<const std::byte> bytes, Verify verify) {
  Header header;
  if (bytes.size() < kHeaderBytes) return refuse("the file is cut");
  std::memcpy(&header, bytes.data(), kHeaderBytes);
  if (std::string_view(header.magic.data(), header.magic.size()) != kMagic) {
    return refuse("this is no file of embeddings, or of another version");
  }
  const bool is_sane = header.dimension >= 1 && header.dimension <= kMaxDimension &&
                       header.tokens >= 1 && header.tokens <= kMaxTokens &&
                       std::has_single_bit(header.slots) && header.slots > header.tokens &&
                       header.slots <= kMaxTokens * 4;
  if (!is_sane) return refuse("its sizes make no sense");
  const std::uint64_t due =
      kHeaderBytes + std::uint64_t{header.slots} * 4 + (std::uint64_t{header.tokens} + 1) * 4 +
      std::uint64_t{header.tokens} * (4 + header.dimension) + header.text_bytes;
  if (due != bytes.size()) {
    return refuse(fmt::format("the file has {} bytes, not {}", bytes.size(), due));
  }
  const auto content = bytes.subspan(kHeaderBytes);
  if (verify == Verify::kHash && !has_right_hash(content, header)) {
    return refuse("the file is damaged: its hash is another");
  }

  ModelFile file;
  file.dimension_ = header.dimension;
  for (const unsigned char byte : std::span(header.hash).first<6>()) {
    file.digest_ += fmt::format("{:02x}", byte);
  }
  Cutter cutter(content);
  file.slots_ = cutter.take<std::uint32_t>(header.slots);
  file.offsets_ = cutter.take<std::uint32_t>(header.tokens + std::size_t{1});
  file.scales_ = cutter.take<float>(header.tokens);
  file.rows_ = cutter.take<std::int8_t>(std::size_t{header.tokens} * header.dimension);
  const auto text = cutter.take<char>(header.text_bytes);
  file.text_ = std::string_view(text.data(), text.size());
  TIDEGATE_TRY_VOID(file.check_content());
  return file;
}

// That no lookup leaves the arrays or does not end. A hash says only that the file is as it was
// made.
Result<void> ModelFile::check_content() {
  if (offsets_.front() != 0 || offsets_.back() != text_.size() ||
      !std::ranges::is_sorted(offsets_)) {
    return refuse("the texts of its tokens do not fit");
  }
  for (std::size_t token = 0; token < tokens(); ++token) {
    longest_token_ = std::max<std::size_t>(longest_token_, offsets_[token + 1] - offsets_[token]);
    if (!std::isfinite(scales_[token])) return refuse("a weight is no number");
  }
  std::size_t used = 0;
  for (const std::uint32_t slot : slots_) {
    if (slot > tokens()) return refuse("a slot names no token");
    if (slot != 0) ++used;
  }
  if (used == slots_.size()) return refuse("it has no free slot");
  return {};
}

std::optional<std::uint32_t> ModelFile::find(std::string_view text, std::uint32_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask; slots_[at] != 0; at = (at + 1) & mask) {
    const std::uint32_t token = slots_[at] - 1;
    if (this->text(token) == text) return token;
  }
  return std::nullopt;
}

}  // namespace tidegate::embed
