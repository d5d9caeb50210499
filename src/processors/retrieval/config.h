// Configuration of Retrieval.   Reference: docs/reference/retrieval.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guard/policy.h"
#include "processors/embeddings.h"
#include "processors/retrieval/backend_search.h"
#include "processors/retrieval/pgvector.h"
#include "retrieval/chunker.h"
#include "retrieval/folder.h"

namespace tidegate::processors::retrieval {

// Documents on the gateway's disk.
struct FolderSource {
  std::string path;
  tidegate::retrieval::FolderLimits limits;
  tidegate::retrieval::ChunkOptions chunks;
};

// Vectors of the question from a Backend that speaks OpenAI's embeddings.
struct EmbeddingsBackend {
  std::string name;  // in the pipeline's list
  std::string path = "/v1/embeddings";
  std::string model;
};

struct GuardConfig {
  enum class Action : std::uint8_t { kDrop, kReject };
  Action action = Action::kDrop;
  std::uint64_t threshold = 5;  // points of a passage
  tidegate::guard::Policy policy;
};

struct Config {
  enum class Place : std::uint8_t { kSystem, kUser };

  // Exactly one of these three.
  std::optional<FolderSource> folder;
  std::optional<BackendSearch> backend;
  std::optional<TableSearch> table;

  // Whether a Backend is asked by a vector of the question.
  bool wants_vector() const {
    return table.has_value() || (backend.has_value() && backend->wants_vector());
  }

  Embeddings embeddings;
  std::optional<EmbeddingsBackend> embeddings_backend;

  // The question: what users say in so many of their last messages.
  std::size_t messages = 1;
  std::size_t max_question_bytes = 2048;

  std::size_t count = 5;
  std::optional<double> min_score;
  std::uint64_t max_tokens = 2000;
  std::size_t max_passage_bytes = 8192;

  Place place = Place::kSystem;
  Template before;
  Template passage;
  Template after;

  std::string citations_header;  // empty: none
  std::optional<GuardConfig> guard;
};

// Reads the JSON of a processor's `config`. Returns what is wrong, each with its path.
std::vector<std::string> read(std::string_view json, Config& out);

}  // namespace tidegate::processors::retrieval
