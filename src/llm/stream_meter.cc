#include "llm/stream_meter.h"

#include "base/limits.h"
#include "llm/dialect/anthropic/stream.h"
#include "llm/dialect/gemini/chunk_scanner.h"
#include "llm/dialect/gemini/stream.h"
#include "llm/dialect/gemini/usage.h"
#include "llm/dialect/openai/stream.h"
#include "llm/dialect/openai/usage.h"

namespace tidegate::llm {
namespace {

bool has_usage_option(Operation operation) {
  return operation == Operation::kChatCompletions || operation == Operation::kCompletions;
}

bool contains(std::string_view whole, std::string_view part) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

StreamMeter::StreamMeter(Call call, HideUsage hide)
    : call_(call),
      hide_(has_usage_option(call.operation) ? hide : HideUsage::kNo),
      scanner_(call.dialect == Dialect::kGemini ? gemini::kMaxChunkBytes
                                                : limits::kMaxSseEventBytes) {}

std::span<const std::string_view> StreamMeter::feed(std::string_view piece) {
  output_.clear();
  if (hide_ == HideUsage::kNo || unreadable_) put(piece);
  if (unreadable_) return output_;
  const auto held = scanner_.unfinished().size();
  std::size_t consumed = 0;
  scanner_.feed(piece);
  http::SseEvent event;
  auto more = scanner_.next(event);
  while (more && *more) {
    const bool in_piece = contains(piece, event.raw);
    consumed = event.raw.size() - held;  // only the first event can have begun earlier
    if (in_piece) consumed += held + static_cast<std::size_t>(event.raw.data() - piece.data());
    if (!in_piece && hide_ == HideUsage::kYes) event = keep(event);
    take(event);
    more = scanner_.next(event);
  }
  if (!more) give_up(piece.substr(consumed));
  return output_;
}

std::span<const std::string_view> StreamMeter::finish() {
  output_.clear();
  http::SseEvent event;
  if (!unreadable_ && scanner_.finish(event)) take(event);
  return output_;
}

std::optional<Usage> StreamMeter::usage() const {
  return call_.dialect == Dialect::kAnthropic ? anthropic_usage_.usage() : usage_;
}

void StreamMeter::take(const http::SseEvent& event) {
  // A bare JSON line is no event, but how some servers say that they failed.
  const bool is_bare = !event.has_data && event.raw.starts_with('{');
  StreamEvent said;
  if (event.has_data || is_bare) said = read(is_bare ? trim(event.raw) : event.data);
  if (event.has_data) ++events_;
  account(said);
  if (hide_ == HideUsage::kYes) forward(event, said);
}

StreamEvent StreamMeter::read(std::string_view data) {
  if (call_.dialect == Dialect::kAnthropic) return anthropic::read_event(data);
  if (call_.dialect == Dialect::kGemini) return gemini::read_event(data);
  if (call_.operation == Operation::kResponses) return openai::read_response_event(data);
  return chunks_.read(data);
}

void StreamMeter::account(const StreamEvent& event) {
  if (event.output) ++output_events_;
  if (!event.response_id.empty()) response_id_ = event.response_id;
  if (!event.usage.empty()) {
    if (call_.dialect == Dialect::kAnthropic) {
      anthropic_usage_.add(event.usage);
    } else if (const auto usage = call_.dialect == Dialect::kGemini
                                      ? gemini::parse_usage(event.usage)
                                      : openai::parse_usage(event.usage)) {
      usage_ = usage;
    }
  }
  // Done and failed are final: servers say [DONE] after an error too.
  if (state_ == StreamState::kDone || state_ == StreamState::kFailed) return;
  switch (event.step) {
    case StreamEvent::Step::kNone:
      return;
    case StreamEvent::Step::kFinished:
      state_ = StreamState::kFinished;
      return;
    case StreamEvent::Step::kDone:
      state_ = StreamState::kDone;
      return;
    case StreamEvent::Step::kFailed:
      state_ = StreamState::kFailed;
      return;
  }
}

void StreamMeter::forward(const http::SseEvent& event, const StreamEvent& said) {
  const bool rest_of_dropped = cut_after_cr_ && event.raw == "\n";
  cut_after_cr_ = false;
  if (rest_of_dropped) return;
  if (said.usage_only) {
    cut_after_cr_ = event.raw.ends_with('\r');
    return;
  }
  const bool is_editable = said.null_usage && contains(event.raw, event.data);
  const auto hidden = is_editable ? openai::find_null_usage(event.data) : std::nullopt;
  if (!hidden) {
    put(event.raw);
    return;
  }
  const auto data_at = static_cast<std::size_t>(event.data.data() - event.raw.data());
  put(event.raw.substr(0, data_at + hidden->begin));
  put(event.raw.substr(data_at + hidden->end));
}

// Adds bytes to what this call returns; neighbours become one view.
void StreamMeter::put(std::string_view bytes) {
  if (bytes.empty()) return;
  if (!output_.empty() && output_.back().data() + output_.back().size() == bytes.data()) {
    output_.back() = {output_.back().data(), output_.back().size() + bytes.size()};
  } else {
    output_.push_back(bytes);
  }
}

// An event is larger than any that is read: what was held goes out, and the rest unread.
void StreamMeter::give_up(std::string_view rest) {
  unreadable_ = true;
  if (hide_ == HideUsage::kNo) return;
  carried_ = scanner_.unfinished();
  put(carried_);
  put(rest);
}

// The scanner's copy of an event dies with the next one; what is forwarded must last until the next
// feed.
http::SseEvent StreamMeter::keep(const http::SseEvent& event) {
  carried_ = event.raw;
  http::SseEvent kept = event;
  kept.raw = carried_;
  if (contains(event.raw, event.data)) {
    const auto at = static_cast<std::size_t>(event.data.data() - event.raw.data());
    kept.data = kept.raw.substr(at, event.data.size());
  }
  return kept;
}

}  // namespace tidegate::llm
