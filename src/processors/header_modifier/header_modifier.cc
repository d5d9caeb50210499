#include "processors/header_modifier/header_modifier.h"

#include <algorithm>
#include <utility>

#include "processors/config_factory.h"
#include "processors/header_modifier/config.h"

namespace tidegate::processors::header_modifier {
namespace {

using pipeline::HeaderEdit;
using pipeline::Phase;
using pipeline::PhaseSet;
using pipeline::Step;
using pipeline::Turn;
using pipeline::Verdict;

bool is_of_request(Phase phase) {
  return phase == Phase::kRequestHeaders || phase == Phase::kRequestBody;
}

bool uses_payload(const std::vector<Edit>& edits) {
  return std::ranges::any_of(
      edits, [](const Edit& edit) { return edit.expression && edit.expression->uses_payload(); });
}

class Modifier final : public pipeline::Processor {
 public:
  explicit Modifier(const Config& config) : config_(config) {}

  Step process(Turn& turn) override {
    for (const Edit& edit : is_of_request(turn.phase) ? config_.request : config_.response) {
      if (auto put = apply(edit, turn); !put) return std::move(put).error();
    }
    return Verdict::kContinue;
  }

 private:
  static Result<void> apply(const Edit& edit, Turn& turn) {
    HeaderEdit wanted{edit.kind, edit.name, edit.value};
    if (edit.expression) {
      auto value = edit.expression->evaluate(turn.message, turn.reactor.clock(), turn.arena);
      if (!value) {
        value.error().detail.insert(0, edit.name + ": ");
        return std::unexpected(std::move(value).error());
      }
      wanted.value = *value;
      if (value->empty() && edit.kind == HeaderEdit::Kind::kAdd) return {};
      if (value->empty()) wanted.kind = HeaderEdit::Kind::kRemove;
    }
    turn.effects.headers.push_back(wanted);
    return {};
  }

  const Config& config_;
};

class Factory final : public ConfigFactory<Modifier, Config> {
 public:
  using ConfigFactory::ConfigFactory;

  PhaseSet phases() const override {
    PhaseSet phases;
    if (!config_.request.empty()) {
      phases.add(uses_payload(config_.request) ? Phase::kRequestBody : Phase::kRequestHeaders);
    }
    if (!config_.response.empty()) {
      phases.add(uses_payload(config_.response) ? Phase::kResponseBody : Phase::kResponseHeaders);
    }
    return phases;
  }
  bool needs_model() const override {
    return phases().has(Phase::kRequestHeaders) &&
           std::ranges::any_of(config_.request, [](const Edit& edit) {
             return edit.expression && edit.expression->uses_model();
           });
  }
};

}  // namespace

pipeline::BuiltinProcessor header_modifier() {
  return {
      {"HeaderModifier",
       {Phase::kRequestHeaders, Phase::kRequestBody, Phase::kResponseHeaders, Phase::kResponseBody},
       false,
       check_config<Config>},
      make_factory<Factory, Config>};
}

}  // namespace tidegate::processors::header_modifier
