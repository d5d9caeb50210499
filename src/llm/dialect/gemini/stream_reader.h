// Reads a streamGenerateContent reply into steps (conversation/reply.h).
//
// Each chunk is a reply of its own (reply.h) that holds what is new. Chunks without candidates, or
// with candidates without content, say nothing but usage; a finish reason may come early, twice, or
// before more content, so that the finish is told at the end of the body. A body that ends without
// one was cut, and no ReplyEnd is told.   Thread: one owner.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "llm/conversation/dialect.h"
#include "llm/dialect/gemini/chunk_scanner.h"
#include "llm/dialect/gemini/part.h"

namespace tidegate::llm::gemini {

class GenerateContentStreamReader final : public StreamReader {
 public:
  // `exchange`: unique for the exchange; ids of tool calls are made from it.
  explicit GenerateContentStreamReader(std::string_view exchange) : exchange_(exchange) {}

  Result<void> feed(std::string_view piece, std::vector<ReplyStep>& steps) override;
  Result<void> finish(std::vector<ReplyStep>& steps) override;

 private:
  using Steps = std::vector<ReplyStep>;

  Result<void> take_chunk(std::string_view json, Steps& steps);
  void take_object(std::string_view object, Steps& steps);
  void take_error(std::string_view error, Steps& steps);
  void take_candidate(std::string_view candidate, Steps& steps);
  void take_part(const PartFields& part, Steps& steps);
  void take_text(std::string_view text, const PartFields& part, Steps& steps);
  void take_call(const PartFields& part, Steps& steps);
  void take_signature(EscapedText signature, Steps& steps);
  // Opens a block of that kind unless it is the open one.
  void open(BlockStart::Kind kind, Steps& steps);
  void close(Steps& steps);

  ChunkScanner scanner_;
  Arena arena_;  // of the current feed
  std::string exchange_;
  std::string response_id_;
  std::string finish_reason_;
  std::optional<Usage> usage_;
  std::optional<BlockStart::Kind> open_;
  std::uint32_t next_block_ = 0;
  std::uint32_t calls_ = 0;
  bool started_ = false;
  bool blocked_ = false;
  bool failed_ = false;
  std::string_view logprobs_;  // tokens of the candidate at hand, for its first text
};

}  // namespace tidegate::llm::gemini
