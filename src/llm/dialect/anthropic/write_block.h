// Content blocks of Anthropic's messages (block.h), written in requests and replies.
// Thread: one owner.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/arena.h"
#include "json/writer.h"
#include "llm/conversation/conversation.h"
#include "llm/conversation/losses.h"

namespace tidegate::llm::anthropic {

// Marks of the prompt cache, at most four in a request (Prompt caching): where there are more, the
// first ones are left out, since a later one covers what stands in front of it.
class CacheMarks {
 public:
  static constexpr std::size_t kMost = 4;

  explicit CacheMarks(std::size_t in_all) : excess_(in_all > kMost ? in_all - kMost : 0) {}

  // Writes the member cache_control where there is a mark.
  void write(json::Writer& writer, const std::optional<CacheLife>& cache);

 private:
  std::size_t excess_;
};

// Writes the parts of one turn as blocks into the array that is open.
class BlockWriter {
 public:
  // `losses` gets what has no block; null for replies.
  BlockWriter(json::Writer& writer, CacheMarks& marks, Losses* losses, Arena& arena)
      : writer_(writer), marks_(marks), losses_(losses), arena_(arena) {}

  void write(const Part& part) {
    std::visit([this](const auto& value) { put(value); }, part);
  }

  // Whether replies may show thoughts without a signature; requests may not.
  void show_unsigned_thoughts() { unsigned_thoughts_ = true; }

 private:
  void put(const TextPart& part);
  void put(const MediaPart& part);
  void put(const ToolCallPart& part);
  void put(const ToolResultPart& part);
  void put(const ReasoningPart& part);
  void put(const RefusalPart& part);
  struct SourceFields {
    std::string_view type;
    std::string_view media_type;  // empty: none
    std::string_view name;        // of the member with the data
    EscapedText data;
  };
  // Empty: Anthropic has no source for it.
  std::optional<SourceFields> find_source(const MediaPart& part);
  void lose(std::string_view path);

  json::Writer& writer_;
  CacheMarks& marks_;
  Losses* losses_;
  Arena& arena_;
  bool unsigned_thoughts_ = false;
};

// Whether a raw array of citations is Anthropic's own: others mean nothing to it.
bool is_own_citations(std::string_view citations);

}  // namespace tidegate::llm::anthropic
