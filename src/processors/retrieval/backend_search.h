// How a Backend is asked for passages, and how its answer is read. Every product that is known by
// name is a request with variables and pointers into the answer, as users may write themselves.
//
// Thread: immutable.   Source: OpenAI API reference, Search vector store; Qdrant 1.15 API, Query
// points; Elasticsearch 9 and OpenSearch 3, Search API; RFC 6901 (2026-11).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/error.h"
#include "json/pointer.h"
#include "pipeline/caller.h"
#include "pipeline/processor.h"
#include "processors/retrieval/template.h"
#include "retrieval/passage.h"

namespace tidegate::processors::retrieval {

using tidegate::retrieval::Passage;

// Results of one answer; one with more is cut.
inline constexpr std::size_t kMaxResults = 100;

// Where things stand in an answer.
struct AnswerLayout {
  json::Pointer results;  // a list
  // In each result. A text: a string, a list of strings, or of objects with "text".
  json::Pointer text;
  std::optional<json::Pointer> source;
  std::optional<json::Pointer> title;
  std::optional<json::Pointer> score;
};

struct BackendSearch {
  bool is_get = false;
  Template target;
  Template body;  // JSON; empty for GET
  AnswerLayout layout;

  bool wants_vector() const {
    return target.uses(Variable::kVector) || body.uses(Variable::kVector);
  }
};

// Names and values of variables of a request.
inline constexpr Variable kRequestVariables[] = {
    Variable::kQuestion, Variable::kCount, Variable::kVector, Variable::kModel, Variable::kHeader};

struct Wanted {
  std::string_view question;
  std::size_t count = 0;
  std::string_view vector;  // JSON; empty: there is none
};

struct BackendRequest {
  std::string target;
  std::string body;
};
// The plain value of one of kRequestVariables.
std::string value_of(Variable variable, std::string_view argument, const Wanted& wanted,
                     const pipeline::Message& message);

BackendRequest format_request(const BackendSearch& search, const Wanted& wanted,
                              const pipeline::Message& message);

// Reads an answer. Results without a text are passed over, unless none has one.
// Returns: views of `body` and `arena`.
// Errors:  kMalformed, origin upstream.
Result<std::vector<Passage>> parse_passages(const AnswerLayout& layout, std::string_view body,
                                            Arena& arena);

}  // namespace tidegate::processors::retrieval
