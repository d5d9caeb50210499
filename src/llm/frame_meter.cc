#include "llm/frame_meter.h"

#include <variant>

#include "llm/dialect/bedrock/stream_reader.h"

namespace tidegate::llm {

FrameMeter::FrameMeter(Call call) {
  if (call.operation == Operation::kConverse) {
    reader_ = std::make_unique<bedrock::ConverseStreamReader>();
  } else {
    reader_ = std::make_unique<bedrock::InvokeStreamReader>();
  }
}

std::span<const std::string_view> FrameMeter::feed(std::string_view piece) {
  piece_ = piece;
  if (reader_ != nullptr) {
    steps_.clear();
    const auto fed = reader_->feed(piece, steps_);
    for (const ReplyStep& step : steps_) note(step);
    if (!fed) {
      reader_.reset();
      state_ = StreamState::kDone;  // as far as anybody can tell
    }
  }
  return {&piece_, 1};
}

void FrameMeter::note(const ReplyStep& step) {
  const auto* block = std::get_if<BlockStart>(&step);
  const bool call = block != nullptr && block->kind == BlockStart::Kind::kToolCall;
  if (call || std::holds_alternative<BlockDelta>(step)) ++output_events_;
  if (const auto* usage = std::get_if<ReplyUsage>(&step)) usage_ = usage->usage;
  // Done and failed are final.
  if (state_ == StreamState::kDone || state_ == StreamState::kFailed) return;
  if (std::holds_alternative<ReplyFinish>(step)) state_ = StreamState::kFinished;
  if (std::holds_alternative<ReplyEnd>(step)) state_ = StreamState::kDone;
  if (std::holds_alternative<ReplyError>(step)) state_ = StreamState::kFailed;
}

}  // namespace tidegate::llm
