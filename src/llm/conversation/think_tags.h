// Reasoning that a server leaves in the text of an answer: "<think>...</think>" before the answer
// proper, as open models write it where nobody takes it out for them. It becomes reasoning.
//
// Only what an answer begins with counts, white space aside; the same words later on are text. Line
// ends between the tags and their text go. An answer that ends within the tags is reasoning alone.
// A template that has the opening tag in its prompt makes answers that only close it: those stay.
// Thread: one owner.
// Source: DeepSeek-R1 and Qwen3 model cards, chat templates; vLLM, Reasoning outputs (2026-11).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "llm/conversation/reply.h"

namespace tidegate::llm {

// Takes the tags out of a whole reply. New views live in the arena.
void split_think_tags(Reply& reply, Arena& arena);

// The same for a stream, however the tags are cut.
class ThinkTagFilter {
 public:
  // Rewrites the steps of one piece; those that are held back come with a later one. New views
  // live in the arena.
  void filter(std::vector<ReplyStep>& steps, Arena& arena);

 private:
  using Steps = std::vector<ReplyStep>;
  enum class State : std::uint8_t {
    kBefore,    // no text has come
    kOpening,   // text that may become the opening tag
    kThinking,  // behind it
    kClosed,    // behind the closing tag, before the answer
    kDone,      // everything passes
  };

  void take(const ReplyStep& step, Arena& arena, Steps& out);
  void take_text(std::string_view text, Arena& arena, Steps& out);
  void begin_text(Arena& arena, Steps& out);
  void think(Arena& arena, Steps& out);
  void answer(Arena& arena, Steps& out);
  void stop(Arena& arena, Steps& out);
  void put(BlockDelta::Kind kind, std::string_view text, Arena& arena, Steps& out);

  State state_ = State::kBefore;
  std::string held_;         // decoded text that has not gone out
  std::string logprobs_;     // of what is held
  bool thought_ = false;     // some of the reasoning has gone out
  std::uint32_t index_ = 0;  // of the block at hand, as the caller counts
  std::uint32_t more_ = 0;   // blocks that the caller has and the provider has not, modulo 2^32
};

}  // namespace tidegate::llm
