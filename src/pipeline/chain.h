// Pipelines made ready to run: each compiled once, and chained in order for the place it is
// attached to.   Thread: immutable; shared by all workers.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/pipeline.h"
#include "pipeline/catalog.h"
#include "pipeline/condition.h"
#include "pipeline/processor.h"

namespace tidegate::pipeline {

struct CompiledPipeline;

struct CompiledProcessor {
  const CompiledPipeline* pipeline = nullptr;
  const config::ProcessorSpec* spec = nullptr;
  std::string label;  // "ns/pipeline/name", for logs and metrics
  std::unique_ptr<const ProcessorFactory> factory;
  PhaseSet phases;  // that configuration allows and the factory needs
  std::optional<Condition> condition;
  const CompiledProcessor* fallback = nullptr;
};

struct CompiledPipeline {
  // What cannot be made is told in `broken`.
  static std::shared_ptr<const CompiledPipeline> compile(
      std::shared_ptr<const config::Pipeline> config, const Catalog& catalog);

  // Whether all its factories are (ProcessorFactory::is_current).
  bool is_current() const;
  // What keeps its processors from working for now, "NS/PIPELINE/NAME: ..." each.
  std::vector<std::string> troubles() const;

  std::shared_ptr<const config::Pipeline> config;
  std::deque<CompiledProcessor> processors;
  std::deque<CompiledProcessor> fallbacks;
  std::string broken;  // empty: it can run
};

class Chain {
 public:
  // In the order of a request.
  explicit Chain(std::vector<std::shared_ptr<const CompiledPipeline>> pipelines);

  // Positions in processors(), in the order in which they run: reversed for responses.
  std::span<const std::uint16_t> of(Phase phase) const {
    return by_phase_[static_cast<std::size_t>(phase)];
  }
  bool has(Phase phase) const { return !of(phase).empty(); }
  std::span<const CompiledProcessor* const> processors() const { return processors_; }
  // Whether what cannot be shown to the processors of a response phase must not pass.
  bool must_see(Phase phase) const { return must_see_.has(phase); }
  // Of the configuration of all its pipelines: another one where any is changed.
  std::uint64_t version() const { return version_; }
  // Why it cannot run; empty: it can.
  const std::string& broken() const { return broken_; }
  // Whether the model must be known before the request's headers are processed.
  bool needs_model() const { return needs_model_; }
  // Whether a step may have to be waited for, so that views must outlive suspensions.
  bool may_wait() const { return may_wait_; }

 private:
  std::vector<std::shared_ptr<const CompiledPipeline>> pipelines_;
  std::vector<const CompiledProcessor*> processors_;
  std::array<std::vector<std::uint16_t>, config::kPhases> by_phase_;
  std::string broken_;
  PhaseSet must_see_;
  std::uint64_t version_ = 0;
  bool needs_model_ = false;
  bool may_wait_ = false;
};

}  // namespace tidegate::pipeline
