// The processor types of this binary, and how a factory is made of a configuration. The list itself
// is app/builtin_processors.cc.   Thread: immutable.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "config/pipeline.h"
#include "pipeline/condition.h"
#include "pipeline/processor.h"

namespace tidegate::pipeline {

struct BuiltinProcessor {
  config::ProcessorType type;
  // `spec` outlives the factory. Errors: kInvalidConfig: what type.check would tell, or a resource
  // that is missing (a file of a model).
  Result<std::unique_ptr<const ProcessorFactory>> (*make)(const config::ProcessorSpec& spec);
};

class Catalog {
 public:
  explicit Catalog(std::vector<BuiltinProcessor> builtins) : builtins_(std::move(builtins)) {
    for (const BuiltinProcessor& one : builtins_) types_.types.push_back(one.type);
    types_.check_condition = check_condition;
  }
  const config::ProcessorCatalog& types() const { return types_; }
  // Null: there is none.
  const BuiltinProcessor* find(std::string_view type) const {
    for (const BuiltinProcessor& one : builtins_) {
      if (one.type.name == type) return &one;
    }
    return nullptr;
  }

 private:
  std::vector<BuiltinProcessor> builtins_;
  config::ProcessorCatalog types_;
};

}  // namespace tidegate::pipeline
