#include "processors/web_signatures/web_signatures.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "guard/rule_file.h"
#include "processors/read_config.h"
#include "processors/web_signatures/config.h"
#include "waf/body.h"
#include "waf/engine.h"

namespace tidegate::processors::web_signatures {
namespace {

using pipeline::Phase;
using pipeline::Step;
using pipeline::Verdict;
using tidegate::guard::Hit;
using tidegate::guard::Score;
using waf::Engine;

class WebSignatures final : public pipeline::Processor {
 public:
  WebSignatures(const Config& config, const Engine& engine) : config_(config), engine_(engine) {}

  Step process(pipeline::Turn& turn) override {
    waf::Parts parts;
    const auto& request = *turn.message.request;
    if (turn.phase == Phase::kRequestHeaders) {
      // What the header says is the processor's word alone.
      if (config_.action == Action::kFlag && request.fields.find(config_.header))
        turn.effects.remove_header(config_.header);
      waf::read_head(request, turn.arena, parts);
    } else if (turn.phase == Phase::kRequestBody) {
      waf::read_body(request, turn.message.payload, turn.arena, parts);
      if (config_.oversize == Oversize::kReject && is_too_long(parts)) return refuse_size(turn);
    } else {
      return Verdict::kContinue;
    }
    if (auto looked = engine_.look(parts, hits_); !looked) return std::move(looked).error();
    if (hits_.empty()) return Verdict::kContinue;
    return act(turn, tidegate::guard::add_up(hits_, engine_.policy()));
  }

 private:
  bool is_too_long(const waf::Parts& parts) const {
    std::size_t size = 0;
    for (const auto& part : parts.parts) size += part.value.size();
    return size > config_.settings.max_text_bytes;
  }

  Step refuse_size(pipeline::Turn& turn) const {
    turn.effects.refusal = {
        .status = 413,
        .code = "request_too_large",
        .message = turn.arena.copy(fmt::format("the texts of a request may have {} bytes here",
                                               config_.settings.max_text_bytes))};
    return Verdict::kReject;
  }

  Step act(pipeline::Turn& turn, const Score& score) const {
    const auto text = turn.arena.copy(tidegate::guard::describe(score));
    turn.effects.detail = text;
    if (score.points < static_cast<int>(config_.threshold) * 100) return Verdict::kContinue;
    if (config_.action == Action::kFlag) turn.effects.set_header(config_.header, text);
    if (config_.action != Action::kBlock) return Verdict::kContinue;
    const auto heaviest =
        std::ranges::max_element(score.categories, {}, &tidegate::guard::CategoryScore::points);
    turn.effects.refusal = {.status = 403,
                            .code = "request_blocked",
                            .message = turn.arena.copy(fmt::format(
                                "the request was blocked by policy: {}", heaviest->category))};
    return Verdict::kReject;
  }

  const Config& config_;
  const Engine& engine_;
  std::vector<Hit> hits_;  // of the head, when the body is looked at
};

class Factory final : public pipeline::ProcessorFactory {
 public:
  Factory(Config config, Engine engine) : config_(std::move(config)), engine_(std::move(engine)) {}
  pipeline::PhaseSet phases() const override {
    if (!config_.body) return {Phase::kRequestHeaders};
    return {Phase::kRequestHeaders, Phase::kRequestBody};
  }
  pipeline::Processor* make(Arena& arena) const override {
    return pipeline::make_in<WebSignatures>(arena, config_, engine_);
  }

 private:
  const Config config_;
  const Engine engine_;
};

Result<std::unique_ptr<const pipeline::ProcessorFactory>> make(const config::ProcessorSpec& spec) {
  TIDEGATE_TRY(config, make_config<Config>(spec));
  TIDEGATE_TRY(builtin, tidegate::guard::builtin_web_rules());
  TIDEGATE_TRY(engine, Engine::make({std::move(builtin), config.rules}, config.settings));
  return std::make_unique<const Factory>(std::move(config), std::move(engine));
}

}  // namespace

pipeline::BuiltinProcessor web_signatures() {
  return {
      {"WebSignatures", {Phase::kRequestHeaders, Phase::kRequestBody}, false, check_config<Config>},
      make};
}

}  // namespace tidegate::processors::web_signatures
