#include "processors/semantic_router/semantic_router.h"

#include <fmt/format.h>

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "processors/embeddings_call.h"
#include "processors/read_config.h"
#include "processors/request_texts.h"
#include "processors/semantic_router/classifier.h"
#include "processors/semantic_router/config.h"
#include "processors/semantic_router/remote_examples.h"

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
  // `remote`: null where vectors are made in the process.
  SemanticRouter(const Config& config, const Classifier& classifier, const RemoteExamples* remote)
      : config_(config), classifier_(classifier), remote_(remote) {}

  Step process(pipeline::Turn& turn) override {
    if (turn.phase == Phase::kRequestHeaders) forget(turn);
    if (turn.phase == Phase::kRequestBody) return decide(turn);
    if (turn.phase == Phase::kResponseHeaders && !told_.empty()) {
      turn.effects.set_header(config_.header, told_);
    }
    return Verdict::kContinue;
  }

 private:
  Step decide(pipeline::Turn& turn) {
    if (!is_json_call(turn.message)) {
      forget(turn);
      return Verdict::kContinue;
    }
    const auto texts = request_texts(turn);
    if (!texts) return texts.error();
    std::string text = user_text(*texts, config_.input);
    if (!is_remote()) return follow(turn, classifier_.judge(text));
    if (const auto decided = classifier_.judge_by_rules(text)) return follow(turn, *decided);
    if (text.empty() || remote_ == nullptr) return follow(turn, Judgement());
    return ask(turn, std::move(text));
  }

  bool is_remote() const { return config_.embeddings.type == Embeddings::Type::kBackend; }

  // Nobody else may say what was decided.
  void forget(pipeline::Turn& turn) const {
    if (turn.message.request->fields.find(config_.header)) {
      turn.effects.remove_header(config_.header);
    }
  }

  Step::Task ask(pipeline::Turn& turn, std::string text) {
    auto examples = co_await remote_->get(turn);
    if (!examples) co_return std::unexpected(std::move(examples).error());
    std::string space;
    const std::string_view part = classifier_.part_of(text, space);
    const std::span<const std::string_view> one(&part, 1);
    auto embedded = co_await embed_texts(turn, config_.embeddings, one);
    if (!embedded) co_return std::unexpected(std::move(embedded).error());
    if (embedded->front().size() != (*examples)->dimension()) {
      co_return fail(ErrorCode::kMalformed, Origin::kUpstream,
                     "the embeddings backend gives vectors of several dimensions");
    }
    co_return follow(turn, classifier_.judge_by(**examples, embedded->front()));
  }

  Verdict follow(pipeline::Turn& turn, const Judgement& judgement) {
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

  static Verdict send(pipeline::Turn& turn, const Target& target) {
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
  const RemoteExamples* remote_;
  std::string_view told_;
};

class Factory final : public pipeline::ProcessorFactory {
 public:
  explicit Factory(Config config) : config_(std::move(config)) {}
  // Errors: kInvalidConfig.
  Result<void> load() {
    TIDEGATE_TRY(made, Classifier::make(config_));
    classifier_ = std::move(made);
    if (is_remote() && !classifier_->examples().empty()) {
      remote_ = std::make_unique<const RemoteExamples>(config_.embeddings, *classifier_);
    }
    return {};
  }
  pipeline::PhaseSet phases() const override {
    pipeline::PhaseSet needed{Phase::kRequestBody, Phase::kResponseHeaders};
    // Where the Backend fails and failures pass, the field of a client must be gone already.
    if (is_remote()) needed.add(Phase::kRequestHeaders);
    return needed;
  }
  bool may_wait() const override { return remote_ != nullptr; }
  pipeline::Processor* make(Arena& arena) const override {
    return pipeline::make_in<SemanticRouter>(arena, config_, *classifier_, remote_.get());
  }

 private:
  bool is_remote() const { return config_.embeddings.type == Embeddings::Type::kBackend; }

  const Config config_;
  std::unique_ptr<const Classifier> classifier_;
  std::unique_ptr<const RemoteExamples> remote_;
};

bool calls_out_with(std::string_view config) {
  Config out;
  read(config, out);
  return out.embeddings.type == Embeddings::Type::kBackend;
}

Result<std::unique_ptr<const pipeline::ProcessorFactory>> make(const config::ProcessorSpec& spec) {
  TIDEGATE_TRY(config, make_config<Config>(spec));
  auto factory = std::make_unique<Factory>(std::move(config));
  TIDEGATE_TRY_VOID(factory->load());
  return factory;
}

}  // namespace

pipeline::BuiltinProcessor semantic_router() {
  config::ProcessorType type;
  type.name = "SemanticRouter";
  type.phases = {Phase::kRequestHeaders, Phase::kRequestBody, Phase::kResponseHeaders};
  type.check = check_config<Config>;
  type.calls_out_with = calls_out_with;
  type.reads_files = true;
  return {type, make};
}

}  // namespace tidegate::processors::semantic_router
