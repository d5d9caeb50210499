// Writes the steps of a reply (conversation/reply.h) as Bedrock's streams (stream_reader.h).
//
// A stream ends with messageStop and metadata, or with an exception and nothing behind it. Blocks
// without any content do not appear: Bedrock refuses blank text in the next turn. Pings have no
// form here.   Thread: one owner.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "json/writer.h"
#include "llm/conversation/dialect.h"
#include "llm/dialect/anthropic/stream_writer.h"

namespace tidegate::llm::bedrock {

class ConverseStreamWriter final : public StreamWriter {
 public:
  explicit ConverseStreamWriter(const Caller& caller) : id_(caller.fallback_id) {}

  void write(const ReplyStep& step, std::string& out) override;

 private:
  void take(const ReplyStart& step, std::string& out);
  void take(const BlockStart& step, std::string& out);
  void take(const BlockDelta& step, std::string& out);
  void take(const BlockStop& step, std::string& out);
  void take(const ReplyUsage& step, std::string& out);
  void take(const ReplyTier& step, std::string&) { tier_ = step.service_tier; }
  void take(const ReplyLoss&, std::string&) {}
  void take(const ReplyFinish& step, std::string& out);
  void take(const ReplyEnd& step, std::string& out);
  void take(const Ping& step, std::string& out);
  void take(const ReplyError& step, std::string& out);

  void take_citation(std::string_view citation, std::string& out);
  void begin(std::string& out);
  void close(std::string& out);
  // contentBlockDelta with {"text":"..."}; `outer` wraps it ("toolUse"); empty: nothing does.
  void delta(std::string_view outer, std::string_view name, EscapedText text, std::string& out);
  void write_custom(EscapedText piece, std::string& out);

  std::string id_;
  std::string json_;  // the event being written
  Usage usage_;
  std::string tier_;
  bool begun_ = false;
  bool done_ = false;
  std::uint32_t index_ = 0;
  bool open_ = false;  // something of the block is out
  bool arguments_ = false;
  bool custom_ = false;  // a custom tool: its input is free text
  std::string wrapped_;
  BlockStart::Kind kind_ = BlockStart::Kind::kText;
  std::string thought_id_;
  std::string encrypted_;
  FinishReason finish_ = FinishReason::kStop;
  std::string stop_sequence_;  // as the inside of a JSON string
};

// InvokeModelWithResponseStream of Claude: events of the Messages API in chunks.
class InvokeStreamWriter final : public StreamWriter {
 public:
  explicit InvokeStreamWriter(const Caller& caller) : events_(caller) {}

  void write(const ReplyStep& step, std::string& out) override;

 private:
  anthropic::EventWriter events_;
};

}  // namespace tidegate::llm::bedrock
