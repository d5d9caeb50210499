#include "processors/ext_proc/ext_proc.h"

#include "processors/config_factory.h"
#include "processors/ext_proc/config.h"
#include "processors/ext_proc/processor.h"

namespace tidegate::processors::ext_proc {
namespace {

using pipeline::Phase;
using pipeline::PhaseSet;

class Factory final : public ConfigFactory<ExtProc, Config> {
 public:
  using ConfigFactory::ConfigFactory;
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
};

}  // namespace

pipeline::BuiltinProcessor ext_proc() {
  return {{"ExtProc", PhaseSet::all(), true, check_config<Config>}, make_factory<Factory, Config>};
}

}  // namespace tidegate::processors::ext_proc
