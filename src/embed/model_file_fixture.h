// For tests: small files of embeddings, right or wrong.
#pragma once

#include <openssl/sha.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "embed/model_file.h"

namespace tidegate::embed {

struct SampleToken {
  std::string text;
  float scale = 1;
  std::array<std::int8_t, 2> row{};
};

// The bytes of a file of two dimensions, at an address that may be read as numbers.
class SampleFile {
 public:
  static constexpr std::size_t kHeader = 64;
  static constexpr std::uint32_t kSlots = 16;

  explicit SampleFile(const std::vector<SampleToken>& tokens) {
    std::array<std::uint32_t, kSlots> slots{};
    std::vector<std::uint32_t> offsets = {0};
    std::string scales;
    std::string rows;
    std::string text;
    for (std::size_t token = 0; token < tokens.size(); ++token) {
      std::size_t at = hash_token(tokens[token].text) % kSlots;
      while (slots[at] != 0) at = (at + 1) % kSlots;
      slots[at] = static_cast<std::uint32_t>(token + 1);
      text += tokens[token].text;
      offsets.push_back(static_cast<std::uint32_t>(text.size()));
      append(scales, tokens[token].scale);
      append(rows, tokens[token].row);
    }
    const std::array<std::uint32_t, 6> sizes = {2,      static_cast<std::uint32_t>(tokens.size()),
                                                kSlots, static_cast<std::uint32_t>(text.size()),
                                                0,      0};
    bytes_ = "TIDEEMB1";
    append(bytes_, sizes);
    bytes_.resize(kHeader);
    append(bytes_, slots);
    for (const std::uint32_t offset : offsets) append(bytes_, offset);
    bytes_ += scales + rows + text;
    sign();
  }

  // Puts a number somewhere, and the right hash to it.
  template <class T>
  SampleFile& put(std::size_t at, T value) {
    std::memcpy(bytes_.data() + at, &value, sizeof value);
    return sign();
  }
  std::string& bytes() { return bytes_; }
  static constexpr std::size_t slots_at() { return kHeader; }
  static constexpr std::size_t offsets_at() { return kHeader + kSlots * 4; }
  static constexpr std::size_t scales_at(std::size_t tokens) {
    return offsets_at() + (tokens + 1) * 4;
  }

  std::span<const std::byte> view() {
    storage_.assign((bytes_.size() + 3) / 4, 0);
    std::memcpy(storage_.data(), bytes_.data(), bytes_.size());
    return std::as_bytes(std::span(storage_)).first(bytes_.size());
  }

 private:
  template <class T>
  static void append(std::string& out, const T& value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  SampleFile& sign() {
    const auto* content = reinterpret_cast<const unsigned char*>(bytes_.data()) + kHeader;
    SHA256(content, bytes_.size() - kHeader,
           reinterpret_cast<unsigned char*>(bytes_.data()) + kHeader - SHA256_DIGEST_LENGTH);
    return *this;
  }

  std::string bytes_;
  std::vector<std::uint32_t> storage_;
};

}  // namespace tidegate::embed
