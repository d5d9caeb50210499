// The texts of one event of a streamed reply: what it adds to which text, what it repeats whole,
// and which texts it ends.
//
// A text comes in pieces, cut anywhere; the pieces of one text share a Lane, and lanes interleave.
// Who alters pieces must put what was held back in front of the event that ends the lane
// (format_delta). An edit is a splice of the event's data, as in whole replies.   Thread: any.
// Source: OpenAI API reference, Streaming (chat completion chunks, Responses streaming events);
// Anthropic, Streaming messages; Gemini streamGenerateContent; Amazon Bedrock ConverseStream
// (2026-11).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/error.h"
#include "llm/call.h"
#include "llm/text/text.h"

namespace tidegate::llm {

// Which text of the reply a piece belongs to.
struct Lane {
  enum class Kind : std::uint8_t { kText, kRefusal, kReasoning, kToolCall };
  Kind kind = Kind::kText;
  std::uint32_t choice = 0;  // choice or candidate
  std::uint32_t part = 0;    // content block, output item, tool call
  std::uint32_t inner = 0;   // content of an output item, part of a summary
  friend bool operator==(const Lane&, const Lane&) = default;
};

struct StreamText {
  Text text;
  Lane lane;
  bool whole = false;  // not a piece: a text that begins and ends here. It has no lane
};

// The texts that come to their end with an event, whose own pieces still belong to them.
struct LaneEnd {
  enum class Scope : std::uint8_t {
    kPart,    // all of that choice, part and inner
    kItem,    // all of that choice and part
    kChoice,  // all of that choice
    kAll,
  };
  Scope scope = Scope::kAll;
  Lane lane;
  bool covers(const Lane& other) const;
};

struct EventTexts {
  std::vector<StreamText> texts;
  std::vector<LaneEnd> ends;
  void clear() {
    texts.clear();
    ends.clear();
  }
};

// Reads one event of a stream of that call. `type`: of the event, where the framing tells one
// (SSE's "event", Bedrock's ":event-type"). `data`: its data or payload, all of it.
// Returns: false for data that is no JSON object ("[DONE]", a chunk that was cut): nothing is
//          listed but the end of all texts for "[DONE]". Texts are views into `data` and `arena`.
// Errors, origin upstream: kLimit, more texts than kMaxTexts.
Result<bool> list_event_texts(Call call, std::string_view type, std::string_view data, Arena& arena,
                              EventTexts& out);

// Appends to `data` the event that says `plain` in that lane, for a place in front of the event
// with `type` and `template_data`, which lends what every event has (id, model, item). Returns the
// new event's type, empty where the dialect's events have none.
std::string_view format_delta(Call call, const Lane& lane, std::string_view template_data,
                              std::string_view plain, std::string& data);

// Appends an event as it stands on the wire of that call: SSE, or a message of the AWS event
// stream.
void append_stream_event(Call call, std::string_view type, std::string_view data, std::string& out);

}  // namespace tidegate::llm
