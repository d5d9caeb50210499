// What is known of a model beside its name: its limits, what it can do, what it costs. As a Backend
// says it (resource/backend_ai.h) and as the data plane takes it (config/ai.h).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/price.h"
#include "base/token_count.h"

namespace tidegate {

struct ModelCard {
  enum class Capability : std::uint8_t {
    kChat,
    kTools,
    kVision,
    kDocuments,
    kAudio,
    kReasoning,
    kStructuredOutput,
    kEmbeddings,
    kRerank,
  };
  TokenCount context_window;             // 0: nobody said
  TokenCount max_output_tokens;          // 0: nobody said
  std::vector<Capability> capabilities;  // empty: nobody said
  std::optional<Price> price;            // absent: of the price file, if there
  friend bool operator==(const ModelCard&, const ModelCard&) = default;
};

}  // namespace tidegate
