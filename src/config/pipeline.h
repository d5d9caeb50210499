// Payload pipelines, resolved: which processors run over a request and its response, and what
// happens when one fails.   Source: docs/reference/payload-pipeline.md.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.h"

namespace tidegate::config {

struct Backend;
enum class BackendProtocol : std::uint8_t;

// When a processor looks: a whole reply has a body, an event stream has chunks, never both.
enum class Phase : std::uint8_t {
  kRequestHeaders,
  kRequestBody,
  kResponseHeaders,
  kResponseBody,
  kStreamChunk,
};
inline constexpr std::size_t kPhases = 5;
// "RequestHeaders", as resources spell it.
std::string_view to_string(Phase phase);

class PhaseSet {
 public:
  constexpr PhaseSet() = default;
  constexpr PhaseSet(std::initializer_list<Phase> phases) {
    for (const Phase phase : phases) add(phase);
  }
  static constexpr PhaseSet all() {
    PhaseSet set;
    set.bits_ = (1U << kPhases) - 1;
    return set;
  }
  constexpr void add(Phase phase) { bits_ |= static_cast<std::uint8_t>(1U << index(phase)); }
  constexpr bool has(Phase phase) const { return (bits_ >> index(phase) & 1U) != 0; }
  constexpr bool has_all(PhaseSet other) const { return (other.bits_ & ~bits_) == 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr PhaseSet operator&(PhaseSet other) const {
    PhaseSet both;
    both.bits_ = bits_ & other.bits_;
    return both;
  }
  friend bool operator==(PhaseSet, PhaseSet) = default;

 private:
  static constexpr unsigned index(Phase phase) { return static_cast<unsigned>(phase); }
  std::uint8_t bits_ = 0;
};

// A reply that the gateway makes itself: bytes of a content type, or a completion that is written
// in the caller's dialect.
struct CannedAnswer {
  std::uint16_t status = 200;
  std::string content_type;
  std::string text;
  bool is_completion = false;
  friend bool operator==(const CannedAnswer&, const CannedAnswer&) = default;
};

enum class FailureMode : std::uint8_t { kClosed, kOpen, kFallback };
enum class ProcessorMode : std::uint8_t { kEnforce, kReport };

struct ProcessorSpec {
  std::string name;
  std::string type;
  PhaseSet phases;                       // what configuration allows; never empty
  std::string when;                      // CEL; empty: always
  std::chrono::milliseconds timeout{0};  // 0: the pipeline's only
  FailureMode failure_mode = FailureMode::kClosed;
  // Of failure mode kFallback: exactly one of these.
  std::optional<std::size_t> fallback_processor;  // position in Pipeline::fallbacks
  std::shared_ptr<const Backend> fallback_backend;
  std::optional<CannedAnswer> fallback_answer;
  ProcessorMode mode = ProcessorMode::kEnforce;
  std::string concurrency_group;  // empty: none
  std::vector<std::pair<std::string, std::string>> context;
  std::string config;  // JSON
  // Values of the Secrets that `config` refers to, by the path of the reference.
  std::vector<std::pair<std::string, Secret>> secrets;
  std::shared_ptr<const Backend> backend;  // of types that call out
  friend bool operator==(const ProcessorSpec&, const ProcessorSpec&) = default;

  // Null: `config` has no such reference.
  const Secret* find_secret(std::string_view path) const {
    for (const auto& [place, secret] : secrets) {
      if (place == path) return &secret;
    }
    return nullptr;
  }
};

struct NamedBackend {
  std::string name;
  std::shared_ptr<const Backend> backend;
  friend bool operator==(const NamedBackend&, const NamedBackend&) = default;
};

struct Pipeline {
  std::string id;                        // "ns/name"; stable, part of a metric label
  std::chrono::milliseconds timeout{0};  // of one phase; 0: none
  std::vector<ProcessorSpec> processors;
  std::vector<ProcessorSpec> fallbacks;
  std::vector<NamedBackend> backends;  // where its processors may re-route to
  std::string broken;  // why it cannot run: every exchange it is attached to answers 500
  friend bool operator==(const Pipeline&, const Pipeline&) = default;
};

// In the order of a request. Null: none, which is the usual case.
using Pipelines = std::vector<std::shared_ptr<const Pipeline>>;
using PipelinesPtr = std::shared_ptr<const Pipelines>;

// A Secret that a processor's configuration refers to.
struct SecretReference {
  std::string path;        // of the reference in the configuration: "secretRef"
  std::string namespace_;  // empty: the pipeline's own
  std::string name;
  std::string key;  // in the Secret's data
};

// What this binary can do as a processor, for whoever checks resources.
struct ProcessorType {
  std::string_view name;
  PhaseSet phases;
  bool calls_out = false;  // needs a backendRef
  // What is wrong with a configuration (JSON), each with its path in front: "maxTokens: must ...".
  std::vector<std::string> (*check)(std::string_view config) = nullptr;
  // The Secrets that a configuration without problems refers to.
  std::vector<SecretReference> (*secrets)(std::string_view config) = nullptr;
  bool may_call_out = false;  // takes a backendRef, but needs none
  // Of types that call out with some configurations and not with others.
  bool (*calls_out_with)(std::string_view config) = nullptr;
  // Of types whose backendRef is a store with some configurations: what that speaks. Empty: HTTP.
  std::optional<BackendProtocol> (*store)(std::string_view config) = nullptr;
  // Its factories read files beside their configuration: what they lack is told by `validate`.
  bool reads_files = false;

  bool needs_backend(std::string_view config) const {
    return calls_out || (calls_out_with != nullptr && calls_out_with(config));
  }
};
struct ProcessorCatalog {
  std::vector<ProcessorType> types;
  // What is wrong with an expression of `when`; empty: nothing.
  std::string (*check_condition)(std::string_view expression) = nullptr;

  const ProcessorType* find(std::string_view name) const {
    for (const ProcessorType& type : types) {
      if (type.name == name) return &type;
    }
    return nullptr;
  }
};

}  // namespace tidegate::config
