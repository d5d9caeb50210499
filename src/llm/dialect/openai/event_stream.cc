#include "llm/dialect/openai/event_stream.h"

#include <functional>

#include "llm/conversation/provider_error.h"
#include "llm/dialect/openai/fields.h"

namespace tidegate::llm::openai {
namespace {

// What the status would have been, by the words that providers use. Some send it as a number.
std::uint16_t status_of(std::string_view text, const ProviderError& error) {
  const auto inner = find_value(text, "error");
  for (const std::string_view name : {"status_code", "status", "code"}) {
    auto value = find_value(json::is_object(inner) ? inner : text, name);
    if (json::is_string(value)) value = json::unquote(value);
    const auto status = json::parse_uint(value).value_or(0);
    if (status >= 400 && status < 600) return static_cast<std::uint16_t>(status);
  }
  const auto says = [&](std::string_view word) {
    return error.type.find(word) != error.type.npos || error.code.find(word) != error.code.npos;
  };
  if (says("rate_limit") || says("insufficient_quota")) return 429;
  if (says("overloaded") || says("unavailable")) return 503;
  if (says("invalid_request") || says("context_length")) return 400;
  if (says("timeout")) return 504;
  return says("server_error") ? 500 : 502;
}

}  // namespace

Result<void> EventStream::feed(std::string_view piece) {
  if (kind_ == Kind::kUnknown) {
    const auto first = piece.find_first_not_of(" \t\r\n");
    if (first != piece.npos) {
      const char c = piece[first];
      kind_ = c == '{' || c == '[' || c == '<' ? Kind::kDocument : Kind::kEvents;
    }
  }
  piece_ = piece;
  if (kind_ != Kind::kDocument) {
    scanner_.feed(piece);
    return {};
  }
  if (document_.size() + piece.size() > limits::kMaxSseEventBytes) {
    return fail(ErrorCode::kLimit, Origin::kUpstream, "a reply that is no stream is too large");
  }
  document_ += piece;
  return {};
}

Result<bool> EventStream::next(http::SseEvent& event, Arena& arena) {
  if (kind_ == Kind::kDocument) return false;
  auto read = scanner_.next(event);
  if (!read || !*read) return read;
  const auto* const data = event.data.data();
  const std::less<> before;
  const bool in_piece = !before(data, piece_.data()) && before(data, piece_.data() + piece_.size());
  if (!in_piece) {
    event.data = arena.copy(event.data);
    event.type = arena.copy(event.type);
  }
  return read;
}

bool EventStream::finish(http::SseEvent& event) {
  return kind_ != Kind::kDocument && scanner_.finish(event);
}

ReplyError make_reply_error(std::string_view text, Arena& arena) {
  const auto error = read_provider_error(502, {}, text);
  ReplyError step;
  step.status = status_of(text, error);
  step.type = arena.copy(error.type);
  step.code = arena.copy(error.code);
  step.message = arena.copy(error.message);
  return step;
}

}  // namespace tidegate::llm::openai
