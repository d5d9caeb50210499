#include "processors/text_view/viewer.h"

#include <expected>
#include <string_view>

#include "json/text.h"
#include "llm/text/text.h"
#include "processors/request_texts.h"

namespace tidegate::processors::text_view {
namespace {

using pipeline::Phase;
using pipeline::Turn;

bool is_text(std::string_view bytes) { return json::find_invalid_utf8(bytes) == bytes.size(); }

}  // namespace

Result<void> Viewer::list(Turn& turn, Shown& out) {
  switch (turn.phase) {
    case Phase::kRequestBody:
      return list_request(turn, out);
    case Phase::kResponseBody:
      return list_reply(turn, out);
    case Phase::kStreamChunk:
      return list_event(turn, out);
    case Phase::kRequestHeaders:
    case Phase::kResponseHeaders:
      break;
  }
  return {};
}

Result<void> Viewer::list_request(Turn& turn, Shown& out) const {
  const pipeline::Message& message = turn.message;
  if (message.payload.empty()) return {};
  if (!message.call) {
    if (!is_text(message.payload)) {
      return fail(ErrorCode::kMalformed, Origin::kDownstream, "the payload is no text");
    }
    out.add_payload(message.payload);
    return {};
  }
  if (message.facts == nullptr) return {};  // a file in parts
  TIDEGATE_TRY(texts, request_texts(turn));
  for (const llm::Text& text : texts) out.add(text, selection_);
  return {};
}

Result<void> Viewer::list_reply(Turn& turn, Shown& out) const {
  const std::string_view payload = turn.message.payload;
  if (payload.empty()) return {};
  if (turn.message.call) {
    const auto texts = turn.texts.of_reply(payload, turn.arena);
    if (!texts && texts.error().code != ErrorCode::kMalformed) {
      return std::unexpected(texts.error());
    }
    if (texts) {
      for (const llm::Text& text : *texts) out.add(text, selection_);
      return {};
    }
  }
  // Sound and images have no texts.
  if (is_text(payload)) out.add_payload(payload);
  return {};
}

Result<void> Viewer::list_event(Turn& turn, Shown& out) {
  const pipeline::Message& message = turn.message;
  if (message.event->pause) return {};
  if (message.event->end) {
    stream_.finish(out);
    return {};
  }
  if (message.call) {
    // Where an event is no JSON, there may be an end all the same.
    TIDEGATE_TRY(event, turn.texts.of_event(*message.call, message.event->type, message.payload,
                                            turn.arena));
    stream_.take(*event.texts, out);
    return {};
  }
  if (!message.payload.empty()) out.add_payload(message.payload);
  return {};
}

}  // namespace tidegate::processors::text_view
