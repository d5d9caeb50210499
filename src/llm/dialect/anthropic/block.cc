#include "llm/dialect/anthropic/block.h"

#include <array>
#include <string>

#include "json/cursor.h"
#include "json/value.h"
#include "llm/conversation/media.h"
#include "llm/conversation/thought_signature.h"

namespace tidegate::llm::anthropic {
namespace {

// The value of an optional string; empty where it is absent.
Result<EscapedText> optional_string(std::string_view value, const Where& where,
                                    std::string_view name) {
  if (value.empty()) return EscapedText{};
  return read_string(value, where.member(name));
}

Result<EscapedText> required_string(std::string_view value, const Where& where,
                                    std::string_view name) {
  if (value.empty()) return where.member(name).refuse("is required");
  return read_string(value, where.member(name));
}

bool asks_for_citations(std::string_view citations) {
  return json::find_member(citations, "enabled") == "true";
}

}  // namespace

Result<std::optional<CacheLife>> read_cache_control(std::string_view value, const Where& where) {
  if (value.empty() || json::is_null(value)) return std::optional<CacheLife>();
  TIDEGATE_TRY(object, read_object(value, where));
  const auto ttl = json::unquote(json::find_member(object, "ttl").value_or(""));
  return std::optional(ttl == "1h" ? CacheLife::kOneHour : CacheLife::kFiveMinutes);
}

ReasoningPart read_redacted_data(EscapedText data, Arena& arena) {
  ReasoningPart part;
  const auto foreign = unwrap_thought(data, arena);
  if (!foreign) {
    part.redacted = data;
    return part;
  }
  switch (foreign->kind) {
    case ForeignThought::Kind::kSignature:
      part.signature = foreign->data;
      break;
    case ForeignThought::Kind::kRedacted:
      part.redacted = foreign->data;
      break;
    case ForeignThought::Kind::kEncrypted:
      part.encrypted = foreign->data;
      part.id = foreign->id;
      break;
  }
  return part;
}

void BlockReader::note_unknown(const Where& where, std::string_view raw) {
  if (unknown_ != nullptr) unknown_->push_back({where.path(arena_), raw});
}

Result<BlockReader::Members> BlockReader::read_members(std::string_view block, const Where& where) {
  if (!json::is_object(block)) return where.refuse("must be an object");
  static constexpr std::array<std::pair<std::string_view, std::string_view Members::*>, 16> kNames{{
      {"type", &Members::type},
      {"text", &Members::text},
      {"citations", &Members::citations},
      {"cache_control", &Members::cache},
      {"source", &Members::source},
      {"title", &Members::title},
      {"context", &Members::context},
      {"id", &Members::id},
      {"name", &Members::name},
      {"input", &Members::input},
      {"tool_use_id", &Members::call_id},
      {"content", &Members::content},
      {"is_error", &Members::is_error},
      {"thinking", &Members::thinking},
      {"signature", &Members::signature},
      {"data", &Members::data},
  }};
  Members members;
  std::vector<json::ObjectCursor::Item> others;
  json::ObjectCursor cursor(block);
  while (const auto item = cursor.next()) {
    if (json::is_null(item->value)) continue;
    bool known = false;
    for (const auto& [name, member] : kNames) {
      if (item->name != name) continue;
      members.*member = item->value;
      known = true;
      break;
    }
    // Who asked for a tool: the model itself, as everywhere.
    if (!known && item->name != "caller") others.push_back(*item);
  }
  TIDEGATE_TRY(type, required_string(members.type, where, "type"));
  members.type = type.bytes;
  // Of a block that nobody else knows, the whole is told, not each member.
  const bool foreign = type.bytes.starts_with("server_") || type.bytes.ends_with("_tool_result");
  if (!foreign) {
    for (const auto& item : others) note_unknown(where.member(item.name), item.value);
  }
  return members;
}

Result<void> BlockReader::read_content(std::string_view content, const Where& where,
                                       std::vector<Part>& parts) {
  if (json::is_string(content)) {
    TextPart part;
    part.text = {json::unquote(content)};
    parts.emplace_back(part);
    return {};
  }
  if (!json::is_array(content)) return where.refuse("must be a string or an array of blocks");
  return for_each_element(content, where, [&](std::string_view block, const Where& at) {
    return read_block(block, at, parts);
  });
}

Result<void> BlockReader::read_block(std::string_view block, const Where& where,
                                     std::vector<Part>& parts) {
  TIDEGATE_TRY(members, read_members(block, where));
  const auto type = members.type;
  if (type == "text") {
    TIDEGATE_TRY(text, text_of(members, where));
    parts.emplace_back(text);
    return {};
  }
  if (type == "tool_use") return read_call(members, where, parts);
  if (type == "tool_result") return read_result(members, where, parts);
  if (type == "thinking") return read_thinking(members, where, parts);
  if (type == "redacted_thinking") return read_redacted(members, where, parts);
  if (type == "image") return read_media(members, MediaPart::Kind::kImage, where, parts);
  if (type == "document") return read_media(members, MediaPart::Kind::kDocument, where, parts);
  if (type == "search_result") return read_search_result(members, where, parts);
  note_unknown(where, block);
  return {};
}

Result<TextPart> BlockReader::read_text_block(std::string_view block, const Where& where) {
  TIDEGATE_TRY(members, read_members(block, where));
  if (members.type != "text") return where.member("type").refuse("must be \"text\"");
  return text_of(members, where);
}

Result<TextPart> BlockReader::text_of(const Members& members, const Where& where) {
  TextPart part;
  TIDEGATE_TRY(text, required_string(members.text, where, "text"));
  TIDEGATE_TRY(cache, read_cache_control(members.cache, where.member("cache_control")));
  part.text = text;
  part.cache = cache;
  if (json::is_array(members.citations) && members.citations != "[]") {
    part.citations = members.citations;
  }
  return part;
}

Result<void> BlockReader::read_media(const Members& members, MediaPart::Kind kind,
                                     const Where& where, std::vector<Part>& parts) {
  MediaPart media;
  media.kind = kind;
  TIDEGATE_TRY(title, optional_string(members.title, where, "title"));
  TIDEGATE_TRY(context, optional_string(members.context, where, "context"));
  TIDEGATE_TRY(cache, read_cache_control(members.cache, where.member("cache_control")));
  media.name = title;
  media.context = context;
  media.cache = cache;
  media.citations = asks_for_citations(members.citations);
  if (members.source.empty()) return where.member("source").refuse("is required");
  const auto source = where.member("source");
  TIDEGATE_TRY_VOID(read_source(members.source, source, media, parts));
  // A document of nothing but pictures has become those.
  if (!media.data.empty()) parts.emplace_back(media);
  return {};
}

Result<void> BlockReader::read_source(std::string_view source, const Where& where, MediaPart& media,
                                      std::vector<Part>& parts) {
  TIDEGATE_TRY_VOID(read_object(source, where));
  const auto member = [&](std::string_view name) {
    return json::find_member(source, name).value_or("");
  };
  const auto type = json::unquote(member("type"));
  if (type == "content") {
    return read_content_source(member("content"), where.member("content"), media, parts);
  }
  std::string_view name = "data";
  if (type == "base64") {
    media.source = MediaPart::Source::kBase64;
  } else if (type == "text") {
    media.source = MediaPart::Source::kText;
  } else if (type == "url") {
    media.source = MediaPart::Source::kUrl;
    name = "url";
  } else if (type == "file") {
    media.source = MediaPart::Source::kFileId;
    name = "file_id";
  } else {
    return where.member("type").refuse(R"(must be "base64", "url", "file", "text" or "content")");
  }
  TIDEGATE_TRY(data, required_string(member(name), where, name));
  if (data.empty()) return where.member(name).refuse("must not be empty");
  media.data = data;
  TIDEGATE_TRY(media_type, optional_string(member("media_type"), where, "media_type"));
  media.media_type = json::unescape(media_type, arena_);
  return {};
}

Result<void> BlockReader::read_content_source(std::string_view content, const Where& where,
                                              MediaPart& media, std::vector<Part>& parts) {
  std::vector<Part> inner;
  TIDEGATE_TRY_VOID(read_content(content, where, inner));
  std::string text;
  for (const auto& part : inner) {
    if (const auto* piece = std::get_if<TextPart>(&part)) {
      if (!text.empty()) text += R"(\n)";
      text += piece->text.bytes;
    } else {
      parts.push_back(part);
    }
  }
  media.source = MediaPart::Source::kText;
  media.data = {arena_.copy(text)};
  return {};
}

Result<void> BlockReader::read_search_result(const Members& members, const Where& where,
                                             std::vector<Part>& parts) {
  MediaPart media;
  media.kind = MediaPart::Kind::kDocument;
  TIDEGATE_TRY(title, optional_string(members.title, where, "title"));
  TIDEGATE_TRY(source, optional_string(members.source, where, "source"));
  TIDEGATE_TRY(cache, read_cache_control(members.cache, where.member("cache_control")));
  media.name = title;
  media.context = source;
  media.cache = cache;
  media.citations = asks_for_citations(members.citations);
  const auto content = where.member("content");
  TIDEGATE_TRY_VOID(read_content_source(members.content, content, media, parts));
  if (!media.data.empty()) parts.emplace_back(media);
  return {};
}

Result<void> BlockReader::read_call(const Members& members, const Where& where,
                                    std::vector<Part>& parts) {
  ToolCallPart call;
  TIDEGATE_TRY(id, required_string(members.id, where, "id"));
  TIDEGATE_TRY(name, required_string(members.name, where, "name"));
  TIDEGATE_TRY(cache, read_cache_control(members.cache, where.member("cache_control")));
  call.id = id;
  call.name = name;
  call.cache = cache;
  call.arguments_raw = "{}";
  if (!members.input.empty()) {
    TIDEGATE_TRY(input, read_object(members.input, where.member("input")));
    call.arguments_raw = input;
  }
  parts.emplace_back(call);
  return {};
}

Result<void> BlockReader::read_result(const Members& members, const Where& where,
                                      std::vector<Part>& parts) {
  ToolResultPart result;
  TIDEGATE_TRY(id, required_string(members.call_id, where, "tool_use_id"));
  TIDEGATE_TRY(cache, read_cache_control(members.cache, where.member("cache_control")));
  result.call_id = id;
  result.cache = cache;
  if (!members.is_error.empty()) {
    TIDEGATE_TRY(error, read_bool(members.is_error, where.member("is_error")));
    result.error = error;
  }
  if (!members.content.empty()) {
    std::vector<Part> inner;
    const auto content = where.member("content");
    TIDEGATE_TRY_VOID(read_content(members.content, content, inner));
    for (const auto& part : inner) {
      if (const auto* text = std::get_if<TextPart>(&part)) {
        result.parts.emplace_back(*text);
      } else if (const auto* media = std::get_if<MediaPart>(&part)) {
        result.parts.emplace_back(*media);
      } else {
        return content.refuse("must hold text, images and documents only");
      }
    }
  }
  parts.emplace_back(result);
  return {};
}

Result<void> BlockReader::read_thinking(const Members& members, const Where& where,
                                        std::vector<Part>& parts) {
  ReasoningPart part;
  TIDEGATE_TRY(text, required_string(members.thinking, where, "thinking"));
  TIDEGATE_TRY(signature, optional_string(members.signature, where, "signature"));
  part.text = text;
  part.signature = signature;
  if (!text.empty() || !signature.empty()) parts.emplace_back(part);
  return {};
}

Result<void> BlockReader::read_redacted(const Members& members, const Where& where,
                                        std::vector<Part>& parts) {
  TIDEGATE_TRY(data, required_string(members.data, where, "data"));
  parts.emplace_back(read_redacted_data(data, arena_));
  return {};
}

}  // namespace tidegate::llm::anthropic
