// Where the structural characters of a document stand that consists mostly of long strings, as
// prompts do: what simdjson's first stage finds, at a quarter of its cost there.
//
// simdjson computes for every byte whether it is structural; here the inside of a string is passed
// over sixty-four bytes at a time. Where structure is dense that is the slower way, so such
// documents are left to simdjson. Internal to src/json; the entry point is scan_object
// (json/scan.h). Measured: 100 KiB chat request, 132k instructions by simdjson's first stage, see
// json_bench. Thread: owner only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace tidegate::json {

class LongStringIndex {
 public:
  // Below this simdjson is as good.
  static constexpr std::size_t kMinBytes = 8 * 1024;

  // kBroken: a string does not end or has a raw control character, invalid UTF-8, nothing but white
  // space.
  enum class Outcome : std::uint8_t { kIndexed, kDense, kBroken };
  // `text` must be shorter than 4 GiB.
  Outcome build(std::string_view text);

  // After kIndexed, until the next build(): every {}[]:, outside strings, every opening quote, the
  // first byte of every other scalar, in order.
  std::span<const std::uint32_t> positions() const { return positions_; }
  // The first backslash of the text; its size when there is none.
  std::size_t first_backslash() const { return first_backslash_; }

 private:
  bool is_dense(std::size_t at) const;
  // The byte behind the closing quote; null: broken.
  const char* pass_string(const char* at, const char* end);
  // Behind a character of a scalar, or an escaped pair of them.
  const char* pass_scalar(const char* at, const char* end);
  void note_backslash(const char* at);

  const char* begin_ = nullptr;
  std::vector<std::uint32_t> positions_;
  std::size_t first_backslash_ = 0;
  unsigned char seen_ = 0;  // all bytes of strings and scalars, or'ed: ASCII below 0x80
};

}  // namespace tidegate::json
