// Content blocks of Converse (block.h), written in requests and replies.   Thread: one owner.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/arena.h"
#include "json/writer.h"
#include "llm/conversation/conversation.h"
#include "llm/conversation/losses.h"

namespace tidegate::llm::bedrock {

// Marks of the prompt cache, at most four in a request; where there are more, the first ones are
// left out, since a later one covers what stands in front of it.
class CachePoints {
 public:
  static constexpr std::size_t kMost = 4;

  enum class Take : std::uint8_t { kNo, kYes };
  // kNo: the model has no cache, and marks are lost.
  CachePoints(std::size_t in_all, Take take, Losses* losses)
      : excess_(in_all > kMost ? in_all - kMost : 0), take_(take), losses_(losses) {}

  // Writes a cachePoint element where there is a mark.
  void write(json::Writer& writer, const std::optional<CacheLife>& cache);

 private:
  std::size_t excess_;
  Take take_;
  Losses* losses_;
};

// Writes the parts of one turn as blocks into the array that is open.
class BlockWriter {
 public:
  // `losses` gets what has no block; null for replies.
  BlockWriter(json::Writer& writer, CachePoints& points, Losses* losses, Arena& arena)
      : writer_(writer), points_(points), losses_(losses), arena_(arena) {}

  void write(const Part& part) {
    std::visit([this](const auto& value) { put(value); }, part);
  }
  void write_text(std::string_view text);

 private:
  struct SourceFields {
    std::string_view name;  // "bytes" or "s3Location"
    EscapedText data;
    std::string_view format;
  };

  void put(const TextPart& part);
  void put(const MediaPart& part);
  void put(const ToolCallPart& part);
  void put(const ToolResultPart& part);
  void put(const ReasoningPart& part);
  void put(const RefusalPart& part);
  std::optional<SourceFields> find_source(const MediaPart& part);
  void put_document_fields(const MediaPart& part);
  std::string document_name(EscapedText name);
  void lose(std::string_view path);

  json::Writer& writer_;
  CachePoints& points_;
  Losses* losses_;
  Arena& arena_;
  std::unordered_set<std::string> document_names_;
};

// base64 of what Converse has as bytes, where the dialects in between have it as text: itself where
// it is base64 already, as Claude's redacted thoughts are.
EscapedText as_base64(EscapedText text, Arena& arena);

}  // namespace tidegate::llm::bedrock
