#include "processors/semantic_router/semantic_router.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "processors/read_config.h"
#include "processors/request_texts.h"
#include "processors/semantic_router/classifier.h"
#include "processors/semantic_router/config.h"

namespace tidegate::processors::semantic_router {
namespace {

using pipeline::Phase;
using pipeline::Reroute;
using pipeline::Step;
using pipeline::Verdict;

constexpr std::string_view kNone = "none";

// What users say: in the last message that has something of them, or in all.
std::string user_text(std::span<const llm::Text> texts, Config::Input input) {
  std::string out;
  std::uint32_t message = llm::Text::kNoMessage;
  for (const llm::Text& text : texts) {
    if (text.channel != llm::Channel::kUser) continue;
    if (input == Config::Input::kLastUserMessage && text.message != message) out.clear();
    message = text.message;
    if (!out.empty()) out += '\n';
    out += text.plain;
  }
  return out;
}

class SemanticRouter final : public pipeline::Processor {
 public:
  SemanticRouter(const Config& config, const Classifier& classifier)
      : config_(config), classifier_(classifier) {}

  Step process(pipeline::Turn& turn) override {
    if (turn.phase == Phase::kRequestBody) return decide(turn);
    if (turn.phase == Phase::kResponseHeaders && !told_.empty()) {
      turn.effects.set_header(config_.header, told_);
    }
    return Verdict::kContinue;
  }

 private:
  Step decide(pipeline::Turn& turn) {
    if (!is_json_call(turn.message)) {
      // Nobody else may say what was decided.
      if (turn.message.request->fields.find(config_.header)) {
        turn.effects.remove_header(config_.header);
      }
      return Verdict::kContinue;
    }
    const auto texts = request_texts(turn);
    if (!texts) return texts.error();
    const Judgement judgement = classifier_.judge(user_text(*texts, config_.input));
    const std::size_t intent = judgement.decision.intent;
    const bool abstains = intent == intent::Decision::kNone;
    const std::string_view name = abstains ? kNone : config_.intents[intent].name;
    tell(turn, name, judgement);
    turn.effects.set_header(config_.header, name);
    return send(turn, abstains ? config_.fallback : config_.targets[intent]);
  }

  // For the response: the intent, and how sure that was.
  void tell(pipeline::Turn& turn, std::string_view name, const Judgement& judgement) {
    const intent::Decision& decision = judgement.decision;
    std::string text(name);
    if (judgement.by_rule) {
      text += ";by=rule";
    } else if (decision.nearest != intent::Decision::kNone) {
      text += fmt::format(";score={:.3f};margin={:.3f}", decision.score, decision.margin);
      if (decision.intent == intent::Decision::kNone) {
        text += ";nearest=" + config_.intents[decision.nearest].name;
      }
    }
    told_ = turn.arena.copy(text);
  }

  static Step send(pipeline::Turn& turn, const Target& target) {
    if (!target.backend.empty()) {
      turn.effects.reroute = {Reroute::Kind::kBackend, target.backend};
      return Verdict::kReroute;
    }
    if (target.model.empty() || target.model == turn.message.model) return Verdict::kContinue;
    if (target.reroute) {
      turn.effects.reroute = {Reroute::Kind::kModel, target.model};
      return Verdict::kReroute;
    }
    turn.effects.model = target.model;
    return Verdict::kContinue;
  }

  const Config& config_;
  const Classifier& classifier_;
  std::string_view told_;
};

class Factory final : public pipeline::ProcessorFactory {
 public:
  explicit Factory(Config config) : config_(std::move(config)) {}
  // Errors: kInvalidConfig.
  Result<void> load() {
    TIDEGATE_TRY(made, Classifier::make(config_));
    classifier_ = std::move(made);
    return {};
  }
  pipeline::PhaseSet phases() const override {
    return {Phase::kRequestBody, Phase::kResponseHeaders};
  }
  pipeline::Processor* make(Arena& arena) const override {
    return pipeline::make_in<SemanticRouter>(arena, config_, *classifier_);
  }

 private:
  const Config config_;
  std::unique_ptr<const Classifier> classifier_;
};

Result<std::unique_ptr<const pipeline::ProcessorFactory>> make(const config::ProcessorSpec& spec) {
  TIDEGATE_TRY(config, make_config<Config>(spec));
  auto factory = std::make_unique<Factory>(std::move(config));
  TIDEGATE_TRY_VOID(factory->load());
  return factory;
}

}  // namespace

pipeline::BuiltinProcessor semantic_router() {
  return {{"SemanticRouter",
           {Phase::kRequestBody, Phase::kResponseHeaders},
           false,
           check_config<Config>},
          make};
}

}  // namespace tidegate::processors::semantic_router
