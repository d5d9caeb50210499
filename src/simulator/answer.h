// What the simulated model says: a function of the request alone, so that every run gives the same
// text.
//
// Text is words drawn from a fixed list by a hash of the prompt, the seed and the choice's number;
// one word is one token. JSON (structured output and arguments of tool calls) is made to fit the
// schema, and every four bytes of it are one token. So the tokens of an answer are the pieces that
// a stream of it has. A request that asks for thinking gets a signed block of words before the
// rest. Tool calls: tool_calls.h. Thread: values.
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
  enum class Kind : std::uint8_t { kThinking, kWords, kJson, kToolCall };
  Kind kind = Kind::kWords;
  std::string text;       // content, or a tool call's arguments
  std::string id;         // tool call
  std::string name;       // tool call
  std::string signature;  // thinking, and tool calls behind it
};

struct Choice {
  std::vector<Block> blocks;
  Finish finish = Finish::kEnd;
  std::string stop;  // the sequence that ended it, for kStop
  std::uint64_t tokens = 0;
  std::uint64_t thinking_tokens = 0;  // part of tokens
};

struct Answer {
  std::vector<Choice> choices;
  std::uint64_t input_tokens = 0;        // all of the prompt
  std::uint64_t cached_tokens = 0;       // part of input_tokens
  std::uint64_t cache_write_tokens = 0;  // part of input_tokens, none of the cached
  std::uint64_t reasoning_tokens = 0;    // part of output_tokens: thinking, shown or not
  std::uint64_t output_tokens = 0;
  Media media;
};

Answer make_answer(const ModelRequest& request, const Directives& directives);

// The signature that the simulator puts on a text: the same for equal texts.
std::string sign(std::string_view text);

// Length in bytes of the token at the start of `rest`, which is what is left of a block.
std::size_t token_length(Block::Kind kind, std::string_view rest);

}  // namespace tidegate::simulator
