// Reads a streamed response into steps (conversation/reply.h).
//
//   event: response.output_text.delta
//   data: {"type":"response.output_text.delta","sequence_number":4,"item_id":"msg_1",
//          "output_index":0,"content_index":0,"delta":"Hi"}
// stream_writer.h has the order of events. Servers that leave out deltas, or all but the last
// event, are understood by the items that follow. Events of tools that the provider runs itself say
// nothing.
// Errors:  kMalformed: an event is no JSON. kLimit: an event, or items in between each other, over
//          the limit.
// Thread:  one owner.
// Source:  OpenAI API reference, Responses streaming events (2026-11).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "llm/conversation/block_sequence.h"
#include "llm/conversation/dialect.h"
#include "llm/dialect/openai/event_stream.h"

namespace tidegate::llm::openai {

class ResponsesStreamReader final : public StreamReader {
 public:
  Result<void> feed(std::string_view piece, std::vector<ReplyStep>& steps) override;
  Result<void> finish(std::vector<ReplyStep>& steps) override;

 private:
  using Steps = std::vector<ReplyStep>;
  using Key = BlockSequence::Key;

  Result<void> take_event(const http::SseEvent& event, Steps& steps);
  void take_typed(std::string_view type, std::string_view data, Steps& steps);
  void take_delta(std::string_view type, std::string_view data, Steps& steps);
  void begin_item(std::string_view data, Steps& steps);
  void end_item(std::string_view data, Steps& steps);
  void end_message(std::string_view item, Key item_key, Steps& steps);
  void add(Key key, BlockStart::Kind kind, BlockDelta::Kind what, EscapedText text, Steps& steps);
  void start(std::string_view response, Steps& steps);
  void end(std::string_view response, Steps& steps);
  void take_error(std::string_view data, Steps& steps);
  void add_logprobs(BlockSequence::Key key, std::string_view tokens, EscapedText text,
                    Steps& steps);
  void take_tier(std::string_view response, Steps& steps);
  bool was_told(Key key) const;

  EventStream events_;
  std::string tier_;
  BlockSequence blocks_;
  Arena arena_;            // of the current feed
  std::vector<Key> told_;  // blocks of which there was a delta
  std::vector<Key> open_;  // parts of messages
  bool started_ = false;
  bool calls_ = false;
  bool refused_ = false;
  bool over_ = false;  // the end or an error was told
};

}  // namespace tidegate::llm::openai
