// What each conversational format must be able to do. One folder per dialect holds a pair of
// classes and functions of these shapes; llm/transcode.h is the table that picks them.
//
// Request:  read_<format>_request(body, path facts, conversation, arena)   caller -> Conversation
//           write_<format>_request(conversation, target, out, losses)      Conversation -> provider
// Reply:    read_<format>_reply(body, arena)                               provider -> Reply
//           write_<format>_reply(reply, caller, out)                       Reply -> caller
// Stream:   StreamReader, StreamWriter below.
// Errors:   read_provider_error (provider_error.h), one for all             provider ->
// ProviderError Thread: one owner per object; functions are pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/error.h"
#include "llm/conversation/conversation.h"
#include "llm/conversation/reply.h"

namespace tidegate::llm {

// The wire formats of a conversation.
enum class Format : std::uint8_t { kChat, kResponses, kMessages, kGenerateContent, kConverse };

// Quirks of the provider that a request is written for; each is a row of llm/provider.h.
struct Target {
  std::string_view model;  // as the provider names it
  std::uint64_t default_max_tokens =
      4096;  // where the dialect demands a limit and the caller gave none
  // How an OpenAI-compatible server calls the limit of output tokens.
  enum class MaxTokensName : std::uint8_t { kMaxTokens, kMaxCompletionTokens };
  MaxTokensName max_tokens_name = MaxTokensName::kMaxCompletionTokens;
  // How it takes and gives reasoning.
  enum class ReasoningField : std::uint8_t { kNone, kReasoningContent, kReasoning };
  ReasoningField reasoning_field = ReasoningField::kReasoningContent;
  bool takes_developer_role = true;
  bool takes_stream_options = true;
  bool takes_strict_schema = true;
  bool takes_json_schema = true;  // response_format json_schema; else json_object
  bool takes_reasoning_effort = true;
  bool takes_parallel_tool_calls = true;
  bool takes_top_k = false;          // vLLM and others; OpenAI refuses it
  bool think_tags = false;           // may leave reasoning in the text, as <think>...</think>
  bool keeps_cache_control = false;  // OpenRouter: Anthropic's cache_control passes
  // Anthropic behind Bedrock or Vertex: body says anthropic_version, and no model.
  std::string_view anthropic_version;
  std::string_view anthropic_beta;  // Bedrock: raw array for the body; other servers read the field
  bool model_in_body = true;
  bool stream_in_body = true;
};

// What a writer must know of the caller to shape the answer.
struct Caller {
  std::string_view model;        // the name that the caller asked for
  bool include_usage = false;    // chat streams
  std::string_view fallback_id;  // unique for the exchange: used where the provider gave no id
  std::uint64_t now = 0;         // seconds since 1970, where the provider told no time
  const Usage* usage = nullptr;  // of a whole reply, where it tells none itself
};

class StreamReader {
 public:
  virtual ~StreamReader() = default;

  // Takes the next bytes, split anywhere. Appends the steps they complete to `steps`; views are
  // valid until the next call and only while `piece` lives. Errors: kMalformed, origin upstream:
  // the stream cannot be understood any more (bad CRC, no JSON).
  virtual Result<void> feed(std::string_view piece, std::vector<ReplyStep>& steps) = 0;
  // The body has ended. Completes what is complete without its last line end; where a finish reason
  // was seen and only the terminator is missing, that counts as the end.
  virtual Result<void> finish(std::vector<ReplyStep>& steps) = 0;
};

class StreamWriter {
 public:
  virtual ~StreamWriter() = default;

  // Appends what the caller gets for a step.
  virtual void write(const ReplyStep& step, std::string& out) = 0;
};

}  // namespace tidegate::llm
