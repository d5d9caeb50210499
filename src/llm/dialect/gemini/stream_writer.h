// Writes the steps of a reply (conversation/reply.h) as a streamGenerateContent stream, alt=sse.
//
//   data: {"candidates":[{"content":{"parts":[{"text":"Hi"}],"role":"model"},"index":0}],
//          "modelVersion":"...","responseId":"..."}
// Texts go out as they come; a tool call and a thought's signature go out whole, since Gemini has
// no pieces of them. The last chunk carries finishReason and usageMetadata; nothing follows it.
// Pings have no form here that every client passes over.   Thread: one owner.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "json/writer.h"
#include "llm/conversation/dialect.h"

namespace tidegate::llm::gemini {

class GenerateContentStreamWriter final : public StreamWriter {
 public:
  explicit GenerateContentStreamWriter(const Caller& caller)
      : model_(caller.model), id_(caller.fallback_id) {}

  void write(const ReplyStep& step, std::string& out) override;

 private:
  // What must be whole before it can go out.
  struct Block {
    BlockStart::Kind kind = BlockStart::Kind::kText;
    bool custom = false;
    std::string id;
    std::string name;
    std::string arguments;
    std::string signature;
    std::string encrypted;
    std::string redacted;
  };

  void take(const ReplyStart& step, std::string& out);
  void take(const BlockStart& step, std::string& out);
  void take(const BlockDelta& step, std::string& out);
  void take(const BlockStop& step, std::string& out);
  void take(const ReplyUsage& step, std::string& out);
  void take(const ReplyTier&, std::string&) {}  // Gemini has no word for it
  void take(const ReplyLoss&, std::string&) {}
  void take(const ReplyFinish& step, std::string& out);
  void take(const ReplyEnd& step, std::string& out);
  void take(const Ping& step, std::string& out);
  void take(const ReplyError& step, std::string& out);

  void begin_chunk(json::Writer& writer) const;
  void end_chunk(json::Writer& writer, std::string& out) const;

  std::string model_;
  std::string id_;
  Block block_;
  std::vector<std::string> citations_;
  std::string logprobs_;  // tokens of the whole answer
  std::optional<Usage> usage_;
  std::optional<FinishReason> finish_;
};

}  // namespace tidegate::llm::gemini
