// A model's answer between two dialects: whole, and as the steps of a stream.   Views live as long
// as the document or piece they were read from, and the arena.   Thread: one owner.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "llm/conversation/losses.h"
#include "llm/conversation/parts.h"
#include "llm/usage.h"

namespace tidegate::llm {

enum class FinishReason : std::uint8_t {
  kStop,           // the model had said everything
  kStopSequence,   // one of the caller's stop sequences
  kLength,         // max_tokens, or a tool call that was cut by it
  kContextWindow,  // the model's own limit (Anthropic model_context_window_exceeded)
  kToolCalls,
  kContentFilter,  // SAFETY, RECITATION, guardrail_intervened, content_filter
  kRefusal,        // Anthropic refusal
  kPause,          // Anthropic pause_turn: go on with the same conversation
  kMalformedCall,  // Gemini MALFORMED_FUNCTION_CALL
};

struct Reply {
  std::string_view id;        // the provider's; empty: it gave none
  std::string_view model;     // as the provider names it; the writer puts the caller's own name
  std::uint64_t created = 0;  // seconds since 1970; 0: not told
  std::vector<Part> parts;
  FinishReason finish = FinishReason::kStop;
  EscapedText stop_sequence;  // kStopSequence; empty: not told
  std::optional<Usage> usage;
  std::string_view logprobs;      // raw, OpenAI's shape; empty: none
  std::string_view service_tier;  // in OpenAI's words; empty: none
  Losses losses;                  // what the provider said and no other dialect can
};

// ---- A stream, as steps. The grammar that every reader keeps and every writer may rely on:
//   ReplyStart (BlockStart BlockDelta* BlockStop)* ReplyFinish? ReplyEnd     with Ping anywhere,
//   ReplyUsage, ReplyTier and ReplyLoss anywhere behind ReplyStart, and ReplyError as the last step
//   in place of what is missing.
// Blocks never overlap and are numbered from 0 without gaps. A reader of a dialect that interleaves
// tool calls keeps later ones back until the earlier one has ended.

struct ReplyStart {
  std::string_view id;
  std::string_view model;
  std::uint64_t created = 0;
};

struct BlockStart {
  enum class Kind : std::uint8_t { kText, kToolCall, kReasoning, kRedacted, kRefusal };
  std::uint32_t index = 0;
  Kind kind = Kind::kText;
  EscapedText id;    // kToolCall; kReasoning: id of a Responses item
  EscapedText name;  // kToolCall
  EscapedText data;  // kRedacted: all of it
  bool custom = false;
};

struct BlockDelta {
  enum class Kind : std::uint8_t {
    kText,       // text of a kText, kReasoning or kRefusal block
    kArguments,  // a piece of the JSON text of a tool call's arguments, as the inside of a JSON
                 // string
    kSignature,  // of reasoning or (Gemini) of a tool call; pieces add up
    kEncrypted,  // Responses encrypted_content
    kCitation,   // raw JSON in text.bytes
    kLogprobs,   // of the next text of a kText block: raw array of tokens (logprobs.h)
  };
  std::uint32_t index = 0;
  Kind kind = Kind::kText;
  EscapedText text;
};

struct BlockStop {
  std::uint32_t index = 0;
};

struct ReplyUsage {
  Usage usage;  // so far, in all
};

// Which service tier has served; the last one counts.
struct ReplyTier {
  std::string_view service_tier;  // in OpenAI's words
};

// Something that the provider said and no other dialect can.
struct ReplyLoss {
  std::string_view path;  // "reply.server_tool_use"
};

struct ReplyFinish {
  FinishReason reason = FinishReason::kStop;
  EscapedText stop_sequence;
};

// The stream is complete, by the dialect's own terminator.
struct ReplyEnd {};

struct Ping {};

// The provider reports a failure inside its stream.
struct ReplyError {
  std::uint16_t status = 502;  // what it would have been as a whole reply
  std::string_view type;       // the provider's word; decoded
  std::string_view code;       // empty: none
  std::string_view message;    // decoded
};

using ReplyStep = std::variant<ReplyStart, BlockStart, BlockDelta, BlockStop, ReplyUsage, ReplyTier,
                               ReplyLoss, ReplyFinish, ReplyEnd, Ping, ReplyError>;

}  // namespace tidegate::llm
