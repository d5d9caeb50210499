#include "simulator/embeddings.h"

#include <algorithm>
#include <charconv>

#include "json/cursor.h"
#include "json/scan.h"
#include "simulator/format.h"
#include "simulator/vectors.h"

namespace tidegate::simulator {
namespace {

// {"content":{"parts":[..]},"outputDimensionality":n}
std::uint64_t put_embedding(std::string& out, std::string_view request) {
  const auto content = json::find_member(request, "content").value_or("");
  const auto parts = json::find_member(content, "parts").value_or("");
  std::uint64_t dimensions = kDefaultDimensions;
  const auto asked = json::find_member(request, "outputDimensionality").value_or("");
  std::from_chars(asked.data(), asked.data() + asked.size(), dimensions);
  std::string text;
  json::ArrayCursor cursor(parts);
  while (const auto part = cursor.next()) {
    text += json::unquote(json::find_member(*part, "text").value_or(""));
    text.push_back(' ');
  }
  constexpr std::uint64_t kMaxDimensions = 16'384;
  out += R"({"values":)";
  append_floats(
      out, make_vector(text, std::min(std::max<std::uint64_t>(dimensions, 1), kMaxDimensions)));
  out.push_back('}');
  return count_tokens(parts.size());
}

}  // namespace

std::expected<Computed, Refusal> make_gemini_embeddings(std::string_view body, Arena& arena) {
  if (const auto valid = json::validate(body, Origin::kDownstream); !valid) {
    return std::unexpected(Refusal{400, arena.copy(valid.error().detail), {}, {}});
  }
  Computed result;
  if (json::find_member(body, "content")) {
    result.body = R"({"embedding":)";
    result.prompt_tokens = put_embedding(result.body, body);
    result.body.push_back('}');
    return result;
  }
  json::ArrayCursor requests(json::find_member(body, "requests").value_or(""));
  result.body = R"({"embeddings":[)";
  while (const auto request = requests.next()) {
    if (result.body.back() == '}') result.body.push_back(',');
    result.prompt_tokens += put_embedding(result.body, *request);
  }
  if (result.prompt_tokens == 0) {
    return std::unexpected(
        Refusal{400, "* BatchEmbedContentsRequest.requests: must not be empty\n", {}, {}});
  }
  result.body += "]}";
  return result;
}

}  // namespace tidegate::simulator
