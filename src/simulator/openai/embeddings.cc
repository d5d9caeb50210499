#include "simulator/embeddings.h"

#include <vector>

#include "json/cursor.h"
#include "simulator/format.h"
#include "simulator/vectors.h"

namespace tidegate::simulator {
namespace {

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

Computed make_embeddings(const ModelRequest& request, std::string_view quoted_model) {
  Computed result;
  auto& out = result.body;
  out = R"({"id":"embd-simulator","object":"list","data":[)";  // the id is vLLM's and Mistral's
  const auto dimensions = request.dimensions.value_or(kDefaultDimensions);
  std::size_t index = 0;
  for (const auto input : list_inputs(request.input)) {
    if (index > 0) out.push_back(',');
    out += R"({"object":"embedding","index":)";
    append_number(out, index++);
    out += R"(,"embedding":)";
    const auto vector = make_vector(input, dimensions);
    request.base64 ? append_base64_floats(out, vector) : append_floats(out, vector);
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
