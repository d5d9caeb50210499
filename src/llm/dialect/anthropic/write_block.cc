#include "llm/dialect/anthropic/write_block.h"

#include <fmt/format.h>

#include "base/base64.h"
#include "llm/conversation/media.h"
#include "llm/conversation/thought_signature.h"
#include "llm/conversation/turns.h"
#include "llm/dialect/anthropic/claude.h"

namespace tidegate::llm::anthropic {
namespace {

using Kind = MediaPart::Kind;
using Source = MediaPart::Source;

bool is_image_type(std::string_view type) {
  return type == "image/png" || type == "image/jpeg" || type == "image/gif" || type == "image/webp";
}

bool is_text_type(std::string_view type) {
  return type.starts_with("text/") || type == "application/json" || type == "application/xml";
}

bool is_web_url(std::string_view url) {
  return url.starts_with("https:") || url.starts_with("http:");
}

}  // namespace

bool is_own_citations(std::string_view citations) {
  return citations.find("\"cited_text\"") != citations.npos;
}

namespace {

// Citations of a web search that Claude did not make itself: it demands its own index with them.
bool is_foreign_search(std::string_view citations) {
  return citations.find("\"web_search_result_location\"") != citations.npos &&
         citations.find("\"encrypted_index\"") == citations.npos;
}

}  // namespace

void CacheMarks::write(json::Writer& writer, const std::optional<CacheLife>& cache) {
  if (!cache) return;
  if (excess_ > 0) {
    --excess_;
    return;
  }
  writer.key("cache_control").begin_object().member("type", "ephemeral");
  if (*cache == CacheLife::kOneHour) writer.member("ttl", "1h");
  writer.end_object();
}

void BlockWriter::lose(std::string_view path) {
  if (losses_ != nullptr) losses_->add(path);
}

void BlockWriter::put(const TextPart& part) {
  if (is_blank(part.text)) return;
  writer_.begin_object().member("type", "text").member("text", part.text);
  if (losses_ != nullptr && is_foreign_search(part.citations)) {
    lose("citations");
  } else if (is_own_citations(part.citations)) {
    writer_.key("citations").raw(part.citations);
  }
  marks_.write(writer_, part.cache);
  writer_.end_object();
}

void BlockWriter::put(const RefusalPart& part) {
  TextPart text;
  text.text = part.text;
  put(text);
}

void BlockWriter::put(const MediaPart& part) {
  const auto kind = to_string(part.kind);
  const auto source = find_source(part);
  if (!source) {
    // The model is told that there was something.
    lose(kind);
    TextPart text;
    text.text = {arena_.concat({"[", kind, " left out]"})};
    text.cache = part.cache;
    return put(text);
  }
  if (!part.detail.empty() && part.detail != "auto") lose("image.detail");
  writer_.begin_object().member("type", kind).key("source").begin_object();
  writer_.member("type", source->type);
  if (!source->media_type.empty()) writer_.member("media_type", source->media_type);
  writer_.member(source->name, source->data).end_object();
  if (part.kind == Kind::kDocument) {
    if (!part.name.empty()) writer_.member("title", part.name);
    if (!part.context.empty()) writer_.member("context", part.context);
    if (part.citations) {
      writer_.key("citations").begin_object().key("enabled").raw("true").end_object();
    }
  }
  marks_.write(writer_, part.cache);
  writer_.end_object();
}

std::optional<BlockWriter::SourceFields> BlockWriter::find_source(const MediaPart& part) {
  const auto type = media_type_of(part);
  const bool image = part.kind == Kind::kImage;
  if (!image && part.kind != Kind::kDocument) return std::nullopt;
  switch (part.source) {
    case Source::kBase64:
      if (image ? is_image_type(type) : type == "application/pdf") {
        return SourceFields{"base64", type, "data", part.data};
      }
      if (!image && is_text_type(type)) {
        const auto text = parse_base64(json::unescape(part.data, arena_));
        if (!text) return std::nullopt;
        const auto plain = json::escape(arena_.copy(*text), arena_);
        return SourceFields{"text", "text/plain", "data", plain};
      }
      return std::nullopt;
    case Source::kUrl:
      if (!is_web_url(part.data.bytes)) return std::nullopt;
      return SourceFields{"url", {}, "url", part.data};
    case Source::kFileId:
      // OpenAI's begin with "file-".
      if (!part.data.bytes.starts_with("file_")) return std::nullopt;
      return SourceFields{"file", {}, "file_id", part.data};
    case Source::kText:
      if (image) return std::nullopt;
      return SourceFields{"text", "text/plain", "data", part.data};
  }
  return std::nullopt;
}

void BlockWriter::put(const ToolCallPart& part) {
  const auto arguments = arguments_of(part, arena_);
  if (!arguments.exact) lose(fmt::format("tool_calls.{}.arguments", part.id.bytes));
  writer_.begin_object().member("type", "tool_use").member("id", part.id);
  writer_.member("name", part.name).key("input").raw(arguments.object);
  marks_.write(writer_, part.cache);
  writer_.end_object();
}

void BlockWriter::put(const ToolResultPart& part) {
  writer_.begin_object().member("type", "tool_result").member("tool_use_id", part.call_id);
  if (!part.parts.empty() || !part.raw.empty()) {
    writer_.key("content").begin_array();
    if (!part.raw.empty()) {
      TextPart text;
      text.text = json::escape(part.raw, arena_);
      put(text);
    }
    for (const auto& inner : part.parts) {
      std::visit([this](const auto& value) { put(value); }, inner);
    }
    writer_.end_array();
  }
  if (part.error) writer_.key("is_error").raw("true");
  marks_.write(writer_, part.cache);
  writer_.end_object();
}

void BlockWriter::put(const ReasoningPart& part) {
  const auto redacted = [this](EscapedText data) {
    writer_.begin_object().member("type", "redacted_thinking").member("data", data).end_object();
  };
  if (!part.redacted.empty()) return redacted(part.redacted);
  const bool foreign = !is_signed(part);
  if (!foreign || unsigned_thoughts_) {
    if (!part.text.empty() || !part.signature.empty()) {
      writer_.begin_object().member("type", "thinking").member("thinking", part.text);
      writer_.member("signature", part.signature).end_object();
    }
  } else {
    lose("reasoning");
  }
  // Another provider's, for the caller to give back.
  if (unsigned_thoughts_ && !part.encrypted.empty()) {
    redacted(wrap_thought({ForeignThought::Kind::kEncrypted, part.id, part.encrypted}, arena_));
  }
}

}  // namespace tidegate::llm::anthropic
