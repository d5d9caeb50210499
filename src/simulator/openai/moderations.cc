#include <array>

#include "json/cursor.h"
#include "simulator/embeddings.h"
#include "simulator/format.h"

namespace tidegate::simulator {
namespace {

constexpr std::array<std::string_view, 5> kCategories = {"harassment", "hate", "self-harm",
                                                         "sexual", "violence"};

void put_result(std::string& out, std::string_view text) {
  std::string categories;
  std::string scores;
  bool flagged = false;
  for (const auto category : kCategories) {
    const bool found = text.find(category) != std::string_view::npos;
    flagged |= found;
    for (auto* list : {&categories, &scores}) {
      list->push_back(list->empty() ? '{' : ',');
      append_quoted(*list, category);
    }
    categories += found ? ":true" : ":false";
    scores += found ? ":0.97" : ":0.01";
  }
  out += flagged ? R"({"flagged":true,"categories":)" : R"({"flagged":false,"categories":)";
  out += categories + R"(},"category_scores":)" + scores + "}}";
}

}  // namespace

Computed make_moderations(const ModelRequest& request, std::string_view quoted_model) {
  Computed result{.prompt_tokens = count_tokens(request.input.size())};
  auto& out = result.body;
  out = R"({"id":"modr-simulator","model":")";
  out += quoted_model;
  out += R"(","results":[)";
  json::ArrayCursor inputs(request.input);
  if (request.input.starts_with('"')) put_result(out, request.input);
  while (const auto input = inputs.next()) {
    if (out.back() == '}') out.push_back(',');
    put_result(out, *input);
  }
  out += "]}";
  return result;
}

}  // namespace tidegate::simulator
