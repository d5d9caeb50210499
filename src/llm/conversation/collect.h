// Steps of a stream made into one whole reply: for a provider that streams where the caller asked
// for a document.   Thread: one owner.
#pragma once

#include <string>
#include <vector>

#include "base/arena.h"
#include "base/error.h"
#include "llm/conversation/reply.h"

namespace tidegate::llm {

class ReplyCollector {
 public:
  // What is collected lives in `arena`.
  explicit ReplyCollector(Arena& arena) : arena_(arena) {}

  void take(const ReplyStep& step);

  // The reply, once every step was taken. Errors, origin upstream: kEndOfStream, the stream was
  // cut; kMalformed, it reported a failure (see failure()).
  Result<Reply> finish();
  // What the provider said of its failure; null: nothing. Lives in the arena.
  const ReplyError* failure() const { return failed_ ? &failure_ : nullptr; }

 private:
  void take_step(const ReplyStart& step);
  void take_step(const BlockStart& step);
  void take_step(const BlockDelta& step);
  void take_step(const BlockStop& step);
  void take_step(const ReplyUsage& step);
  void take_step(const ReplyTier& step);
  void take_step(const ReplyLoss& step);
  void take_step(const ReplyFinish& step);
  void take_step(const ReplyEnd& step);
  void take_step(const Ping&) {}
  void take_step(const ReplyError& step);
  EscapedText keep(std::string_view text) { return {arena_.copy(text)}; }
  Part make_part();

  Arena& arena_;
  Reply reply_;
  BlockStart block_;  // the open one; its views are in the arena
  std::string text_;  // of the open block
  std::string signature_;
  std::string encrypted_;
  std::vector<std::string> citations_;
  std::string logprobs_;  // of the whole reply
  ReplyError failure_;
  bool failed_ = false;
  bool ended_ = false;
};

}  // namespace tidegate::llm
