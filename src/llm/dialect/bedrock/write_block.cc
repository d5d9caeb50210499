#include "llm/dialect/bedrock/write_block.h"

#include <fmt/format.h>

#include "base/base64.h"
#include "json/cursor.h"
#include "llm/conversation/media.h"
#include "llm/conversation/thought_signature.h"
#include "llm/conversation/turns.h"
#include "llm/dialect/anthropic/claude.h"
#include "llm/dialect/bedrock/citations.h"

namespace tidegate::llm::bedrock {
namespace {

using Source = MediaPart::Source;

constexpr std::size_t kMaxDocumentName = 200;

// Of a document's name: letters and digits of ASCII, white space, hyphens, parentheses and square
// brackets (DocumentBlock).
bool is_name_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '(' || c == ')' || c == '[' || c == ']';
}

}  // namespace

EscapedText as_base64(EscapedText text, Arena& arena) {
  const auto plain = json::unescape(text, arena);
  std::string again;
  if (const auto bytes = parse_base64(plain)) append_base64(again, *bytes);
  if (again == plain) return text;
  again.clear();
  append_base64(again, plain);
  return {arena.copy(again)};
}

void CachePoints::write(json::Writer& writer, const std::optional<CacheLife>& cache) {
  if (!cache) return;
  if (take_ == Take::kNo) {
    if (losses_ != nullptr) losses_->add("cache_control");
    return;
  }
  if (excess_ > 0) {
    --excess_;
    return;
  }
  writer.begin_object().key("cachePoint").begin_object().member("type", "default");
  if (*cache == CacheLife::kOneHour) writer.member("ttl", "1h");
  writer.end_object().end_object();
}

void BlockWriter::lose(std::string_view path) {
  if (losses_ != nullptr) losses_->add(path);
}

void BlockWriter::write_text(std::string_view text) {
  writer_.begin_object().member("text", text).end_object();
}

void BlockWriter::put(const TextPart& part) {
  if (is_blank(part.text)) return;
  // Whether any of the citations can be said shows only when they are written.
  std::string citations;
  json::Writer list(citations);
  list.begin_array();
  json::ArrayCursor cursor(part.citations);
  while (const auto citation = cursor.next()) write_citation(list, *citation);
  list.end_array();
  writer_.begin_object();
  if (citations != "[]") {
    writer_.key("citationsContent").begin_object().key("content").begin_array();
    writer_.begin_object().member("text", part.text).end_object().end_array();
    writer_.key("citations").raw(citations).end_object();
  } else {
    writer_.member("text", part.text);
  }
  writer_.end_object();
  points_.write(writer_, part.cache);
}

void BlockWriter::put(const RefusalPart& part) {
  TextPart text;
  text.text = part.text;
  put(text);
}

std::optional<BlockWriter::SourceFields> BlockWriter::find_source(const MediaPart& part) {
  auto type = media_type_of(part);
  if (part.kind == MediaPart::Kind::kDocument && part.source == Source::kText) type = "text/plain";
  SourceFields fields{"bytes", part.data, format_of(type)};
  if (part.source == Source::kText) {
    std::string base64;
    append_base64(base64, json::unescape(part.data, arena_));
    fields.data = {arena_.copy(base64)};
  } else if (part.source == Source::kUrl && part.data.bytes.starts_with("s3:")) {
    fields.name = "s3Location";
    // The name of the object tells what it is, where nobody else did.
    const auto bytes = part.data.bytes;
    const auto ending = bytes.substr(bytes.rfind('.') + 1);
    if (fields.format.empty()) fields.format = ending == "jpg" ? "jpeg" : ending;
  } else if (part.source != Source::kBase64) {
    return std::nullopt;
  }
  if (fields.format.empty()) return std::nullopt;
  return fields;
}

void BlockWriter::put(const MediaPart& part) {
  const auto kind = to_string(part.kind);
  const auto source = find_source(part);
  if (!source) {
    // The model is told that there was something.
    lose(kind);
    write_text(fmt::format("[{} left out]", kind));
    return points_.write(writer_, part.cache);
  }
  if (!part.detail.empty() && part.detail != "auto") lose("image.detail");
  writer_.begin_object().key(kind).begin_object().member("format", source->format);
  if (part.kind == MediaPart::Kind::kDocument) put_document_fields(part);
  writer_.key("source").begin_object().key(source->name);
  if (source->name == "bytes") {
    writer_.string(source->data);
  } else {
    writer_.begin_object().member("uri", source->data).end_object();
  }
  writer_.end_object().end_object().end_object();
  points_.write(writer_, part.cache);
}

