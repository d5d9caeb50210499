// Writes the steps of a reply (conversation/reply.h) as a stream of Anthropic's Messages API
// (stream_reader.h).
//
// Exactly one message_start, blocks numbered without gaps, one message_delta with the reason and
// the usage in all, message_stop last; after an error event nothing. message_start waits for the
// step behind it, in case that tells the usage of the input. Blocks without any content do not
// appear: Claude refuses empty text in the next turn.   Thread: one owner. Source: Anthropic API
// reference, Streaming messages (2026-11).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "llm/conversation/dialect.h"

namespace tidegate::llm::anthropic {

// Takes the events one by one, to frame them.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void event(std::string_view type, std::string_view json) = 0;
};

class EventWriter {
 public:
  explicit EventWriter(const Caller& caller) : model_(caller.model), id_(caller.fallback_id) {}

  void write(const ReplyStep& step, EventSink& sink);
  // Nothing is written any more.
  void stop() { done_ = true; }
  bool done() const { return done_; }

 private:
  void take(const ReplyStart& step, EventSink& sink);
  void take(const BlockStart& step, EventSink& sink);
  void take(const BlockDelta& step, EventSink& sink);
  void take(const BlockStop& step, EventSink& sink);
  void take(const ReplyUsage& step, EventSink& sink);
  void take(const ReplyTier& step, EventSink&) { tier_ = step.service_tier; }
  void take(const ReplyLoss&, EventSink&) {}
  void take(const ReplyFinish& step, EventSink& sink);
  void take(const ReplyEnd& step, EventSink& sink);
  void take(const Ping& step, EventSink& sink);
  void take(const ReplyError& step, EventSink& sink);

  void begin(EventSink& sink);
  void open(const std::string& block, EventSink& sink);
  void close(EventSink& sink);
  void delta(std::string_view type, std::string_view name, EscapedText text, EventSink& sink);
  void write_custom(EscapedText piece, EventSink& sink);
  void open_thinking(EventSink& sink);

  std::string model_;
  std::string id_;
  std::string json_;  // the event being written
  Usage usage_;
  std::string tier_;
  bool begun_ = false;  // message_start is out
  bool done_ = false;
  std::uint32_t index_ = 0;  // of the block that is open or comes next
  bool open_ = false;        // content_block_start of the block is out
  bool arguments_ = false;   // some of the call's arguments are out
  bool custom_ = false;      // a custom tool: its input is free text
  std::string wrapped_;
  BlockStart::Kind kind_ = BlockStart::Kind::kText;
  std::string thought_id_;  // of a Responses item
  std::string encrypted_;   // its encrypted content
  FinishReason finish_ = FinishReason::kStop;
  std::string stop_sequence_;  // as the inside of a JSON string
};

class MessagesStreamWriter final : public StreamWriter {
 public:
  explicit MessagesStreamWriter(const Caller& caller) : events_(caller) {}

  void write(const ReplyStep& step, std::string& out) override;

 private:
  EventWriter events_;
};

}  // namespace tidegate::llm::anthropic
