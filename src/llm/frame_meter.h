// Watches the bytes of a Bedrock stream (AWS event stream) while they are relayed: usage, and
// whether the stream came to a truthful end. What StreamMeter is for events of SSE.
//
// Nothing is held back or changed. A stream that cannot be read any more passes unwatched.
// Thread: one owner.   Source: dialect/bedrock/stream_reader.h.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "llm/call.h"
#include "llm/conversation/dialect.h"
#include "llm/stream_meter.h"
#include "llm/usage.h"

namespace tidegate::llm {

class FrameMeter {
 public:
  // Of ConverseStream, else of InvokeModelWithResponseStream, where only Claude's events are known.
  explicit FrameMeter(Call call);

  // Takes the next bytes, split anywhere. Returns what to forward: the piece.
  std::span<const std::string_view> feed(std::string_view piece);
  // The body has ended. Nothing was held.
  std::span<const std::string_view> finish() { return {}; }

  const std::optional<Usage>& usage() const { return usage_; }
  StreamState state() const { return state_; }
  bool output_started() const { return output_events_ > 0; }
  // Events that carried output: a lower bound of the output tokens of a stream that was cut.
  std::uint64_t output_events() const { return output_events_; }

 private:
  void note(const ReplyStep& step);

  std::unique_ptr<StreamReader> reader_;  // null: it cannot be read any more
  std::vector<ReplyStep> steps_;
  std::string_view piece_;
  std::optional<Usage> usage_;
  StreamState state_ = StreamState::kRunning;
  std::uint64_t output_events_ = 0;
};

}  // namespace tidegate::llm
