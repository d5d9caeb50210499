#include "llm/embed/rerank.h"

#include <fmt/format.h>

#include "json/cursor.h"
#include "json/scan.h"
#include "json/value.h"
#include "json/writer.h"

namespace tidegate::llm {
namespace {

using json::find_member;
using Item = json::ObjectCursor::Item;

constexpr std::uint64_t kDocumentsPerUnit = 100;
constexpr std::uint64_t kBedrockApiVersion = 2;

std::unexpected<Error> refuse(std::string_view name, std::string_view what) {
  return fail(ErrorCode::kMalformed, Origin::kDownstream, fmt::format("'{}' {}", name, what));
}

Result<void> read_documents(std::string_view value, RerankRequest& request) {
  if (!json::is_array(value)) return refuse("documents", "must be an array");
  json::ArrayCursor cursor(value);
  for (std::size_t i = 0; const auto document = cursor.next(); ++i) {
    const auto text =
        json::is_object(*document) ? find_member(*document, "text").value_or("") : *document;
    if (!json::is_string(text)) {
      return refuse(fmt::format("documents[{}]", i), "must be a string or have a text");
    }
    request.documents.push_back({json::unquote(text)});
  }
  if (request.documents.empty()) return refuse("documents", "must not be empty");
  return {};
}

Result<void> read_count(const Item& item, std::optional<std::uint64_t>& count) {
  count = json::parse_uint(item.value);
  if (!count) return refuse(item.name, "must be a whole number");
  return {};
}

Result<void> read_member(const Item& item, RerankRequest& request, Arena& arena) {
  const auto& [name, value] = item;
  if (json::is_null(value)) return {};
  if (name == "model" || name == "query") {
    if (!json::is_string(value)) return refuse(name, "must be a string");
    if (name == "query") request.query = {json::unquote(value)};
    if (name == "model") request.model = json::unescape({json::unquote(value)}, arena);
  } else if (name == "documents") {
    return read_documents(value, request);
  } else if (name == "top_n") {
    return read_count(item, request.top_n);
  } else if (name == "max_tokens_per_doc") {
    return read_count(item, request.max_tokens_per_document);
  } else if (name == "return_documents") {
    const auto shown = json::parse_bool(value);
    if (!shown) return refuse(name, "must be a boolean");
    request.return_documents = *shown;
  } else {
    request.unknown.push_back({name, value});
  }
  return {};
}

}  // namespace

Result<RerankRequest> read_rerank_request(std::string_view body, Arena& arena) {
  RerankRequest request;
  json::ObjectCursor cursor(body);
  while (const auto item = cursor.next()) {
    TIDEGATE_TRY_VOID(read_member(*item, request, arena));
  }
  if (request.query.empty()) return refuse("query", "is missing");
  if (request.documents.empty()) return refuse("documents", "is missing");
  return request;
}

void write_rerank_request(const RerankRequest& request, RerankFormat format, std::string_view model,
                          std::string& out, Losses& losses) {
  const bool own = format == RerankFormat::kCohere;
  json::Writer writer(out);
  writer.begin_object();
  if (own) writer.member("model", model);
  writer.member("query", request.query).key("documents").begin_array();
  for (const auto document : request.documents) writer.string(document);
  writer.end_array();
  if (request.top_n) writer.member("top_n", *request.top_n);
  if (request.max_tokens_per_document) {
    writer.member("max_tokens_per_doc", *request.max_tokens_per_document);
  }
  if (!own) writer.member("api_version", kBedrockApiVersion);
  writer.end_object();
  for (const auto& member : request.unknown) losses.add(member.name);
}

Result<RerankReply> read_rerank_reply(std::string_view body, std::size_t documents, Arena& arena) {
  TIDEGATE_TRY(range, json::validate(body, Origin::kUpstream));
  const auto object = range.of(body);
  RerankReply reply;
  reply.id = json::unescape({json::unquote(find_member(object, "id").value_or(""))}, arena);
  const auto results = find_member(object, "results").value_or("");
  if (!json::is_array(results)) {
    return fail(ErrorCode::kMalformed, Origin::kUpstream, "no results in the reply");
  }
  json::ArrayCursor cursor(results);
  while (const auto result = cursor.next()) {
    const auto index = json::parse_uint(find_member(*result, "index").value_or(""));
    const auto score = find_member(*result, "relevance_score").value_or("");
    if (!index || *index >= documents || !json::is_number(score)) {
      return fail(ErrorCode::kMalformed, Origin::kUpstream, "a result is of no document");
    }
    reply.hits.push_back({*index, score});
  }
  const auto meta = find_member(object, "meta").value_or("");
  const auto billed = find_member(meta, "billed_units").value_or("");
  reply.search_units = json::parse_uint(find_member(billed, "search_units").value_or(""));
  return reply;
}

void write_rerank_reply(const RerankReply& reply, const RerankRequest& request,
                        std::string_view fallback_id, std::string& out) {
  json::Writer writer(out);
  writer.begin_object().member("id", reply.id.empty() ? fallback_id : reply.id);
  writer.key("results").begin_array();
  for (const auto& hit : reply.hits) {
    writer.begin_object().member("index", hit.index).key("relevance_score").raw(hit.score);
    if (request.return_documents && hit.index < request.documents.size()) {
      writer.key("document").begin_object();
      writer.member("text", request.documents[hit.index]).end_object();
    }
    writer.end_object();
  }
  const auto units = (request.documents.size() + kDocumentsPerUnit - 1) / kDocumentsPerUnit;
  writer.end_array().key("meta").begin_object().key("api_version").begin_object();
  writer.member("version", "2").end_object().key("billed_units").begin_object();
  writer.member("search_units", reply.search_units.value_or(units));
  writer.end_object().end_object().end_object();
}

}  // namespace tidegate::llm
