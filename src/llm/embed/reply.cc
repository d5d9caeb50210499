#include "llm/embed/reply.h"

#include <algorithm>
#include <utility>

#include "json/cursor.h"
#include "json/scan.h"
#include "json/value.h"
#include "json/writer.h"

namespace tidegate::llm {
namespace {

using json::ArrayCursor;
using json::find_member;
using json::Writer;

std::string_view member(std::string_view object, std::string_view name) {
  return find_member(object, name).value_or("");
}

Embedding embedding_of(std::string_view value) {
  if (json::is_string(value)) return {EmbeddingEncoding::kBase64, json::unquote(value)};
  return {EmbeddingEncoding::kFloat, value};
}

std::optional<TokenCount> count_of(std::string_view value) {
  const auto count = json::parse_uint(value);
  return count ? std::optional(TokenCount(*count)) : std::nullopt;
}

// Items say their index; where one is missing or odd, their order counts.
void read_openai(std::string_view object, EmbedReply& reply) {
  struct Place {
    std::uint64_t index;
    std::size_t order;
    Embedding embedding;
  };
  std::vector<Place> places;
  ArrayCursor data(member(object, "data"));
  while (const auto item = data.next()) {
    const auto index = json::parse_uint(member(*item, "index")).value_or(places.size());
    places.push_back({index, places.size(), embedding_of(member(*item, "embedding"))});
  }
  std::ranges::sort(places, [](const Place& a, const Place& b) {
    return std::pair(a.index, a.order) < std::pair(b.index, b.order);
  });
  for (const auto& place : places) reply.embeddings.push_back(place.embedding);
  reply.input = count_of(member(member(object, "usage"), "prompt_tokens"));
}

void read_list(std::string_view array, EmbedReply& reply) {
  ArrayCursor cursor(array);
  while (const auto value = cursor.next()) reply.embeddings.push_back(embedding_of(*value));
}

void read_cohere(std::string_view object, EmbedReply& reply) {
  const auto embeddings = member(object, "embeddings");
  if (json::is_array(embeddings)) {
    read_list(embeddings, reply);
  } else {
    const auto floats = member(embeddings, "float");
    read_list(floats.empty() ? member(embeddings, "base64") : floats, reply);
  }
  const auto meta = member(object, "meta");
  reply.input = count_of(member(member(meta, "billed_units"), "input_tokens"));
}

void read_gemini(std::string_view object, EmbedReply& reply) {
  if (const auto one = find_member(object, "embedding")) {
    reply.embeddings.push_back(embedding_of(member(*one, "values")));
  }
  ArrayCursor cursor(member(object, "embeddings"));
  while (const auto item = cursor.next()) {
    reply.embeddings.push_back(embedding_of(member(*item, "values")));
  }
  reply.input = count_of(member(member(object, "usageMetadata"), "promptTokenCount"));
}

void read_titan(std::string_view object, EmbedReply& reply) {
  reply.embeddings.push_back(embedding_of(member(object, "embedding")));
  reply.input = count_of(member(object, "inputTextTokenCount"));
}

bool is_whole(const EmbedReply& reply) {
  if (reply.embeddings.empty()) return false;
  return std::ranges::all_of(reply.embeddings, [](const Embedding& embedding) {
    return embedding.encoding == EmbeddingEncoding::kBase64 || json::is_array(embedding.text);
  });
}

void write_value(Writer& writer, const Embedding& embedding) {
  if (embedding.encoding == EmbeddingEncoding::kFloat) {
    writer.raw(embedding.text);
  } else {
    writer.string(EscapedText{embedding.text});
  }
}

void write_openai(const std::vector<Embedding>& embeddings, TokenCount input,
                  const EmbedCaller& caller, Writer& writer) {
  writer.begin_object().member("object", "list").key("data").begin_array();
  for (std::uint64_t i = 0; i < embeddings.size(); ++i) {
    writer.begin_object().member("object", "embedding").member("index", i).key("embedding");
    write_value(writer, embeddings[i]);
    writer.end_object();
  }
  writer.end_array().member("model", caller.model).key("usage").begin_object();
  writer.member("prompt_tokens", input.value()).member("total_tokens", input.value());
  writer.end_object().end_object();
}

void write_cohere(const std::vector<Embedding>& embeddings, std::string_view id, TokenCount input,
                  const EmbedRequest& request, Writer& writer) {
  const bool base64 = request.encoding == EmbeddingEncoding::kBase64;
  writer.begin_object().member("id", id).key("embeddings").begin_object();
  writer.key(base64 ? "base64" : "float").begin_array();
  for (const auto& embedding : embeddings) write_value(writer, embedding);
  writer.end_array().end_object().key("texts").begin_array();
  for (const auto text : request.texts) writer.string(text);
  writer.end_array().key("meta").begin_object().key("api_version").begin_object();
  writer.member("version", "2").end_object().key("billed_units").begin_object();
  writer.member("input_tokens", input.value()).end_object().end_object().end_object();
}

void write_gemini(const std::vector<Embedding>& embeddings, const EmbedRequest& request,
                  Writer& writer) {
  const auto put = [&writer](const Embedding& embedding) {
    writer.begin_object().key("values");
    write_value(writer, embedding);
    writer.end_object();
  };
  writer.begin_object().key(request.one ? "embedding" : "embeddings");
  if (request.one) {
    put(embeddings.front());
  } else {
    writer.begin_array();
    for (const auto& embedding : embeddings) put(embedding);
    writer.end_array();
  }
  writer.end_object();
}

}  // namespace

Result<EmbedReply> read_embed_reply(EmbedFormat format, std::string_view body, Arena& arena) {
  TIDEGATE_TRY(range, json::validate(body, Origin::kUpstream));
  const auto object = range.of(body);
  EmbedReply reply;
  reply.id = json::unescape({json::unquote(member(object, "id"))}, arena);
  switch (format) {
    case EmbedFormat::kOpenAi:
      read_openai(object, reply);
      break;
    case EmbedFormat::kCohere:
    case EmbedFormat::kBedrockCohere:
      read_cohere(object, reply);
      break;
    case EmbedFormat::kGemini:
      read_gemini(object, reply);
      break;
    case EmbedFormat::kTitan:
      read_titan(object, reply);
      break;
  }
  if (!is_whole(reply)) {
    return fail(ErrorCode::kMalformed, Origin::kUpstream, "no embeddings in the reply");
  }
  return reply;
}

Result<void> write_embed_reply(const EmbedReply& reply, const EmbedRequest& request,
                               const EmbedCaller& caller, std::string& out) {
  Arena arena;
  std::vector<Embedding> embeddings;
  for (const auto& embedding : reply.embeddings) {
    TIDEGATE_TRY(encoded, encode(embedding, request.encoding, arena));
    embeddings.push_back(encoded);
  }
  Writer writer(out);
  const auto input = reply.input.value_or(caller.estimate);
  if (caller.dialect == Dialect::kCohere) {
    write_cohere(embeddings, reply.id.empty() ? caller.fallback_id : reply.id, input, request,
                 writer);
  } else if (caller.dialect == Dialect::kGemini) {
    write_gemini(embeddings, request, writer);
  } else {
    write_openai(embeddings, input, caller, writer);
  }
  return {};
}

}  // namespace tidegate::llm
