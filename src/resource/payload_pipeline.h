// PayloadProcessingPipeline (tidegate.dev/v1alpha1): an ordered list of processors over requests
// and responses.   Source: docs/reference/payload-pipeline.md; working group proposal 7.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "resource/meta.h"
#include "resource/references.h"

namespace tidegate::resource {

// A reply that the gateway makes itself. Exactly one of `body` and `text` is set.
struct PipelineAnswer {
  std::uint16_t status = 200;
  std::string content_type;         // of `body`
  std::optional<std::string> body;  // as it is
  std::optional<std::string> text;  // of a completion in the caller's dialect
};
// Exactly one is set.
struct PipelineFallback {
  std::optional<std::string> processor;  // one of fallbackProcessors
  std::optional<BackendObjectReference> backend_ref;
  std::optional<PipelineAnswer> answer;
};

struct PipelineProcessor {
  enum class Phase : std::uint8_t {
    kRequestHeaders,
    kRequestBody,
    kResponseHeaders,
    kResponseBody,
    kStreamChunk,
  };
  enum class FailureMode : std::uint8_t { kClosed, kOpen, kFallback };
  enum class Mode : std::uint8_t { kEnforce, kReport };

  std::string name;
  std::string type;
  std::optional<BackendObjectReference> backend_ref;  // of types that call out
  std::vector<Phase> phases;                          // empty: all that the type serves
  std::string when;                                   // CEL; empty: always
  std::optional<std::chrono::milliseconds> timeout;
  FailureMode failure_mode = FailureMode::kClosed;
  std::optional<PipelineFallback> fallback;
  Mode mode = Mode::kEnforce;
  std::string concurrency_group;  // empty: none
  StringMap context;
  std::string config = "{}";  // JSON: what only the type understands
};

// A backend that processors of the pipeline may re-route to, by a name of its own.
struct PipelineBackend {
  std::string name;
  BackendObjectReference ref;
};

struct PayloadPipeline {
  ObjectMeta meta;
  Source source;
  std::vector<PolicyTargetReference> target_refs;      // 0..16
  std::optional<std::chrono::milliseconds> timeout;    // of one phase, all processors together
  std::vector<PipelineProcessor> processors;           // 1..256
  std::vector<PipelineProcessor> fallback_processors;  // 0..16
  std::vector<PipelineBackend> backends;               // 0..64
};

}  // namespace tidegate::resource
