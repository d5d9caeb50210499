// Content blocks of Anthropic's messages, read in requests and replies alike.
//
//   {"type":"text","text":"...","citations":[...],"cache_control":{"type":"ephemeral","ttl":"1h"}}
//   {"type":"image","source":{"type":"base64","media_type":"image/png","data":"..."}
//                           |{"type":"url","url":"..."}|{"type":"file","file_id":"file_..."}}
//   {"type":"document","source":... as above, or
//   {"type":"text","media_type":"text/plain","data":"..."}
//                           or {"type":"content","content":[blocks]},
//    "title":"...","context":"...","citations":{"enabled":true}}
//   {"type":"search_result","source":"https://...","title":"...","content":[text blocks]}
//   {"type":"tool_use","id":"toolu_...","name":"f","input":{}}
//   {"type":"tool_result","tool_use_id":"toolu_...","content":"..." or [blocks],"is_error":true}
//   {"type":"thinking","thinking":"...","signature":"..."}
//   {"type":"redacted_thinking","data":"..."}
//   {"type":"server_tool_use",...}, {"type":"web_search_tool_result",...}: the provider's own; they
//   mean nothing elsewhere
// Source: Anthropic API reference, Create a Message (2026-11).   Thread: pure functions.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/error.h"
#include "llm/conversation/conversation.h"
#include "llm/conversation/where.h"

namespace tidegate::llm::anthropic {

// The tool by which a model that has no structured output is made to give one: the writer of the
// request adds it, the readers of replies turn its input into text again.
inline constexpr std::string_view kFormatTool = "tidegate_json_output";
// Its arguments where any object will do: without this much, models give an empty one.
inline constexpr std::string_view kAnyObject =
    R"({"type":"object","properties":{},"additionalProperties":true})";

// Reads blocks one at a time.
class BlockReader {
 public:
  // `unknown` collects blocks and members that have no meaning in other dialects; may be null.
  BlockReader(std::vector<UnknownMember>* unknown, Arena& arena)
      : unknown_(unknown), arena_(arena) {}

  // A content that is a string or an array of blocks.
  Result<void> read_content(std::string_view content, const Where& where, std::vector<Part>& parts);
  Result<void> read_block(std::string_view block, const Where& where, std::vector<Part>& parts);
  // {"type":"text",...} of system, which has nothing else.
  Result<TextPart> read_text_block(std::string_view block, const Where& where);

 private:
  // Members of blocks of all types, raw; empty: absent or null.
  struct Members {
    std::string_view type, text, citations, cache, source, title, context, id, name, input, call_id,
        content, is_error, thinking, signature, data;
  };

  Result<Members> read_members(std::string_view block, const Where& where);
  Result<TextPart> text_of(const Members& members, const Where& where);
  Result<void> read_media(const Members& members, MediaPart::Kind kind, const Where& where,
                          std::vector<Part>& parts);
  Result<void> read_source(std::string_view source, const Where& where, MediaPart& media,
                           std::vector<Part>& parts);
  Result<void> read_content_source(std::string_view content, const Where& where, MediaPart& media,
                                   std::vector<Part>& parts);
  Result<void> read_search_result(const Members& members, const Where& where,
                                  std::vector<Part>& parts);
  Result<void> read_call(const Members& members, const Where& where, std::vector<Part>& parts);
  Result<void> read_result(const Members& members, const Where& where, std::vector<Part>& parts);
  Result<void> read_thinking(const Members& members, const Where& where, std::vector<Part>& parts);
  Result<void> read_redacted(const Members& members, const Where& where, std::vector<Part>& parts);
  void note_unknown(const Where& where, std::string_view raw);

  std::vector<UnknownMember>* unknown_;
  Arena& arena_;
};

// {"type":"ephemeral","ttl":"5m"}; empty where it is absent or null.
Result<std::optional<CacheLife>> read_cache_control(std::string_view value, const Where& where);

// Another dialect's reasoning that travels as redacted_thinking (thought_signature.h), or the data
// of a redacted thought.
ReasoningPart read_redacted_data(EscapedText data, Arena& arena);

}  // namespace tidegate::llm::anthropic
