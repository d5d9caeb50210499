// Cohere embed and rerank, version 2.   Source: Cohere API reference, Embed and Rerank (2026-11).
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <vector>

#include "json/cursor.h"
#include "json/scan.h"
#include "simulator/embeddings.h"
#include "simulator/format.h"
#include "simulator/vectors.h"

namespace tidegate::simulator {
namespace {

using Outcome = std::expected<Computed, Refusal>;

std::string_view member(std::string_view object, std::string_view name) {
  return json::find_member(object, name).value_or("");
}

std::optional<std::uint64_t> number(std::string_view object, std::string_view name) {
  const auto value = member(object, name);
  std::uint64_t out = 0;
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), out);
  return parsed.ec == std::errc() ? std::optional(out) : std::nullopt;
}

Outcome refuse(std::string_view message, Arena& arena) {
  return std::unexpected(Refusal{400, arena.copy(message), {}, {}});
}

// What is wrong with every body of these calls.
std::optional<std::string> find_problem(std::string_view body, ModelIn model) {
  if (const auto valid = json::validate(body, Origin::kDownstream); !valid) {
    return valid.error().detail;
  }
  if (model == ModelIn::kBody && member(body, "model").empty())
    return "invalid request: model is required.";
  return std::nullopt;
}

// The texts of {"texts":[..]} or {"inputs":[{"content":[{"type":"text","text"}]}]}, raw.
std::vector<std::string_view> list_texts(std::string_view body) {
  std::vector<std::string_view> texts;
  json::ArrayCursor plain(member(body, "texts"));
  while (const auto text = plain.next()) texts.push_back(*text);
  json::ArrayCursor inputs(member(body, "inputs"));
  while (const auto input = inputs.next()) texts.push_back(member(*input, "content"));
  return texts;
}

bool wants_type(std::string_view types, std::string_view name) {
  json::ArrayCursor cursor(types);
  while (const auto type = cursor.next()) {
    if (json::unquote(*type) == name) return true;
  }
  return false;
}

struct Rank {
  std::size_t index;
  double score;
};

std::vector<Rank> rank_documents(std::string_view query, std::string_view documents) {
  const auto wanted = make_vector(query, kDefaultDimensions);
  std::vector<Rank> ranks;
  json::ArrayCursor cursor(documents);
  while (const auto document = cursor.next()) {
    const auto nearness = find_nearness(wanted, make_vector(*document, kDefaultDimensions));
    ranks.push_back({ranks.size(), std::clamp((nearness + 1) / 2, 0.0, 1.0)});
  }
  std::sort(ranks.begin(), ranks.end(), [](const Rank& left, const Rank& right) {
    return left.score != right.score ? left.score > right.score : left.index < right.index;
  });
  return ranks;
}

}  // namespace

Outcome make_cohere_embeddings(std::string_view body, Arena& arena, ModelIn model) {
  if (const auto problem = find_problem(body, model)) return refuse(*problem, arena);
  const auto texts = list_texts(body);
  if (texts.empty()) return refuse("invalid request: at least one input must be given.", arena);
  const auto types = member(body, "embedding_types");
  const auto dimensions = number(body, "output_dimension").value_or(kDefaultDimensions);
  if (dimensions == 0 || dimensions > 4096) {
    return refuse("invalid request: output_dimension is not valid.", arena);
  }
  Computed result;
  std::string floats;
  std::string base64;
  for (const auto text : texts) {
    const auto vector = make_vector(text, dimensions);
    floats.push_back(floats.empty() ? '[' : ',');
    append_floats(floats, vector);
    base64.push_back(base64.empty() ? '[' : ',');
    append_base64_floats(base64, vector);
    result.prompt_tokens += count_tokens(text.size());
  }
  auto& out = result.body;
  out = R"({"id":"simulator","embeddings":{)";
  if (types.empty() || wants_type(types, "float")) out += R"("float":)" + floats + "],";
  if (wants_type(types, "base64")) out += R"("base64":)" + base64 + "],";
  if (out.back() == ',') out.pop_back();
  out += R"(},"texts":)";
  const auto given = member(body, "texts");
  out += given.empty() ? std::string_view("[]") : given;
  out += R"(,"response_type":"embeddings_by_type","meta":{"api_version":{"version":"2"},)"
         R"("billed_units":{"input_tokens":)";
  append_number(out, result.prompt_tokens);
  out += "}}}";
  return result;
}

Outcome make_cohere_ranking(std::string_view body, Arena& arena, ModelIn model) {
  if (const auto problem = find_problem(body, model)) return refuse(*problem, arena);
  const auto query = member(body, "query");
  const auto documents = member(body, "documents");
  if (!query.starts_with('"')) return refuse("invalid request: query is required.", arena);
  auto ranks = rank_documents(query, documents);
  if (ranks.empty()) return refuse("invalid request: list of documents must not be empty", arena);
  ranks.resize(std::min<std::size_t>(ranks.size(), number(body, "top_n").value_or(ranks.size())));
  Computed result{.prompt_tokens = count_tokens(query.size()) + count_tokens(documents.size())};
  auto& out = result.body;
  out = R"({"id":"simulator","results":[)";
  for (const auto& rank : ranks) {
    if (out.back() == '}') out.push_back(',');
    fmt::format_to(std::back_inserter(out), R"({{"index":{},"relevance_score":{:.6f}}})",
                   rank.index, rank.score);
  }
  out += R"(],"meta":{"api_version":{"version":"2"},"billed_units":{"search_units":1}}})";
  return result;
}

}  // namespace tidegate::simulator
