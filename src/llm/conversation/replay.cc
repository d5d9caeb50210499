#include "llm/conversation/replay.h"

#include <utility>

#include "json/cursor.h"
#include "llm/conversation/logprobs.h"

namespace tidegate::llm {
namespace {

class Replay {
 public:
  Replay(std::string_view logprobs, Arena& arena, std::vector<ReplyStep>& steps)
      : logprobs_(logprobs), arena_(arena), steps_(steps) {}

  void put(const TextPart& part) {
    open({.kind = BlockStart::Kind::kText});
    delta(BlockDelta::Kind::kLogprobs, {std::exchange(logprobs_, {})});
    delta(BlockDelta::Kind::kText, part.text);
    json::ArrayCursor citations(part.citations);
    while (const auto one = citations.next()) delta(BlockDelta::Kind::kCitation, {*one});
    close();
  }

  void put(const ToolCallPart& part) {
    open({.kind = BlockStart::Kind::kToolCall,
          .id = part.id,
          .name = part.name,
          .custom = part.custom});
    const bool raw = part.arguments.empty() && !part.arguments_raw.empty();
    delta(BlockDelta::Kind::kArguments,
          raw ? json::escape(part.arguments_raw, arena_) : part.arguments);
    delta(BlockDelta::Kind::kSignature, part.signature);
    close();
  }

  void put(const ReasoningPart& part) {
    if (!part.redacted.empty()) {
      open({.kind = BlockStart::Kind::kRedacted, .data = part.redacted});
      close();
      return;
    }
    open({.kind = BlockStart::Kind::kReasoning, .id = part.id});
    delta(BlockDelta::Kind::kText, part.text);
    delta(BlockDelta::Kind::kSignature, part.signature);
    delta(BlockDelta::Kind::kEncrypted, part.encrypted);
    close();
  }

  void put(const RefusalPart& part) {
    open({.kind = BlockStart::Kind::kRefusal});
    delta(BlockDelta::Kind::kText, part.text);
    close();
  }

  // Streams have no words for media, and a model gives no tool results.
  void put(const MediaPart&) { steps_.emplace_back(ReplyLoss{kLostMedia}); }
  void put(const ToolResultPart&) {}

 private:
  void open(BlockStart block) {
    block.index = next_;
    steps_.emplace_back(block);
  }
  void delta(BlockDelta::Kind kind, EscapedText text) {
    if (!text.empty()) steps_.emplace_back(BlockDelta{next_, kind, text});
  }
  void close() { steps_.emplace_back(BlockStop{next_++}); }

  std::string_view logprobs_;  // of the first text that comes
  Arena& arena_;
  std::vector<ReplyStep>& steps_;
  std::uint32_t next_ = 0;
};

}  // namespace

void replay(const Reply& reply, Arena& arena, std::vector<ReplyStep>& steps) {
  steps.emplace_back(ReplyStart{reply.id, reply.model, reply.created});
  if (!reply.service_tier.empty()) steps.emplace_back(ReplyTier{reply.service_tier});
  for (const std::string& field : reply.losses.fields()) {
    steps.emplace_back(ReplyLoss{arena.copy(field)});
  }
  Replay blocks(tokens_of(reply.logprobs), arena, steps);
  for (const Part& part : reply.parts) {
    std::visit([&blocks](const auto& one) { blocks.put(one); }, part);
  }
  if (reply.usage) steps.emplace_back(ReplyUsage{*reply.usage});
  steps.emplace_back(ReplyFinish{reply.finish, reply.stop_sequence});
  steps.emplace_back(ReplyEnd{});
}

}  // namespace tidegate::llm
