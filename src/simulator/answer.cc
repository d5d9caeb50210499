#include "simulator/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "base/base64.h"
#include "base/random.h"
#include "json/cursor.h"
#include "json/text.h"
#include "simulator/schema_sample.h"
#include "simulator/tool_calls.h"

namespace tidegate::simulator {
namespace {

// Plain words without spaces, so that one word is one token.
constexpr std::array<std::string_view, 64> kWords = {
    "tide",   "harbour",  "river",  "stone",  "light",  "wind",   "north",  "south",
    "quiet",  "morning",  "water",  "bridge", "gate",   "signal", "letter", "garden",
    "field",  "cloud",    "paper",  "window", "silver", "copper", "green",  "blue",
    "amber",  "slow",     "swift",  "early",  "late",   "near",   "far",    "over",
    "under",  "again",    "always", "often",  "never",  "every",  "small",  "great",
    "answer", "question", "sound",  "colour", "shape",  "line",   "point",  "circle",
    "seven",  "twelve",   "first",  "last",   "open",   "close",  "carry",  "follow",
    "gather", "measure",  "listen", "turn",   "move",   "rest",   "begin",  "end"};

constexpr std::size_t kJsonTokenBytes = 4;
constexpr std::uint64_t kSignatureSeed = 0x51674E;

std::uint64_t hash_text(std::string_view text, std::uint64_t seed) {
  constexpr std::uint64_t kMultiplier = 0x9E3779B97F4A7C15ULL;
  std::uint64_t hash = seed ^ (text.size() * kMultiplier);
  while (text.size() >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), 8);
    hash = (hash ^ word) * kMultiplier;
    hash ^= hash >> 29;
    text.remove_prefix(8);
  }
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * kMultiplier;
  return hash ^ (hash >> 32);
}

std::string make_words(Random& random, std::uint64_t count) {
  std::string text;
  text.reserve(count * 7);
  for (std::uint64_t left = count; left > 0;) {
    auto bits = random.next();
    for (int i = 0; i < 10 && left > 0; ++i, --left, bits >>= 6) {
      if (!text.empty()) text.push_back(' ');
      text.append(kWords[bits & 63U]);
    }
  }
  return text;
}

bool is_words(Block::Kind kind) {
  return kind == Block::Kind::kWords || kind == Block::Kind::kThinking;
}

std::string_view tool_id_prefix(llm::Dialect dialect) {
  switch (dialect) {
    case llm::Dialect::kAnthropic:
      return "toolu_";
    case llm::Dialect::kBedrock:
      return "tooluse_";
    case llm::Dialect::kOpenAi:
    case llm::Dialect::kGemini:
    case llm::Dialect::kCohere:
      return "call_";
  }
  return "call_";
}

std::uint64_t count_block_tokens(const Block& block) {
  if (block.text.empty()) return 0;
  if (is_words(block.kind)) {
    return 1 + static_cast<std::uint64_t>(std::count(block.text.begin(), block.text.end(), ' '));
  }
  return (block.text.size() + kJsonTokenBytes - 1) / kJsonTokenBytes;
}

// Shortens a block to its first `tokens` tokens.
void cut_block(Block& block, std::uint64_t tokens) {
  std::size_t end = 0;
  for (; tokens > 0 && end < block.text.size(); --tokens) {
    end += token_length(block.kind, std::string_view(block.text).substr(end));
  }
  block.text.resize(end);
}

std::string decoded(std::string_view raw) {
  std::string text(raw);
  text.resize(json::decode_escapes(raw, text.data()));
  return text;
}

// Ends the text before the first of the stop sequences that occurs in it.
void apply_stop(Choice& choice, std::string_view stop) {
  if (stop.empty()) return;
  auto& text = choice.blocks.back().text;
  std::size_t first = text.npos;
  const auto consider = [&](std::string_view raw) {
    const auto sequence = decoded(json::unquote(raw));
    const auto at = sequence.empty() ? text.npos : text.find(sequence);
    if (at >= first) return;
    first = at;
    choice.stop = sequence;
  };
  if (stop.starts_with('"')) consider(stop);
  json::ArrayCursor sequences(stop);
  while (const auto sequence = sequences.next()) consider(*sequence);
  if (first == text.npos) return;
  text.resize(first);
  choice.finish = Finish::kStop;
}

