// Reads Bedrock's streams as the steps of a reply (conversation/reply.h). Both are AWS event
// streams (read_frame.h).
//
// ConverseStream, by :event-type:
//   messageStart       {"role":"assistant"}
//   contentBlockStart  {"contentBlockIndex":1,"start":{"toolUse":{"toolUseId":"...","name":"f"}}}
//   contentBlockDelta  {"contentBlockIndex":0,"delta":{"text":"..."}|{"toolUse":{"input":"..."}}
//       |{"reasoningContent":{"text"|"signature"|"redactedContent":"..."}}|{"citation":{}}}
//   contentBlockStop   {"contentBlockIndex":0}
//   messageStop        {"stopReason":"end_turn","additionalModelResponseFields":{}}
//   metadata           {"usage":{},"metrics":{}}: the last event
// Text and reasoning have no contentBlockStart. Events carry a member "p" of padding.
// InvokeModelWithResponseStream of Claude: event "chunk" {"bytes":"base64 of an event of the
// Messages API"}.
// Either may end with :message-type "exception" (:exception-type "throttlingException", payload
// {"message":"..."}) or "error" (:error-code, :error-message).   Thread: one owner.
// Source: Bedrock API reference, ConverseStreamOutput, ResponseStream (2026-11).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "llm/conversation/dialect.h"
#include "llm/dialect/anthropic/stream_reader.h"
#include "llm/dialect/bedrock/read_frame.h"

namespace tidegate::llm::bedrock {

// Makes steps of the events of a ConverseStream.
class ConverseEvents {
 public:
  // `payload` is the event's JSON; steps view into it and into `arena`.
  // Errors: kMalformed, origin upstream: it is no JSON object.
  Result<void> read(std::string_view type, std::string_view payload, Arena& arena,
                    std::vector<ReplyStep>& steps);
  void fail_with(const ReplyError& error, std::vector<ReplyStep>& steps);
  void finish(std::vector<ReplyStep>& steps);
  bool done() const { return done_; }

 private:
  enum class Block : std::uint8_t { kNone, kText, kReasoning, kRedacted, kCall, kFormat, kUnknown };

  void start(std::vector<ReplyStep>& steps);
  void open(Block block, BlockStart step, std::vector<ReplyStep>& steps);
  void close(std::vector<ReplyStep>& steps);
  void block_start(std::string_view event, Arena& arena, std::vector<ReplyStep>& steps);
  void block_delta(std::string_view event, Arena& arena, std::vector<ReplyStep>& steps);
  void reasoning_delta(std::string_view delta, std::vector<ReplyStep>& steps);
  void delta(Block block, BlockDelta::Kind kind, EscapedText text, std::vector<ReplyStep>& steps);
  void message_stop(std::string_view event, std::vector<ReplyStep>& steps);
  void metadata(std::string_view event, std::vector<ReplyStep>& steps);

  Block block_ = Block::kNone;
  std::optional<std::uint64_t> provider_index_;  // of the open block
  std::uint32_t next_index_ = 0;
  bool started_ = false;
  bool finished_ = false;
  bool done_ = false;
  bool calls_ = false;
  bool format_ = false;
};

class ConverseStreamReader final : public StreamReader {
 public:
  Result<void> feed(std::string_view piece, std::vector<ReplyStep>& steps) override;
  Result<void> finish(std::vector<ReplyStep>& steps) override;

 private:
  FrameReader frames_;
  Arena arena_;  // of the steps of one call
  ConverseEvents events_;
};

class InvokeStreamReader final : public StreamReader {
 public:
  Result<void> feed(std::string_view piece, std::vector<ReplyStep>& steps) override;
  Result<void> finish(std::vector<ReplyStep>& steps) override;

 private:
  Result<void> read_chunk(std::string_view payload, std::vector<ReplyStep>& steps);

  FrameReader frames_;
  Arena arena_;
  anthropic::EventReader events_;
};

// The error that a message of type "exception" or "error" reports.
ReplyError read_exception(const Frame& frame, Arena& arena);

}  // namespace tidegate::llm::bedrock
