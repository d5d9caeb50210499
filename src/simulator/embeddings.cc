#include "simulator/embeddings.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <iterator>
#include <vector>

#include "json/cursor.h"
#include "simulator/format.h"

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

void append_base64(std::string& out, const std::vector<float>& vector) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::uint32_t bits = 0;
  int count = 0;
  const auto put = [&](unsigned char byte) {
    bits = bits << 8 | byte;
    for (count += 8; count >= 6; count -= 6) out.push_back(kDigits[bits >> (count - 6) & 63U]);
  };
  for (const float value : vector) {
    const auto word = std::bit_cast<std::uint32_t>(value);  // little endian, as the API has it
    for (int shift = 0; shift < 32; shift += 8) put(static_cast<unsigned char>(word >> shift));
  }
  if (count > 0) out.push_back(kDigits[bits << (6 - count) & 63U]);
  while (out.size() % 4 != 0) out.push_back('=');
}

void append_vector(std::string& out, const std::vector<float>& vector, bool base64) {
  if (base64) {
    std::string text;
    append_base64(text, vector);
    append_quoted(out, text);
    return;
  }
  out.push_back('[');
  for (const float value : vector) fmt::format_to(std::back_inserter(out), "{},", value);
  out.back() = ']';
}

// The inputs of a request: one text, texts, one token array, or token arrays.
std::vector<std::string_view> list_inputs(std::string_view input) {
  std::vector<std::string_view> inputs;
  json::ArrayCursor cursor(input);
  while (const auto item = cursor.next()) inputs.push_back(*item);
  const bool is_one = inputs.empty() || (inputs[0][0] != '"' && inputs[0][0] != '[');
  if (is_one) inputs = {input};
  return inputs;
}

std::uint64_t count_input_tokens(std::string_view input) {
  if (!input.starts_with('[')) return count_tokens(json::unquote(input).size());
  std::uint64_t tokens = 0;
  json::ArrayCursor cursor(input);
  while (cursor.next()) ++tokens;
  return tokens;
}

}  // namespace

Embeddings make_embeddings(const ModelRequest& request, std::string_view quoted_model) {
  Embeddings result;
  auto& out = result.body;
  out = R"({"object":"list","data":[)";
  const auto dimensions = request.dimensions.value_or(kDefaultDimensions);
  std::size_t index = 0;
  for (const auto input : list_inputs(request.input)) {
    if (index > 0) out.push_back(',');
    out += R"({"object":"embedding","index":)";
    append_number(out, index++);
    out += R"(,"embedding":)";
    append_vector(out, make_vector(input, dimensions), request.base64);
    out.push_back('}');
    result.prompt_tokens += count_input_tokens(input);
  }
  out += R"(],"model":")";
  out += quoted_model;
  out += R"(","usage":{"prompt_tokens":)";
  append_number(out, result.prompt_tokens);
  out += R"(,"total_tokens":)";
  append_number(out, result.prompt_tokens);
  out += "}}";
  return result;
}

}  // namespace tidegate::simulator
