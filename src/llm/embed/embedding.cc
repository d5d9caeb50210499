#include "llm/embed/embedding.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <string>

#include "base/base64.h"
#include "json/cursor.h"
#include "json/value.h"

namespace tidegate::llm {
namespace {

std::unexpected<Error> malformed(std::string_view what) {
  return fail(ErrorCode::kMalformed, Origin::kUpstream, std::string(what));
}

Result<std::string> to_base64(std::string_view array) {
  std::string bytes;
  json::ArrayCursor cursor(array);
  while (const auto number = cursor.next()) {
    double value = 0;
    const auto read = std::from_chars(number->data(), number->data() + number->size(), value);
    if (read.ec != std::errc() || read.ptr != number->data() + number->size()) {
      return malformed("an embedding holds something that is no number");
    }
    const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(value));
    for (unsigned shift = 0; shift < 32; shift += 8) {
      bytes += static_cast<char>(bits >> shift & 0xffU);
    }
  }
  std::string out;
  append_base64(out, bytes);
  return out;
}

Result<std::string> to_numbers(std::string_view base64) {
  const auto bytes = parse_base64(base64);
  if (!bytes || bytes->size() % 4 != 0) return malformed("an embedding is no base64 of floats");
  std::string out = "[";
  for (std::size_t at = 0; at < bytes->size(); at += 4) {
    std::uint32_t bits = 0;
    for (std::size_t i = 4; i > 0; --i) {
      bits = bits << 8U | static_cast<unsigned char>((*bytes)[at + i - 1]);
    }
    const auto value = std::bit_cast<float>(bits);
    if (!std::isfinite(value)) return malformed("an embedding holds a float that is no number");
    std::array<char, 32> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    if (at > 0) out += ',';
    out.append(text.data(), end);
  }
  out += ']';
  return out;
}

}  // namespace

Result<Embedding> encode(const Embedding& embedding, EmbeddingEncoding encoding, Arena& arena) {
  if (embedding.encoding == encoding) return embedding;
  auto text = encoding == EmbeddingEncoding::kBase64 ? to_base64(embedding.text)
                                                     : to_numbers(embedding.text);
  if (!text) return std::unexpected(std::move(text).error());
  return Embedding{encoding, arena.copy(*text)};
}

}  // namespace tidegate::llm