// What the provider would sign: the gateway must bring it back as it is, so that a later turn can
// be checked (check_signatures in model_request.h).
void add_thinking(Choice& choice, const Directives& directives, Random& random) {
  constexpr std::uint64_t kDefaultThoughts = 8;
  const auto tokens =
      directives.reasoning_tokens > 0 ? directives.reasoning_tokens : kDefaultThoughts;
  Block block{.kind = Block::Kind::kThinking, .text = make_words(random, tokens)};
  block.signature = sign(block.text);
  choice.blocks.push_back(std::move(block));
}

void add_tool_calls(Choice& choice, const ModelRequest& request, const Directives& directives,
                    Random& random) {
  const auto planned = plan_tool_calls(request, directives);
  for (const auto& tool : planned) {
    Block block{.kind = Block::Kind::kToolCall,
                .text = sample_schema(tool.schema, random),
                .id = fmt::format("{}{:016x}", tool_id_prefix(request.call.dialect), random.next()),
                .name = decoded(tool.name)};
    if (request.thinking) block.signature = sign(block.name);
    choice.blocks.push_back(std::move(block));
  }
  if (!planned.empty()) choice.finish = Finish::kToolCalls;
}

Choice make_choice(const ModelRequest& request, const Directives& directives, std::uint64_t seed) {
  Random random(seed);
  Choice choice;
  if (request.thinking) add_thinking(choice, directives, random);
  const auto said = choice.blocks.size();
  add_tool_calls(choice, request, directives, random);
  const auto no_limit = std::numeric_limits<std::uint64_t>::max();
  const auto limit = std::min(request.max_tokens.value_or(no_limit), kMaxOutputTokens);
  if (choice.blocks.size() == said && request.format == ContentFormat::kText) {
    const auto natural = request.ignore_eos ? limit : directives.output_tokens;
    choice.blocks.push_back(Block{.text = make_words(random, std::min(natural, limit))});
    if (natural > limit) choice.finish = Finish::kLength;
    apply_stop(choice, request.stop);
  } else if (choice.blocks.size() == said) {
    const auto schema = request.schema.empty() ? kAnswerSchema : request.schema;
    choice.blocks.push_back(
        Block{.kind = Block::Kind::kJson, .text = sample_schema(schema, random)});
  }
  for (auto& block : choice.blocks) {
    const auto left = limit - choice.tokens;
    if (count_block_tokens(block) > left) {
      cut_block(block, left);
      choice.finish = Finish::kLength;
    }
    const auto tokens = count_block_tokens(block);
    choice.tokens += tokens;
    if (block.kind == Block::Kind::kThinking) choice.thinking_tokens += tokens;
  }
  return choice;
}

}  // namespace

Answer make_answer(const ModelRequest& request, const Directives& directives) {
  Answer answer;
  answer.media = request.media;
  answer.input_tokens = count_prompt_tokens(request);
  answer.cached_tokens = std::min(directives.cached_tokens, answer.input_tokens);
  answer.cache_write_tokens =
      std::min(directives.cache_write_tokens, answer.input_tokens - answer.cached_tokens);
  const auto hidden = request.thinking ? 0 : directives.reasoning_tokens;
  answer.reasoning_tokens = hidden;
  answer.output_tokens = hidden;
  const auto seed = hash_text(request.input, request.seed);
  answer.choices.reserve(request.choices);
  for (std::uint32_t i = 0; i < request.choices; ++i) {
    answer.choices.push_back(make_choice(request, directives, seed + i));
    answer.output_tokens += answer.choices.back().tokens;
    answer.reasoning_tokens += answer.choices.back().thinking_tokens;
  }
  return answer;
}

std::string sign(std::string_view text) {
  std::string signature;
  append_base64(signature, fmt::format("simulator:{:016x}", hash_text(text, kSignatureSeed)));
  return signature;
}

std::size_t token_length(Block::Kind kind, std::string_view rest) {
  if (!is_words(kind)) return std::min(rest.size(), kJsonTokenBytes);
  return std::min(rest.find(' ', 1), rest.size());
}

}  // namespace tidegate::simulator
