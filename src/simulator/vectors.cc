#include "simulator/vectors.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <iterator>
#include <numeric>

#include "base/base64.h"

namespace tidegate::simulator {
namespace {

bool is_word_byte(char c) {
  const char folded = static_cast<char>(c | 0x20);
  return (folded >= 'a' && folded <= 'z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

// FNV-1a, finished so that all bits count.
std::uint64_t hash_word(std::string_view word) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : word) {
    const char folded = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    hash = (hash ^ static_cast<unsigned char>(folded)) * 0x100000001B3ULL;
  }
  hash ^= hash >> 33;
  return hash * 0xFF51AFD7ED558CCDULL;
}

}  // namespace

std::vector<float> make_vector(std::string_view text, std::size_t dimensions) {
  std::vector<float> vector(dimensions, 0.0F);
  double squares = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_word_byte(text[at])) {
      ++at;
      continue;
    }
    const auto begin = at;
    while (at < text.size() && is_word_byte(text[at])) ++at;
    const auto hash = hash_word(text.substr(begin, at - begin));
    vector[(hash >> 1) % dimensions] += (hash & 1U) != 0 ? 1.0F : -1.0F;
  }
  for (const float value : vector) squares += static_cast<double>(value) * value;
  if (squares == 0) {
    vector[0] = 1.0F;
    return vector;
  }
  const auto scale = static_cast<float>(1.0 / std::sqrt(squares));
  for (float& value : vector) value *= scale;
  return vector;
}

double find_nearness(const std::vector<float>& left, const std::vector<float>& right) {
  return std::inner_product(left.begin(), left.end(), right.begin(), 0.0);
}

void append_floats(std::string& out, const std::vector<float>& vector) {
  out.push_back('[');
  for (const float value : vector) fmt::format_to(std::back_inserter(out), "{},", value);
  out.back() = ']';
}

void append_base64_floats(std::string& out, const std::vector<float>& vector) {
  std::string bytes;
  for (const float value : vector) {
    const auto word = std::bit_cast<std::uint32_t>(value);
    for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<char>(word >> shift));
  }
  out.push_back('"');
  append_base64(out, bytes);
  out.push_back('"');
}

}  // namespace tidegate::simulator
