// Reads a streamed chat completion into steps (conversation/reply.h).
//
//   data:
//   {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-5","choices":[
//          {"index":0,"delta":{"role":"assistant","content":"Hi","refusal":null,
//                              "reasoning_content":"..." | "reasoning":"...",
//                              "tool_calls":[{"index":0,"id":"...","type":"function",
//                                             "function":{"name":"f","arguments":"{"}}]},
//           "finish_reason":null}],"usage":null}
//   data: {...,"choices":[],"usage":{...}}
//   data: [DONE]
// What servers do beside the reference: an empty first chunk (Azure), a finish reason twice or
// before more content, calls that go on in any order, without an index or all with the same, usage
// anywhere, no [DONE], an error as an event or as a whole body in place of the stream, or a whole
// completion although a stream was asked for. The finish is told at the end, where it is known.
// Errors:  kMalformed: an event is no JSON. kLimit: an event, or calls in between each other, over
//          the limit.
// Thread:  one owner.
// Source:  OpenAI API reference, The chat completion chunk object (2026-11).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "llm/conversation/block_sequence.h"
#include "llm/conversation/dialect.h"
#include "llm/dialect/openai/event_stream.h"

namespace tidegate::llm::openai {

class ChatStreamReader final : public StreamReader {
 public:
  Result<void> feed(std::string_view piece, std::vector<ReplyStep>& steps) override;
  Result<void> finish(std::vector<ReplyStep>& steps) override;

 private:
  using Steps = std::vector<ReplyStep>;
  // A tool call that has begun.
  struct Call {
    std::uint64_t index = 0;  // as the chunks count
    std::string id;           // empty: none told yet
  };

  Result<void> take_document(std::string_view document, Steps& steps);
  Result<void> take_event(const http::SseEvent& event, Steps& steps);
  void take_chunk(std::string_view chunk, Steps& steps);
  void take_choice(std::string_view choice, Steps& steps);
  void take_tier(std::string_view chunk, Steps& steps);
  void take_delta(std::string_view delta, std::string_view tokens, Steps& steps);
  void take_reasoning(std::string_view delta, Steps& steps);
  void take_content(std::string_view content, std::string_view tokens, Steps& steps);
  void take_call(std::string_view call, Steps& steps);
  void take_function_call(std::string_view call, Steps& steps);
  // The key of the block that a call's delta belongs to.
  BlockSequence::Key find_call(std::string_view call, EscapedText id);
  EscapedText signed_id(EscapedText id, EscapedText signature, bool named, BlockSequence::Key key);
  void start(std::string_view chunk, Steps& steps);
  void end(Steps& steps);

  EventStream events_;
  BlockSequence blocks_;
  Arena arena_;  // of the current feed
  std::vector<Call> calls_;
  std::string reply_id_;
  std::string finish_reason_;
  std::string stop_sequence_;
  std::string tier_;
  std::optional<Usage> usage_;
  bool started_ = false;
  bool refused_ = false;
  bool over_ = false;  // the end or an error was told
};

}  // namespace tidegate::llm::openai
