// Content blocks of Bedrock's Converse, read in requests and replies alike. Each is an object with
// one member, which says what it is; binary values are base64.
//
//   {"text":"..."}
//   {"image":{"format":"png","source":{"bytes":"base64"}|{"s3Location":{"uri":"s3://..."}}}}
//   {"document":{"format":"pdf","name":"...","source":{"bytes"|"s3Location"|"text":"..."
//       |"content":[{"text":"..."}]},"context":"...","citations":{"enabled":true}}}
//   {"video":{...}}, {"audio":{...}}: as images
//   {"toolUse":{"toolUseId":"...","name":"f","input":{}}}
//   {"toolResult":{"toolUseId":"...","status":"error","content":[{"text"|"json"|"image"|"document"}]}}
//   {"reasoningContent":{"reasoningText":{"text":"...","signature":"..."}}
//                      |{"redactedContent":"base64"}}
//   {"citationsContent":{"content":[{"text":"..."}],"citations":[...]}}
//   {"searchResult":{"source":"...","title":"...","content":[{"text":"..."}],"citations":{}}}
//   {"guardContent":{"text":{"text":"...","qualifiers":[...]}}}
//   {"cachePoint":{"type":"default","ttl":"1h"}}: what stands in front of it is worth keeping
// Source: Bedrock API reference, ContentBlock and ToolResultContentBlock (2026-11).
// Thread: pure functions.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/error.h"
#include "llm/conversation/conversation.h"
#include "llm/conversation/where.h"

namespace tidegate::llm::bedrock {

class BlockReader {
 public:
  // `unknown` collects blocks and members that have no meaning in other dialects; may be null.
  BlockReader(std::vector<UnknownMember>* unknown, Arena& arena)
      : unknown_(unknown), arena_(arena) {}

  // An array of blocks.
  Result<void> read_content(std::string_view content, const Where& where, std::vector<Part>& parts);

 private:
  using Parts = std::vector<Part>;

  Result<void> read_block(std::string_view block, const Where& where, Parts& parts);
  Result<void> read_media(std::string_view media, MediaPart::Kind kind, const Where& where,
                          Parts& parts);
  Result<void> read_source(std::string_view source, const Where& where, MediaPart& media);
  Result<void> read_search_result(std::string_view result, const Where& where, Parts& parts);
  Result<void> read_call(std::string_view call, const Where& where, Parts& parts);
  Result<void> read_result(std::string_view result, const Where& where, Parts& parts);
  Result<void> read_result_block(std::string_view block, const Where& where,
                                 ToolResultPart& result);
  Result<void> read_reasoning(std::string_view reasoning, const Where& where, Parts& parts);
  Result<void> read_cited(std::string_view cited, const Where& where, Parts& parts);
  Result<void> read_guarded(std::string_view guarded, const Where& where, Parts& parts);
  // Text blocks joined by line ends.
  Result<EscapedText> read_texts(std::string_view blocks, const Where& where);
  void mark(std::string_view cache_point, const Where& where, Parts& parts);
  void note_unknown(const Where& where, std::string_view raw);

  std::vector<UnknownMember>* unknown_;
  Arena& arena_;
};

// The life that a cachePoint asks for.
CacheLife read_cache_point(std::string_view cache_point);

// The one member of a union; members that are null count as absent. Empty name: there is none.
struct UnionMember {
  std::string_view name;
  std::string_view value;
};
UnionMember find_union_member(std::string_view object);

}  // namespace tidegate::llm::bedrock
