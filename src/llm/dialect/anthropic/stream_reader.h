// Reads a stream of Anthropic's Messages API as the steps of a reply (conversation/reply.h).
//
//   event: message_start {"type":"message_start","message":{"id":...,"model":...,"usage":{}}}
//   event: content_block_start  {"type":"content_block_start","index":0,"content_block":{block}}
//   event: content_block_delta  {"type":"content_block_delta","index":0,"delta":{...}}
//     {"type":"text_delta","text":"..."}        {"type":"input_json_delta","partial_json":"..."}
//     {"type":"thinking_delta","thinking":".."} {"type":"signature_delta","signature":"..."}
//     {"type":"citations_delta","citation":{}}
//   event: content_block_stop   {"type":"content_block_stop","index":0}
//   event: message_delta        {"type":"message_delta","delta":{"stop_reason":...},"usage":{}}
//   event: message_stop, ping   {"type":"message_stop"}
//   event: error {"type":"error","error":{"type":"overloaded_error","message":"..."}}
// Blocks of the provider's own tools are left out, and the others numbered without them; the tool
// by which an answer in JSON was asked for (block.h) is text again.   Thread: one owner.
// Source: Anthropic API reference, Streaming messages (2026-11).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "http/sse.h"
#include "llm/conversation/dialect.h"
#include "llm/conversation/repeated_delta.h"
#include "llm/dialect/anthropic/usage.h"

namespace tidegate::llm::anthropic {

// Makes steps of events, however they are framed.
class EventReader {
 public:
  // Takes the JSON text of one event. Steps view into it and into `arena`.
  // Errors: kMalformed, origin upstream: it is no JSON object.
  Result<void> read(std::string_view event, Arena& arena, std::vector<ReplyStep>& steps);
  // The body has ended: the terminator is added where only that is missing.
  void finish(std::vector<ReplyStep>& steps);
  // An error that came in the frame, not as an event.
  void fail_with(const ReplyError& error, std::vector<ReplyStep>& steps);

  bool done() const { return done_; }

 private:
  enum class Block : std::uint8_t { kNone, kText, kCall, kFormat, kThinking, kRedacted, kSkipped };

  void parse(std::string_view event, Arena& arena, std::vector<ReplyStep>& steps);
  void message_start(std::string_view message, Arena& arena, std::vector<ReplyStep>& steps);
  void block_start(std::string_view block, Arena& arena, std::vector<ReplyStep>& steps);
  void block_delta(std::string_view delta, std::vector<ReplyStep>& steps);
  void message_delta(std::string_view event, std::vector<ReplyStep>& steps);
  void message_stop(std::vector<ReplyStep>& steps);
  void error(std::string_view error, Arena& arena, std::vector<ReplyStep>& steps);

  void start(std::vector<ReplyStep>& steps);
  void open(Block block, BlockStart start, std::vector<ReplyStep>& steps);
  void close(std::vector<ReplyStep>& steps);
  void delta(Block block, BlockDelta::Kind kind, EscapedText text, std::vector<ReplyStep>& steps);
  void add_usage(std::string_view usage, std::vector<ReplyStep>& steps);

  Block block_ = Block::kNone;
  std::uint32_t next_index_ = 0;
  bool started_ = false;
  bool finished_ = false;
  bool done_ = false;
  bool calls_ = false;   // a tool of the caller's was called
  bool format_ = false;  // the answer came through the format tool
  UsageTally usage_;
  std::string tier_;
  RepeatedDelta repeated_;
};

class MessagesStreamReader final : public StreamReader {
 public:
  Result<void> feed(std::string_view piece, std::vector<ReplyStep>& steps) override;
  Result<void> finish(std::vector<ReplyStep>& steps) override;

 private:
  Result<void> read(std::string_view data, std::vector<ReplyStep>& steps);

  http::SseScanner scanner_;
  std::string_view piece_;
  Arena arena_;  // of the steps of one call
  EventReader events_;
};

// The status that an error type stands for (Errors): 529 for "overloaded_error"; 500 for others.
std::uint16_t error_status(std::string_view type);

}  // namespace tidegate::llm::anthropic
