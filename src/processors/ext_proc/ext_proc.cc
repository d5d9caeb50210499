#include "processors/ext_proc/ext_proc.h"

#include <memory>
#include <utility>

#include "processors/ext_proc/config.h"
#include "processors/ext_proc/processor.h"
#include "processors/read_config.h"

namespace tidegate::processors::ext_proc {
namespace {

using pipeline::Phase;
using pipeline::PhaseSet;

class Factory final : public pipeline::ProcessorFactory {
 public:
  explicit Factory(Config config) : config_(std::move(config)) {}

  PhaseSet phases() const override {
    const Modes& modes = config_.modes;
    if (config_.allow_mode_override) return PhaseSet::all();
    PhaseSet phases;
    if (modes.request_headers) phases.add(Phase::kRequestHeaders);
    if (modes.response_headers) phases.add(Phase::kResponseHeaders);
    if (modes.request_body != BodyMode::kNone) phases.add(Phase::kRequestBody);
    if (modes.response_body == BodyMode::kNone) return phases;
    phases.add(Phase::kResponseBody);
    phases.add(Phase::kStreamChunk);
    return phases;
  }
  bool may_wait() const override { return true; }
  // An onlooker, or one that may never ask for a body, stops no reply that cannot be shown to it.
  bool must_see_replies() const override {
    return !config_.is_observed && config_.modes.response_body != BodyMode::kNone;
  }
  pipeline::Processor* make(Arena& arena) const override {
    return pipeline::make_in<ExtProc>(arena, config_);
  }

 private:
  const Config config_;
};

Result<std::unique_ptr<const pipeline::ProcessorFactory>> make(const config::ProcessorSpec& spec) {
  TIDEGATE_TRY(config, make_config<Config>(spec));
  return std::make_unique<const Factory>(std::move(config));
}

}  // namespace

pipeline::BuiltinProcessor ext_proc() {
  return {{"ExtProc", PhaseSet::all(), true, check_config<Config>}, make};
}

}  // namespace tidegate::processors::ext_proc
