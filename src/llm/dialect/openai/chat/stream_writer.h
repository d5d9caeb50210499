// Writes the steps of a reply (conversation/reply.h) as a streamed chat completion
// (stream_reader.h has its shape).
//
// The first chunk carries the role. Usage goes out behind the finish reason, in a chunk without
// choices, where the caller asked for it; `[DONE]` ends the stream once, and nothing follows an
// error. What binds reasoning to its provider goes into reasoning_details, and Gemini's signature
// of a call into extra_content (../reasoning.h).   Thread: one owner.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "json/writer.h"
#include "llm/conversation/dialect.h"
#include "llm/dialect/openai/chat/reply.h"

namespace tidegate::llm::openai {

class ChatStreamWriter final : public StreamWriter {
 public:
  explicit ChatStreamWriter(const Caller& caller);

  void write(const ReplyStep& step, std::string& out) override;

 private:
  // The block that is open.
  struct Block {
    BlockStart::Kind kind = BlockStart::Kind::kText;
    bool custom = false;
    bool has_arguments = false;
    std::string id;
    std::string signature;
    std::string encrypted;
  };

  void take(const ReplyStart& step, std::string& out);
  void take(const BlockStart& step, std::string& out);
  void take(const BlockDelta& step, std::string& out);
  void take(const BlockStop& step, std::string& out);
  void take(const ReplyUsage& step, std::string& out);
  void take(const ReplyTier& step, std::string& out);
  void take(const ReplyLoss&, std::string&) {}
  void take(const ReplyFinish& step, std::string& out);
  void take(const ReplyEnd& step, std::string& out);
  void take(const Ping& step, std::string& out);
  void take(const ReplyError& step, std::string& out);

  void begin_chunk(std::string& out) const { out += head_; }
  void end_chunk(std::string& out, std::string_view finish_reason = "null");
  void write_text(std::string_view member, EscapedText text, std::string& out);
  void write_arguments(EscapedText text, std::string& out);
  void write_signature(std::string& out);
  void write_detail(const ReasoningPart& part, std::string& out);
  void write_finish(FinishReason reason, std::string& out);

  std::string model_;
  std::string fallback_id_;
  std::uint64_t now_;
  bool include_usage_;
  std::string head_;      // of every chunk, up to the delta
  std::string start_;     // of the chunk of usage
  std::string tier_;      // the member service_tier, with its comma; empty: not told
  std::string logprobs_;  // tokens of the next text
  Block block_;
  std::uint32_t calls_ = 0;
  std::uint32_t details_ = 0;
  Refusal refusal_ = Refusal::kNone;
  bool finished_ = false;
  std::optional<Usage> usage_;
};

}  // namespace tidegate::llm::openai
