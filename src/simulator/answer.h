// What the simulated model says: a function of the request alone, so that every run gives the same
// text.
//
// Text is words drawn from a fixed list by a hash of the prompt, the seed and the choice's number;
// one word is one token. JSON (structured output and arguments of tool calls) is made to fit the
// schema, and every four bytes of it are one token. So the tokens of an answer are the pieces that
// a stream of it has. A tool call is made when tool_choice requires or names one, when the
// x-simulator-tool-calls field says so, or when the last message is a user's and contains the words
// "use the tool" (one call) or "use the tools" (one call of each tool offered). Thread: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/directives.h"
#include "simulator/model_request.h"

namespace tidegate::simulator {

enum class Finish : std::uint8_t { kEnd, kLength, kStop, kToolCalls };

struct Block {
  enum class Kind : std::uint8_t { kWords, kJson, kToolCall };
  Kind kind = Kind::kWords;
  std::string text;  // content, or a tool call's arguments
  std::string id;    // tool call
  std::string name;  // tool call
};

struct Choice {
  std::vector<Block> blocks;
  Finish finish = Finish::kEnd;
  std::string stop;  // the sequence that ended it, for kStop
  std::uint64_t tokens = 0;
};

struct Answer {
  std::vector<Choice> choices;
  std::uint64_t input_tokens = 0;      // all of the prompt
  std::uint64_t cached_tokens = 0;     // part of input_tokens
  std::uint64_t reasoning_tokens = 0;  // part of output_tokens, in no text
  std::uint64_t output_tokens = 0;
};

Answer make_answer(const ModelRequest& request, const Directives& directives);

// Length in bytes of the token at the start of `rest`, which is what is left of a block.
std::size_t token_length(Block::Kind kind, std::string_view rest);

}  // namespace tidegate::simulator
