#include <fmt/format.h>

#include "json/cursor.h"
#include "json/value.h"
#include "llm/embed/request.h"

namespace tidegate::llm {
namespace {

using json::unquote;
using Item = json::ObjectCursor::Item;

std::unexpected<Error> refuse(std::string_view name, std::string_view what) {
  return fail(ErrorCode::kMalformed, Origin::kDownstream, fmt::format("'{}' {}", name, what));
}
std::unexpected<Error> unsupported(std::string_view name, std::string_view what) {
  return fail(ErrorCode::kUnsupported, Origin::kDownstream, fmt::format("'{}' {}", name, what));
}

Result<void> read_text(const Item& item, EscapedText& out) {
  if (!json::is_string(item.value)) return refuse(item.name, "must be a string");
  out = {unquote(item.value)};
  return {};
}

Result<void> read_dimensions(const Item& item, EmbedRequest& request) {
  request.dimensions = json::parse_uint(item.value);
  if (!request.dimensions) return refuse(item.name, "must be a whole number");
  return {};
}

Result<void> read_input(std::string_view value, EmbedRequest& request) {
  if (json::is_string(value)) {
    request.texts.push_back({unquote(value)});
    return {};
  }
  if (!json::is_array(value)) return refuse("input", "must be a string or an array");
  json::ArrayCursor cursor(value);
  bool tokens = false;
  for (std::size_t i = 0; const auto element = cursor.next(); ++i) {
    if (json::is_string(*element)) {
      request.texts.push_back({unquote(*element)});
    } else if (json::is_array(*element)) {
      request.tokens.push_back(*element);
    } else if (json::parse_uint(*element)) {
      tokens = true;
    } else {
      return refuse(fmt::format("input[{}]", i), "must be a string, a token or an array of tokens");
    }
  }
  if (tokens) request.tokens.push_back(value);
  if (request.texts.empty() && request.tokens.empty()) return refuse("input", "must not be empty");
  if (!request.texts.empty() && !request.tokens.empty()) {
    return refuse("input", "must hold texts or tokens, not both");
  }
  return {};
}

Result<void> read_openai_member(const Item& item, EmbedRequest& request, Arena& arena) {
  const auto& [name, value] = item;
  if (json::is_null(value)) return {};
  if (name == "model") {
    EscapedText model;
    TIDEGATE_TRY_VOID(read_text(item, model));
    request.model = json::unescape(model, arena);
  } else if (name == "input") {
    return read_input(value, request);
  } else if (name == "dimensions") {
    return read_dimensions(item, request);
  } else if (name == "encoding_format") {
    const auto format = unquote(value);
    if (format != "float" && format != "base64") {
      return refuse(name, "must be \"float\" or \"base64\"");
    }
    request.encoding = format == "float" ? EmbeddingEncoding::kFloat : EmbeddingEncoding::kBase64;
  } else if (name == "user") {
    return read_text(item, request.user);
  } else {
    request.unknown.push_back({name, value});
  }
  return {};
}

Result<void> read_texts(std::string_view value, EmbedRequest& request) {
  if (!json::is_array(value)) return refuse("texts", "must be an array");
  json::ArrayCursor cursor(value);
  for (std::size_t i = 0; const auto text = cursor.next(); ++i) {
    if (!json::is_string(*text)) return refuse(fmt::format("texts[{}]", i), "must be a string");
    request.texts.push_back({unquote(*text)});
  }
  return {};
}

// v2's `inputs`: [{"content":[{"type":"text","text":"..."}]}]. Images cross to nobody.
Result<void> read_inputs(std::string_view value, EmbedRequest& request) {
  json::ArrayCursor inputs(value);
  for (std::size_t i = 0; const auto input = inputs.next(); ++i) {
    json::ArrayCursor contents(json::find_member(*input, "content").value_or(""));
    const auto only = contents.next();
    const auto text = only ? json::find_member(*only, "text").value_or("") : std::string_view();
    if (!json::is_string(text) || contents.next()) {
      return unsupported(fmt::format("inputs[{}].content", i),
                         "must be one text where another provider answers");
    }
    request.texts.push_back({unquote(text)});
  }
  return {};
}

Result<void> read_types(std::string_view value, EmbedRequest& request) {
  json::ArrayCursor cursor(value);
  const auto type = cursor.next();
  if (!type) return {};
  if ((*type != R"("float")" && *type != R"("base64")") || cursor.next()) {
    return unsupported("embedding_types",
                       "must be [\"float\"] or [\"base64\"] where another provider answers");
  }
  request.encoding = *type == R"("float")" ? EmbeddingEncoding::kFloat : EmbeddingEncoding::kBase64;
  return {};
}

Result<void> read_cohere_member(const Item& item, EmbedRequest& request, Arena& arena) {
  const auto& [name, value] = item;
  if (json::is_null(value)) return {};
  if (name == "model") {
    EscapedText model;
    TIDEGATE_TRY_VOID(read_text(item, model));
    request.model = json::unescape(model, arena);
  } else if (name == "texts") {
    return read_texts(value, request);
  } else if (name == "inputs") {
    return read_inputs(value, request);
  } else if (name == "images") {
    return unsupported(name, "cannot be embedded where another provider answers");
  } else if (name == "embedding_types") {
    return read_types(value, request);
  } else if (name == "output_dimension") {
    return read_dimensions(item, request);
  } else if (name == "input_type") {
    return read_text(item, request.purpose);
  } else if (name == "truncate") {
    return read_text(item, request.truncate);
  } else {
    request.unknown.push_back({name, value});
  }
  return {};
}

}  // namespace

Result<EmbedRequest> read_openai_embed_request(std::string_view body, Arena& arena) {
  EmbedRequest request;
  json::ObjectCursor cursor(body);
  while (const auto item = cursor.next()) {
    TIDEGATE_TRY_VOID(read_openai_member(*item, request, arena));
  }
  if (request.texts.empty() && request.tokens.empty()) return refuse("input", "is missing");
  return request;
}

Result<EmbedRequest> read_cohere_embed_request(std::string_view body, Arena& arena) {
  EmbedRequest request;
  json::ObjectCursor cursor(body);
  while (const auto item = cursor.next()) {
    TIDEGATE_TRY_VOID(read_cohere_member(*item, request, arena));
  }
  if (request.texts.empty()) return refuse("texts", "is missing");
  return request;
}

}  // namespace tidegate::llm
