// A file of static embeddings: a vocabulary of word pieces, and a row of numbers for each.
//
// Everything is looked up in place, so that a mapped file costs nothing before it is used. Numbers
// are little-endian; tools/embed/distil.py writes the file.
//
//   0  magic "TIDEEMB1"
//   8  u32 dimension, tokens, slots, text bytes
//  24  u32 0, 0
//  32  SHA-256 of all that follows it, byte 64 to the end
//  64  u32 slot[slots]: token + 1, or 0. Open addressing with steps of one; slots is a power of
//  two,
//      and the first one to look at is hash_token() modulo it
//      u32 offset[tokens + 1]: of a token's text. Continuing pieces have "##" in front
//      f32 scale[tokens]: what a row is multiplied by; it has the token's weight in it
//      i8  row[tokens][dimension]
//      text
//
// Thread: immutable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace tidegate::embed {

// FNV-1a, as the slots are numbered. `hash` goes on from a prefix.
inline constexpr std::uint32_t kTokenHashStart = 0x811c9dc5;
constexpr std::uint32_t hash_token(std::string_view text, std::uint32_t hash = kTokenHashStart) {
  for (const char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x01000193U;
  return hash;
}

class ModelFile {
 public:
  enum class Verify : std::uint8_t { kHash, kShape };

  // `bytes` outlives it, begins at a multiple of 4, and may be anything: what is read is checked
  // here, once. kShape is for bytes whose hash cannot be wrong.
  // Errors: kInvalidConfig, which tells what does not fit.
  static Result<ModelFile> read(std::span<const std::byte> bytes, Verify verify);

  std::size_t dimension() const { return dimension_; }
  std::size_t tokens() const { return scales_.size(); }
  std::size_t longest_token() const { return longest_token_; }  // bytes, with "##"
  // The first digits of its hash.
  const std::string& digest() const { return digest_; }

  // `hash` is hash_token(text).
  std::optional<std::uint32_t> find(std::string_view text, std::uint32_t hash) const;
  std::string_view text(std::uint32_t token) const {
    return text_.substr(offsets_[token], offsets_[token + 1] - offsets_[token]);
  }
  float scale(std::uint32_t token) const { return scales_[token]; }
  std::span<const std::int8_t> row(std::uint32_t token) const {
    return rows_.subspan(token * dimension_, dimension_);
  }

 private:
  ModelFile() = default;
  Result<void> check_content();

  std::size_t dimension_ = 0;
  std::size_t longest_token_ = 0;
  std::string digest_;
  std::span<const std::uint32_t> slots_;
  std::span<const std::uint32_t> offsets_;
  std::span<const float> scales_;
  std::span<const std::int8_t> rows_;
  std::string_view text_;
};

}  // namespace tidegate::embed