void BlockWriter::put_document_fields(const MediaPart& part) {
  writer_.member("name", document_name(part.name));
  if (!part.context.empty()) writer_.member("context", part.context);
  if (part.citations) {
    writer_.key("citations").begin_object().key("enabled").raw("true").end_object();
  }
}

// A name of the characters that are allowed, which no document before has.
std::string BlockWriter::document_name(EscapedText name) {
  std::string stem;
  for (const char c : json::unescape(name, arena_)) {
    if (is_name_char(c)) {
      stem += c;
    } else if (!stem.empty() && stem.back() != ' ') {
      stem += ' ';
    }
    if (stem.size() == kMaxDocumentName - 8) break;
  }
  while (stem.ends_with(' ')) stem.pop_back();
  if (stem.empty()) stem = "document";
  auto unique = stem;
  for (std::size_t n = 2; !document_names_.insert(unique).second; ++n) {
    unique = fmt::format("{} ({})", stem, n);
  }
  return unique;
}

void BlockWriter::put(const ToolCallPart& part) {
  const auto arguments = arguments_of(part, arena_);
  if (!arguments.exact) lose(fmt::format("tool_calls.{}.arguments", part.id.bytes));
  writer_.begin_object().key("toolUse").begin_object().member("toolUseId", part.id);
  writer_.member("name", part.name).key("input").raw(arguments.object);
  writer_.end_object().end_object();
  points_.write(writer_, part.cache);
}

void BlockWriter::put(const ToolResultPart& part) {
  writer_.begin_object().key("toolResult").begin_object().member("toolUseId", part.call_id);
  writer_.key("content").begin_array();
  CachePoints none(0, CachePoints::Take::kNo, losses_);
  BlockWriter inner(writer_, none, losses_, arena_);
  inner.document_names_.swap(document_names_);
  bool empty = true;
  if (part.raw.starts_with('{')) {
    writer_.begin_object().key("json").raw(part.raw).end_object();
    empty = false;
  } else if (!part.raw.empty()) {
    writer_.begin_object().member("text", json::escape(part.raw, arena_)).end_object();
    empty = false;
  }
  for (const auto& value : part.parts) {
    const auto* text = std::get_if<TextPart>(&value);
    if (text != nullptr && is_blank(text->text)) continue;
    empty = false;
    // Citations have no place in a result.
    if (text != nullptr) {
      writer_.begin_object().member("text", text->text).end_object();
    } else {
      inner.put(std::get<MediaPart>(value));
    }
  }
  // A result without content is refused, and so is one of blank text.
  if (empty) write_text("(empty)");
  inner.document_names_.swap(document_names_);
  writer_.end_array();
  if (part.error) writer_.member("status", "error");
  writer_.end_object().end_object();
  points_.write(writer_, part.cache);
}

void BlockWriter::put(const ReasoningPart& part) {
  const auto redacted = [this](EscapedText data) {
    writer_.begin_object().key("reasoningContent").begin_object();
    writer_.member("redactedContent", as_base64(data, arena_)).end_object().end_object();
  };
  if (!part.redacted.empty()) return redacted(part.redacted);
  const bool reply = losses_ == nullptr;
  if (!part.text.empty() || !part.signature.empty()) {
    writer_.begin_object().key("reasoningContent").begin_object().key("reasoningText");
    writer_.begin_object().member("text", part.text);
    // The caller keeps whatever signature it is; a model gets only Claude's own.
    const bool shown = reply || anthropic::is_signed(part);
    if (!part.signature.empty() && shown) writer_.member("signature", part.signature);
    writer_.end_object().end_object().end_object();
  }
  // Another provider's, for the caller to give back.
  if (reply && !part.encrypted.empty()) {
    redacted(wrap_thought({ForeignThought::Kind::kEncrypted, part.id, part.encrypted}, arena_));
  }
}

}  // namespace tidegate::llm::bedrock
