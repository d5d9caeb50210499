// Whether a passage tries to tell a model what to do: the rules of PromptGuard, for documents.
// Thread: immutable.
#pragma once

#include "base/error.h"
#include "guard/engine.h"
#include "processors/retrieval/config.h"

namespace tidegate::processors::retrieval {

class PassageGuard {
 public:
  // Errors: kInvalidConfig.
  static Result<PassageGuard> make(const GuardConfig& config);

  // Errors: as Engine::look.
  Result<bool> passes(const Passage& passage) const;
  GuardConfig::Action action() const { return action_; }

 private:
  PassageGuard(tidegate::guard::Engine engine, const GuardConfig& config)
      : engine_(std::move(engine)),
        points_(static_cast<int>(config.threshold) * 100),
        action_(config.action) {}

  tidegate::guard::Engine engine_;
  int points_;  // in hundredths
  GuardConfig::Action action_;
};

}  // namespace tidegate::processors::retrieval
