// The factory of a processor that needs nothing but its configuration, which it keeps by reference.
// Thread: immutable, shared.
#pragma once

#include <memory>
#include <utility>

#include "pipeline/processor.h"
#include "processors/read_config.h"

namespace tidegate::processors {

template <class Processor, class Config>
class ConfigFactory : public pipeline::ProcessorFactory {
 public:
  explicit ConfigFactory(Config config) : config_(std::move(config)) {}
  pipeline::Processor* make(Arena& arena) const override {
    return pipeline::make_in<Processor>(arena, config_);
  }

 protected:
  const Config config_;
};

// BuiltinProcessor::make of such a type. Errors: kInvalidConfig.
template <class Factory, class Config>
Result<std::unique_ptr<const pipeline::ProcessorFactory>> make_factory(
    const config::ProcessorSpec& spec) {
  TIDEGATE_TRY(config, make_config<Config>(spec));
  return std::make_unique<const Factory>(std::move(config));
}

}  // namespace tidegate::processors
