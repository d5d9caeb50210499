#include "simulator/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "base/random.h"
#include "json/cursor.h"
#include "json/text.h"
#include "simulator/schema_sample.h"

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

std::uint64_t count_block_tokens(const Block& block) {
  if (block.text.empty()) return 0;
  if (block.kind == Block::Kind::kWords) {
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
  if (stop.empty() || choice.blocks.empty()) return;
  auto& text = choice.blocks[0].text;
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

// A tool as either dialect declares it: {"type":"function","function":{"name","parameters"}}, or
// flat with "parameters" (Responses) or "input_schema" (Anthropic). Raw JSON.
struct Tool {
  std::string_view name;
  std::string_view schema;
};

std::vector<Tool> list_tools(const ModelRequest& request) {
  std::vector<Tool> tools;
  json::ArrayCursor cursor(request.tools);
  while (auto item = cursor.next()) {
    const auto body = json::find_member(*item, "function").value_or(*item);
    Tool tool;
    tool.name = json::unquote(json::find_member(body, "name").value_or(""));
    tool.schema = json::find_member(body, "parameters")
                      .value_or(json::find_member(body, "input_schema").value_or("{}"));
    if (!tool.name.empty()) tools.push_back(tool);
  }
  return tools;
}

std::string_view last_message(std::string_view messages) {
  std::string_view last;
  json::ArrayCursor cursor(messages);
  while (const auto message = cursor.next()) last = *message;
  return last;
}

// How many calls the answer makes, of `offered` tools.
std::size_t count_calls(const ModelRequest& request, const Directives& directives,
                        std::size_t offered) {
  if (offered == 0 || request.tool_use == ToolUse::kNone) return 0;
  if (directives.tool_calls) return *directives.tool_calls;
  if (request.tool_use == ToolUse::kNamed) return 1;
  const auto last = last_message(request.input);
  const auto role = json::unquote(json::find_member(last, "role").value_or(""));
  const bool is_result = role == "tool" || last.find(R"("tool_result")") != last.npos;
  if (is_result) return 0;
  const bool wants_all = last.find("use the tools") != last.npos && request.parallel_tools;
  if (wants_all) return offered;
  const bool wants_one = request.tool_use == ToolUse::kRequired ||
                         (role == "user" && last.find("use the tool") != last.npos);
  return wants_one ? 1 : 0;
}

void add_tool_calls(Choice& choice, const ModelRequest& request, const Directives& directives,
                    Random& random) {
  auto tools = list_tools(request);
  if (request.tool_use == ToolUse::kNamed) {
    std::erase_if(tools, [&](const Tool& tool) { return tool.name != request.tool_name; });
  }
  const auto calls = count_calls(request, directives, tools.size());
  const auto prefix = request.call.dialect == llm::Dialect::kAnthropic ? "toolu_" : "call_";
  for (std::size_t i = 0; i < calls; ++i) {
    const auto& tool = tools[i % tools.size()];
    choice.blocks.push_back(Block{.kind = Block::Kind::kToolCall,
                                  .text = sample_schema(tool.schema, random),
                                  .id = fmt::format("{}{:016x}", prefix, random.next()),
                                  .name = decoded(tool.name)});
  }
  if (calls > 0) choice.finish = Finish::kToolCalls;
}

Choice make_choice(const ModelRequest& request, const Directives& directives, std::uint64_t seed) {
  Random random(seed);
  Choice choice;
  if (!request.tools.empty()) add_tool_calls(choice, request, directives, random);
  const auto no_limit = std::numeric_limits<std::uint64_t>::max();
  const auto limit = std::min(request.max_tokens.value_or(no_limit), kMaxOutputTokens);
  if (choice.blocks.empty() && request.format == ContentFormat::kText) {
    const auto natural = request.ignore_eos ? limit : directives.output_tokens;
    choice.blocks.push_back(Block{.text = make_words(random, std::min(natural, limit))});
    if (natural > limit) choice.finish = Finish::kLength;
    apply_stop(choice, request.stop);
  } else if (choice.blocks.empty()) {
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
    choice.tokens += count_block_tokens(block);
  }
  return choice;
}

}  // namespace

Answer make_answer(const ModelRequest& request, const Directives& directives) {
  Answer answer;
  answer.input_tokens = count_prompt_tokens(request);
  answer.cached_tokens = std::min(directives.cached_tokens, answer.input_tokens);
  answer.reasoning_tokens = directives.reasoning_tokens;
  answer.output_tokens = directives.reasoning_tokens;
  const auto seed = hash_text(request.input, request.seed);
  answer.choices.reserve(request.choices);
  for (std::uint32_t i = 0; i < request.choices; ++i) {
    answer.choices.push_back(make_choice(request, directives, seed + i));
    answer.output_tokens += answer.choices.back().tokens;
  }
  return answer;
}

std::size_t token_length(Block::Kind kind, std::string_view rest) {
  if (kind != Block::Kind::kWords) return std::min(rest.size(), kJsonTokenBytes);
  return std::min(rest.find(' ', 1), rest.size());
}

}  // namespace tidegate::simulator
