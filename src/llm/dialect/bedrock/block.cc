#include "llm/dialect/bedrock/block.h"

#include <string>

#include "json/cursor.h"
#include "json/value.h"
#include "llm/conversation/media.h"
#include "llm/dialect/anthropic/block.h"
#include "llm/dialect/bedrock/citations.h"

namespace tidegate::llm::bedrock {
namespace {

std::string_view member(std::string_view object, std::string_view name) {
  const auto value = json::find_member(object, name).value_or("");
  return json::is_null(value) ? std::string_view() : value;
}

Result<EscapedText> optional_string(std::string_view object, const Where& where,
                                    std::string_view name) {
  const auto value = member(object, name);
  if (value.empty()) return EscapedText{};
  return read_string(value, where.member(name));
}

Result<EscapedText> required_string(std::string_view object, const Where& where,
                                    std::string_view name) {
  const auto value = member(object, name);
  if (value.empty()) return where.member(name).refuse("is required");
  return read_string(value, where.member(name));
}

TextPart text_part(EscapedText text) {
  TextPart part;
  part.text = text;
  return part;
}

}  // namespace

CacheLife read_cache_point(std::string_view cache_point) {
  return member(cache_point, "ttl") == "\"1h\"" ? CacheLife::kOneHour : CacheLife::kFiveMinutes;
}

UnionMember find_union_member(std::string_view object) {
  json::ObjectCursor cursor(object);
  while (const auto item = cursor.next()) {
    if (!json::is_null(item->value)) return {item->name, item->value};
  }
  return {};
}

void BlockReader::note_unknown(const Where& where, std::string_view raw) {
  if (unknown_ != nullptr) unknown_->push_back({where.path(arena_), raw});
}

Result<void> BlockReader::read_content(std::string_view content, const Where& where, Parts& parts) {
  TIDEGATE_TRY_VOID(read_array(content, where));
  return for_each_element(content, where, [&](std::string_view block, const Where& at) {
    return read_block(block, at, parts);
  });
}

Result<void> BlockReader::read_block(std::string_view block, const Where& where, Parts& parts) {
  TIDEGATE_TRY_VOID(read_object(block, where));
  const auto [name, value] = find_union_member(block);
  if (name.empty()) return where.refuse("must have a member that says what it is");
  const auto here = where.member(name);
  if (name == "text") {
    TIDEGATE_TRY(text, read_string(value, here));
    parts.emplace_back(text_part(text));
    return {};
  }
  TIDEGATE_TRY_VOID(read_object(value, here));
  if (name == "toolUse") return read_call(value, here, parts);
  if (name == "toolResult") return read_result(value, here, parts);
  if (name == "reasoningContent") return read_reasoning(value, here, parts);
  if (name == "image") return read_media(value, MediaPart::Kind::kImage, here, parts);
  if (name == "document") return read_media(value, MediaPart::Kind::kDocument, here, parts);
  if (name == "video") return read_media(value, MediaPart::Kind::kVideo, here, parts);
  if (name == "audio") return read_media(value, MediaPart::Kind::kAudio, here, parts);
  if (name == "searchResult") return read_search_result(value, here, parts);
  if (name == "citationsContent") return read_cited(value, here, parts);
  if (name == "guardContent") return read_guarded(value, here, parts);
  if (name == "cachePoint") {
    mark(value, here, parts);
  } else {
    note_unknown(here, value);
  }
  return {};
}

void BlockReader::mark(std::string_view cache_point, const Where& where, Parts& parts) {
  if (parts.empty()) return note_unknown(where, cache_point);
  const bool marked = std::visit(
      [&](auto& part) {
        if constexpr (requires { part.cache; }) {
          part.cache = read_cache_point(cache_point);
          return true;
        }
        return false;
      },
      parts.back());
  if (!marked) note_unknown(where, cache_point);
}

Result<void> BlockReader::read_media(std::string_view value, MediaPart::Kind kind,
                                     const Where& where, Parts& parts) {
  MediaPart media;
  media.kind = kind;
  TIDEGATE_TRY(format, optional_string(value, where, "format"));
  TIDEGATE_TRY(name, optional_string(value, where, "name"));
  TIDEGATE_TRY(context, optional_string(value, where, "context"));
  media.media_type = media_type_of_format(format.bytes);
  if (media.media_type.empty() && !format.empty()) {
    media.media_type = arena_.concat({to_string(kind), "/", format.bytes});
  }
  media.name = name;
  media.context = context;
  media.citations = member(member(value, "citations"), "enabled") == "true";
  const auto source = where.member("source");
  TIDEGATE_TRY_VOID(read_source(member(value, "source"), source, media));
  parts.emplace_back(media);
  return {};
}

Result<void> BlockReader::read_source(std::string_view source, const Where& where,
                                      MediaPart& media) {
  TIDEGATE_TRY_VOID(read_object(source, where));
  const auto [name, value] = find_union_member(source);
  const auto here = where.member(name);
  if (name == "s3Location") {
    media.source = MediaPart::Source::kUrl;
    TIDEGATE_TRY(uri, required_string(value, here, "uri"));
    media.data = uri;
  } else if (name == "content") {
    media.source = MediaPart::Source::kText;
    TIDEGATE_TRY(text, read_texts(value, here));
    media.data = text;
  } else if (name == "bytes" || name == "text") {
    media.source = name == "text" ? MediaPart::Source::kText : MediaPart::Source::kBase64;
    TIDEGATE_TRY(data, read_string(value, here));
    media.data = data;
  } else {
    return where.refuse("must have bytes, an s3Location, text or content");
  }
  if (media.data.empty()) return here.refuse("must not be empty");
  return {};
}

Result<EscapedText> BlockReader::read_texts(std::string_view blocks, const Where& where) {
  TIDEGATE_TRY_VOID(read_array(blocks, where));
  std::string joined;
  json::ArrayCursor cursor(blocks);
  for (std::size_t i = 0; const auto block = cursor.next(); ++i) {
    const auto here = where.element(i);
    TIDEGATE_TRY(text, required_string(*block, here, "text"));
    if (!joined.empty()) joined += R"(\n)";
    joined += text.bytes;
  }
  return EscapedText{arena_.copy(joined)};
}

Result<void> BlockReader::read_search_result(std::string_view value, const Where& where,
                                             Parts& parts) {
  MediaPart media;
  media.kind = MediaPart::Kind::kDocument;
  media.source = MediaPart::Source::kText;
  TIDEGATE_TRY(title, optional_string(value, where, "title"));
  TIDEGATE_TRY(source, optional_string(value, where, "source"));
  const auto content = where.member("content");
  TIDEGATE_TRY(text, read_texts(member(value, "content"), content));
  media.name = title;
  media.context = source;
  media.data = text;
  media.citations = member(member(value, "citations"), "enabled") == "true";
  if (!text.empty()) parts.emplace_back(media);
  return {};
}

Result<void> BlockReader::read_call(std::string_view value, const Where& where, Parts& parts) {
  // The provider runs it itself; whoever reads it as a call would answer it.
  if (member(value, "type") == R"("server_tool_use")") {
    note_unknown(where, value);
    return {};
  }
  ToolCallPart call;
  TIDEGATE_TRY(id, required_string(value, where, "toolUseId"));
  TIDEGATE_TRY(name, required_string(value, where, "name"));
  call.id = id;
  call.name = name;
  call.arguments_raw = "{}";
  const auto input = member(value, "input");
  if (!input.empty()) {
    TIDEGATE_TRY(object, read_object(input, where.member("input")));
    call.arguments_raw = object;
  }
  parts.emplace_back(call);
  return {};
}

Result<void> BlockReader::read_result(std::string_view value, const Where& where, Parts& parts) {
  ToolResultPart result;
  TIDEGATE_TRY(id, required_string(value, where, "toolUseId"));
  TIDEGATE_TRY(status, optional_string(value, where, "status"));
  result.call_id = id;
  result.error = status.bytes == "error";
  const auto content = where.member("content");
  TIDEGATE_TRY(blocks, read_array(member(value, "content"), content));
  json::ArrayCursor cursor(blocks);
  for (std::size_t i = 0; const auto block = cursor.next(); ++i) {
    TIDEGATE_TRY_VOID(read_result_block(*block, content.element(i), result));
  }
  parts.emplace_back(result);
  return {};
}

Result<void> BlockReader::read_result_block(std::string_view block, const Where& where,
                                            ToolResultPart& result) {
  TIDEGATE_TRY_VOID(read_object(block, where));
  const auto [name, value] = find_union_member(block);
  if (name == "json") {
    // Several are texts, as the dialects with one value have no place for more.
    if (result.raw.empty() && result.parts.empty()) {
      result.raw = value;
    } else {
      result.parts.emplace_back(text_part(json::escape(value, arena_)));
    }
    return {};
  }
  Parts inner;
  TIDEGATE_TRY_VOID(read_block(block, where, inner));
  for (const auto& part : inner) {
    if (const auto* text = std::get_if<TextPart>(&part)) {
      result.parts.emplace_back(*text);
    } else if (const auto* media = std::get_if<MediaPart>(&part)) {
      result.parts.emplace_back(*media);
    } else {
      return where.refuse("must be text, json or media");
    }
  }
  return {};
}

Result<void> BlockReader::read_reasoning(std::string_view value, const Where& where, Parts& parts) {
  ReasoningPart part;
  const auto [name, inner] = find_union_member(value);
  const auto here = where.member(name);
  if (name == "redactedContent") {
    TIDEGATE_TRY(data, read_string(inner, here));
    part = anthropic::read_redacted_data(data, arena_);
  } else if (name == "reasoningText") {
    TIDEGATE_TRY_VOID(read_object(inner, here));
    TIDEGATE_TRY(text, optional_string(inner, here, "text"));
    TIDEGATE_TRY(signature, optional_string(inner, here, "signature"));
    part.text = text;
    part.signature = signature;
  } else {
    return where.refuse("must have reasoningText or redactedContent");
  }
  const bool empty = part.text.empty() && part.signature.empty() && part.redacted.empty() &&
                     part.encrypted.empty();
  if (!empty) parts.emplace_back(part);
  return {};
}

Result<void> BlockReader::read_cited(std::string_view value, const Where& where, Parts& parts) {
  TextPart part;
  const auto content = where.member("content");
  TIDEGATE_TRY(text, read_texts(member(value, "content"), content));
  part.text = text;
  part.citations = read_citations(member(value, "citations"), arena_);
  parts.emplace_back(part);
  return {};
}

Result<void> BlockReader::read_guarded(std::string_view value, const Where& where, Parts& parts) {
  // Which part a guardrail looks at is told as lost; what the model reads is kept.
  note_unknown(where, value);
  const auto text = member(value, "text");
  if (text.empty()) return {};
  const auto here = where.member("text");
  TIDEGATE_TRY(inner, required_string(text, here, "text"));
  parts.emplace_back(text_part(inner));
  return {};
}

}  // namespace tidegate::llm::bedrock
