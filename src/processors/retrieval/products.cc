#include "processors/retrieval/products.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "base/ascii.h"
#include "base/check.h"
#include "decode/parts.h"
#include "decode/scalars.h"
#include "decode/value_json.h"
#include "json/writer.h"

namespace tidegate::processors::retrieval {
namespace {

using decode::Node;
using decode::ObjectReader;
using decode::Text;

// Nearest neighbours that Elasticsearch looks at in each shard.
constexpr int kNumCandidates = 100;

// A name that stands in a path as it is.
bool is_name(std::string_view text) {
  const auto fits = [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.' || c == '*' || c == ',';
  };
  return std::ranges::all_of(text, fits) && !text.starts_with('.');
}
constexpr Text kName{.min = 1,
                     .max = 255,
                     .valid = is_name,
                     .must = "be letters, digits, \"-\", \"_\", \".\", \"*\" and \",\""};
constexpr Text kField{.min = 1, .max = 255};

std::string quoted(std::string_view text) {
  std::string out;
  json::Writer(out).string(text);
  return out;
}

void set(Template& out, std::string_view text) {
  const std::string wrong = out.parse(text, kRequestVariables);
  TIDEGATE_CHECK(wrong.empty());
}

json::Pointer pointer(std::string_view text) {
  auto parsed = json::Pointer::parse(text);
  TIDEGATE_CHECK(parsed.has_value());
  return *std::move(parsed);
}

// Numbers and lists where a text stands: "{{count}}" with its quotes becomes {{count}}, but for a
// member's name, which stays one.
std::string unquote_values(std::string text) {
  for (const std::string_view name : {"\"{{count}}\"", "\"{{vector}}\""}) {
    for (auto at = text.find(name); at != text.npos; at = text.find(name, at + 1)) {
      if (text[at + name.size()] == ':') continue;
      text.replace(at, name.size(), name.substr(1, name.size() - 2));
    }
  }
  return text;
}

// Fields of what is stored: a member's name, or a pointer.
struct Fields {
  std::string text = "text";
  std::string source = "source";
  std::string title = "title";
};
void read_fields(const Node& node, Fields& out) {
  ObjectReader object(node);
  object.optional("text", out.text, kField);
  object.optional("source", out.source, kField);
  object.optional("title", out.title, kField);
}

json::Pointer field_pointer(const ObjectReader& object, std::string_view base,
                            std::string_view field) {
  std::string text(base);
  if (field.starts_with('/')) {
    text += field;
  } else {
    text += '/';
    for (const char c : field) c == '~' ? text += "~0" : c == '/' ? text += "~1" : text += c;
  }
  auto parsed = json::Pointer::parse(text);
  if (parsed) return *std::move(parsed);
  object.fail("fields", fmt::format("\"{}\" is no JSON Pointer", field));
  return {};
}

void set_layout(const ObjectReader& object, const Fields& fields, std::string_view base,
                std::string_view results, std::string_view score, AnswerLayout& out) {
  out.results = pointer(results);
  out.text = field_pointer(object, base, fields.text);
  out.source = field_pointer(object, base, fields.source);
  out.title = field_pointer(object, base, fields.title);
  out.score = pointer(score);
}

std::string read_filter(ObjectReader& object) {
  std::string filter;
  object.optional("filter", filter, decode::read_json_object);
  return unquote_values(std::move(filter));
}

// A body whose filter users have written: what its variables are is checked.
void set_body(const ObjectReader& object, std::string_view body, BackendSearch& out) {
  const std::string wrong = out.body.parse(body, kRequestVariables);
  if (!wrong.empty()) object.fail("filter", wrong);
}

enum class Query : std::uint8_t { kMatch, kKnn };
constexpr decode::Choice<Query> kQueries[] = {{"Match", Query::kMatch}, {"Knn", Query::kKnn}};

struct IndexSearch {
  std::string index;
  Query query = Query::kMatch;
  Fields fields;
  std::string vector_field;
  std::string filter;
};

IndexSearch read_index_search(ObjectReader& object, BackendSearch& out) {
  IndexSearch search;
  object.required("index", search.index, kName);
  object.optional("query", search.query, decode::one_of(kQueries));
  object.optional("fields", search.fields, read_fields);
  object.optional("vectorField", search.vector_field, kField);
  search.filter = read_filter(object);
  if (search.query == Query::kKnn && search.vector_field.empty()) {
    object.fail("vectorField", "is required for query Knn");
  }
  if (search.query == Query::kMatch && !search.vector_field.empty()) {
    object.fail("vectorField", "is for query Knn");
  }
  set(out.target, "/" + search.index + "/_search");
  set_layout(object, search.fields, "/_source", "/hits/hits", "/_score", out.layout);
  return search;
}

std::string match_query(const IndexSearch& search) {
  const std::string match =
      fmt::format(R"({{"match":{{{}:"{{{{question}}}}"}}}})", quoted(search.fields.text));
  if (search.filter.empty()) return match;
  return fmt::format(R"({{"bool":{{"must":[{}],"filter":[{}]}}}})", match, search.filter);
}

void read_target(const Node& node, Template& out) {
  const auto is_target = [](std::string_view path) {
    return path.starts_with('/') && std::ranges::all_of(path, [](char c) {
             return c > ' ' && c <= '~' && c != '#' && c != '"' && c != '<' && c != '>';
           });
  };
  std::string text;
  Text{.min = 1,
       .max = 2048,
       .valid = is_target,
       .must = "begin with / and have no blanks, quotes or fragment"}(node, text);
  const std::string wrong = out.parse(text, kRequestVariables);
  if (!wrong.empty()) node.fail(wrong);
}

void read_body(const Node& node, Template& out) {
  std::string text;
  decode::read_json_object(node, text);
  const std::string wrong = out.parse(unquote_values(std::move(text)), kRequestVariables);
  if (!wrong.empty()) node.fail(wrong);
}

void read_pointer(const Node& node, json::Pointer& out) {
  std::string text;
  Text{.max = 1024}(node, text);
  auto parsed = json::Pointer::parse(text);
  if (!parsed) return node.fail("must be a JSON Pointer as in \"/hits/0\"");
  out = *std::move(parsed);
}

}  // namespace

void read_openai(ObjectReader& object, BackendSearch& out) {
  std::string store;
  bool rewrite = false;
  object.required("vectorStore", store, kName);
  object.optional("rewriteQuery", rewrite, decode::read_bool);
  const std::string filter = read_filter(object);
  std::string body = R"({"query":"{{question}}","max_num_results":{{count}})";
  if (!filter.empty()) body += R"(,"filters":)" + filter;
  if (rewrite) body += R"(,"rewrite_query":true)";
  set(out.target, "/v1/vector_stores/" + store + "/search");
  set_body(object, body + "}", out);
  set_layout(object, {"/content", "/file_id", "/filename"}, "", "/data", "/score", out.layout);
}

void read_qdrant(ObjectReader& object, BackendSearch& out) {
  std::string collection;
  std::string vector;
  std::string model;
  Fields fields;
  object.required("collection", collection, kName);
  object.optional("vector", vector, kField);
  object.optional("model", model, kField);
  object.optional("fields", fields, read_fields);
  const std::string filter = read_filter(object);
  std::string body = R"({"query":)";
  if (model.empty()) {
    body += "{{vector}}";
  } else {
    body += R"({"text":"{{question}}","model":)" + quoted(model) + "}";
  }
  body += R"(,"limit":{{count}},"with_payload":true)";
  if (!vector.empty()) body += R"(,"using":)" + quoted(vector);
  if (!filter.empty()) body += R"(,"filter":)" + filter;
  set(out.target, "/collections/" + collection + "/points/query");
  set_body(object, body + "}", out);
  set_layout(object, fields, "/payload", "/result/points", "/score", out.layout);
}

void read_elasticsearch(ObjectReader& object, BackendSearch& out) {
  const IndexSearch search = read_index_search(object, out);
  std::string body = R"({"size":{{count}})";
  if (search.query == Query::kMatch) {
    body += R"(,"query":)" + match_query(search);
  } else {
    body += fmt::format(
        R"(,"_source":{{"excludes":[{0}]}},"knn":{{"field":{0},"query_vector":{{{{vector}}}},)"
        R"("k":{{{{count}}}},"num_candidates":{1})",
        quoted(search.vector_field), kNumCandidates);
    if (!search.filter.empty()) body += R"(,"filter":)" + search.filter;
    body += "}";
  }
  set_body(object, body + "}", out);
}

void read_opensearch(ObjectReader& object, BackendSearch& out) {
  const IndexSearch search = read_index_search(object, out);
  std::string body = R"({"size":{{count}})";
  if (search.query == Query::kMatch) {
    body += R"(,"query":)" + match_query(search);
  } else {
    body += fmt::format(
        R"(,"_source":{{"excludes":[{0}]}},"query":{{"knn":{{{0}:{{"vector":{{{{vector}}}},)"
        R"("k":{{{{count}}}})",
        quoted(search.vector_field));
    if (!search.filter.empty()) body += R"(,"filter":)" + search.filter;
    body += "}}}";
  }
  set_body(object, body + "}", out);
}

void read_json_search(ObjectReader& object, BackendSearch& out) {
  constexpr decode::Choice<bool> kMethods[] = {{"POST", false}, {"GET", true}};
  object.optional("method", out.is_get, decode::one_of(kMethods));
  object.required("path", out.target, read_target);
  const bool has_body = object.optional("body", out.body, read_body);
  if (has_body == out.is_get) object.fail("body", out.is_get ? "is not for GET" : "is required");
  object.required("results", out.layout.results, read_pointer);
  object.required("text", out.layout.text, read_pointer);
  object.optional("source", out.layout.source, read_pointer);
  object.optional("title", out.layout.title, read_pointer);
  object.optional("score", out.layout.score, read_pointer);
}

}  // namespace tidegate::processors::retrieval
