#include "processors/retrieval/passage_guard.h"

#include <string>
#include <utility>
#include <vector>

#include "guard/rule_file.h"

namespace tidegate::processors::retrieval {

Result<PassageGuard> PassageGuard::make(const GuardConfig& config) {
  TIDEGATE_TRY(rules, tidegate::guard::builtin_prompt_rules());
  TIDEGATE_TRY(engine, tidegate::guard::Engine::make({std::move(rules)}, config.policy));
  return PassageGuard(std::move(engine), config);
}

Result<bool> PassageGuard::passes(const Passage& passage) const {
  std::vector<tidegate::guard::Hit> hits;
  for (const std::string_view text : {passage.title, passage.source, passage.text}) {
    if (auto looked = engine_.look(text, tidegate::guard::Channel::kDocument, 0, hits); !looked) {
      return std::unexpected(std::move(looked).error());
    }
  }
  return tidegate::guard::add_up(hits, engine_.policy()).points < points_;
}

}  // namespace tidegate::processors::retrieval
