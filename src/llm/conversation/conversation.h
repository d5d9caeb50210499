// One request to a conversational model, between two dialects: read from the caller's, written in
// the provider's.
//
// Built only to cross dialects; a request that stays in its dialect is spliced
// (llm/request_splice.h). Everything a dialect's reader does not put into a named member goes to
// `unknown`, and whoever writes the request reports what it cannot say (losses.h): nothing is
// dropped in silence. Views live as long as the body that was read and the arena.   Thread: one
// owner.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "llm/conversation/losses.h"
#include "llm/conversation/parts.h"

namespace tidegate::llm {

enum class Role : std::uint8_t { kUser, kAssistant };

struct Message {
  Role role = Role::kUser;
  std::vector<Part> parts;  // tool results stand in user messages, one message per turn
  EscapedText name;         // OpenAI: participant's name; empty: none
};

// An instruction to the model. Instructions in mid-conversation keep their place by `before`.
struct SystemPart {
  EscapedText text;
  std::optional<CacheLife> cache;
  bool developer = false;    // OpenAI: role developer
  std::uint32_t before = 0;  // index of the message it stands before
};

struct Tool {
  enum class Kind : std::uint8_t {
    kFunction,
    kCustom,    // OpenAI custom tool: free-text input
    kProvider,  // the provider's own (web_search, code_execution, computer, ...): only `raw` and
                // `name` count
  };
  Kind kind = Kind::kFunction;
  EscapedText name;
  EscapedText description;  // empty: none
  std::string_view schema;  // raw JSON schema of the arguments; empty: none
  std::optional<bool> strict;
  std::string_view raw;  // the whole definition as the caller wrote it
  std::optional<CacheLife> cache;
};

struct ToolChoice {
  enum class Mode : std::uint8_t { kAuto, kAny, kNone, kNamed };
  Mode mode = Mode::kAuto;
  EscapedText name;  // kNamed
};

// What form the answer must have.
struct OutputFormat {
  enum class Kind : std::uint8_t { kText, kJson, kJsonSchema };
  Kind kind = Kind::kText;
  EscapedText name;  // kJsonSchema; empty: none
  EscapedText description;
  std::string_view schema;  // raw
  std::optional<bool> strict;
};

// How much the model shall think. Dialects say it as an effort or as a budget of tokens.
struct Reasoning {
  enum class Effort : std::uint8_t { kNone, kMinimal, kLow, kMedium, kHigh, kXHigh, kMax };
  std::optional<Effort> effort;
  std::optional<std::uint64_t> budget;  // tokens; 0: off
  bool adaptive = false;      // the model decides (Anthropic "adaptive", Gemini budget -1)
  std::optional<bool> show;   // include thoughts or summaries in the answer
  bool show_implied = false;  // `show` is what the caller's dialect does unless told otherwise
  std::string_view summary;   // Responses: "auto", "concise", "detailed"; empty: not told
};

// A member of the request that has no meaning in other dialects.
struct UnknownMember {
  std::string_view name;  // path as the caller wrote it
  std::string_view raw;   // its JSON value
};

struct Conversation {
  std::string_view model;  // decoded
  bool stream = false;
  bool include_usage = false;  // chat: the caller asked for usage in the stream

  std::vector<SystemPart> system;
  std::vector<Message> messages;
  std::vector<Tool> tools;
  std::optional<ToolChoice> tool_choice;
  std::optional<bool> parallel_tool_calls;

  std::optional<std::uint64_t> max_tokens;
  // Numbers as the caller wrote them (raw JSON), so that none is reformatted; empty: absent.
  std::string_view temperature;
  std::string_view top_p;
  std::string_view top_k;
  std::string_view presence_penalty;
  std::string_view frequency_penalty;
  std::string_view seed;
  std::string_view top_logprobs;
  std::optional<bool> logprobs;
  std::uint32_t choices = 1;  // n, candidateCount
  std::vector<EscapedText> stop;
  OutputFormat output;
  std::optional<Reasoning> reasoning;

  EscapedText user;  // OpenAI user / safety_identifier, Anthropic metadata.user_id; empty: none
  std::string_view metadata;  // raw object of strings; empty: none
  EscapedText service_tier;
  EscapedText prompt_cache_key;  // OpenAI
  std::vector<UnknownMember> unknown;
};

}  // namespace tidegate::llm
