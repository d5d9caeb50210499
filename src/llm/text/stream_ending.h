// How a streamed reply ends that the gateway cuts off: follows the events that the client gets, and
// says in its dialect that the rest was filtered.
//
// Chat: finish_reason "content_filter" for every choice that has not ended, and [DONE]. Messages:
// the open blocks stop, stop_reason "refusal". Responses: response.incomplete with reason
// "content_filter". Gemini: finishReason "SAFETY". Converse: stopReason "content_filtered".
// Thread: one owner.   Source: OpenAI API reference, The chat completion chunk object and Responses
// streaming events; Anthropic, Streaming refusals; Gemini API, FinishReason; Amazon Bedrock
// ConverseStream (2026-11).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "llm/call.h"

namespace tidegate::llm {

class StreamEnding {
 public:
  explicit StreamEnding(Call call) : call_(call) {}

  // An event that the client gets. REQUIRES: `data` is a JSON object.
  void take(std::string_view type, std::string_view data);
  // A choice or candidate that has begun.
  void see_choice(std::uint32_t choice);

  // Appends the events that end the stream, as they stand on the wire. `data`: of the event that
  // the client does not get any more, or nothing.
  void append_filtered(std::string_view data, std::string& out) const;

 private:
  void take_chat(std::string_view data);
  void take_anthropic(std::string_view type, std::string_view data);
  void take_responses(std::string_view data);
  void take_gemini(std::string_view data);
  void take_converse(std::string_view type, std::string_view data);
  void close_choice(std::uint32_t choice);
  void append_chat(std::string_view data, std::string& out) const;
  void append_anthropic(std::string& out) const;
  void append_responses(std::string& out) const;
  void append_gemini(std::string_view data, std::string& out) const;
  void append_converse(std::string& out) const;
  std::vector<std::uint32_t> unfinished() const;

  const Call call_;
  std::string last_;                   // data of an event, for what every event has
  std::string response_;               // Responses: the object of response.created
  std::uint64_t events_ = 0;           // Responses: the next sequence number
  std::uint64_t output_bytes_ = 0;     // Messages: about what the output was
  std::vector<std::uint32_t> open_;    // choices, candidates or blocks that have not ended
  std::vector<std::uint32_t> closed_;  // choices or candidates that have
};

}  // namespace tidegate::llm
