#include "processors/prompt_tools/prompt_tools.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "json/scan.h"
#include "llm/token_estimate.h"
#include "processors/config_factory.h"
#include "processors/prompt_tools/body_editor.h"
#include "processors/prompt_tools/config.h"

namespace tidegate::processors::prompt_tools {
namespace {

using pipeline::Step;
using pipeline::Verdict;

class PromptTools final : public pipeline::Processor {
 public:
  explicit PromptTools(const Config& config) : config_(config) {}

  Step process(pipeline::Turn& turn) override {
    const std::string_view payload = turn.message.payload;
    if (config_.max_body_bytes && payload.size() > *config_.max_body_bytes) {
      return reject(turn, 413, "request_too_large",
                    fmt::format("the request is larger than {} bytes", *config_.max_body_bytes));
    }
    if (turn.message.facts == nullptr && !json::validate(payload, Origin::kDownstream)) {
      return Verdict::kContinue;  // no JSON, and no call that would have been refused for it
    }
    BodyEditor body(turn);
    for (const HeaderFromPayload& header : config_.headers) put_header(turn, body, header);
    if (turn.message.facts == nullptr) return Verdict::kContinue;
    if (config_.max_input_tokens) {
      const auto tokens = llm::estimate_tokens(json::EscapedText(payload)).value();
      if (tokens > *config_.max_input_tokens) {
        return reject(turn, 413, "prompt_too_long",
                      fmt::format("the request is about {} tokens, of which {} are allowed", tokens,
                                  *config_.max_input_tokens));
      }
    }
    for (const auto& [name, model] : config_.model_aliases) {
      if (turn.message.model == name) turn.effects.model = model;
    }
    if (!config_.edits_calls()) return Verdict::kContinue;
    return edit_call(turn, body);
  }

 private:
  Step edit_call(pipeline::Turn& turn, BodyEditor& body) {
    if (config_.tools) {
      const auto judged = body.keep_tools(*config_.tools);
      if (!judged) return judged.error();
      if (!judged->empty()) {
        return reject(turn, 403, "tool_not_allowed",
                      fmt::format("the tool \"{}\" is not allowed", *judged));
      }
    }
    for (const Parameter& one : config_.overrides) body.override_member(one);
    for (const Parameter& one : config_.defaults) body.default_member(one);
    for (const Cap& one : config_.caps) body.cap_member(one);
    Result<void> edited;
    if (config_.max_output_tokens) edited = body.cap_output(*config_.max_output_tokens);
    if (edited) edited = body.decorate(config_.prepend, config_.append);
    if (!edited) return std::move(edited).error();
    body.finish();
    return Verdict::kContinue;
  }

  static Step reject(pipeline::Turn& turn, std::uint16_t status, std::string_view code,
                     const std::string& message) {
    turn.effects.refusal = {.status = status, .code = code, .message = turn.arena.copy(message)};
    return Verdict::kReject;
  }

  // A client must not be able to say it itself: where the payload does not, the field goes.
  static void put_header(pipeline::Turn& turn, const BodyEditor& body,
                         const HeaderFromPayload& header) {
    const auto value = body.find_text(header.path);
    if (value) {
      turn.effects.set_header(header.header, *value);
    } else if (turn.message.request->fields.find(header.header)) {
      turn.effects.remove_header(header.header);
    }
  }

  const Config& config_;
};

class Factory final : public ConfigFactory<PromptTools, Config> {
 public:
  using ConfigFactory::ConfigFactory;
  pipeline::PhaseSet phases() const override {
    if (config_.empty()) return {};
    return {pipeline::Phase::kRequestBody};
  }
};

}  // namespace

pipeline::BuiltinProcessor prompt_tools() {
  return {{"PromptTools", {pipeline::Phase::kRequestBody}, false, check_config<Config>},
          make_factory<Factory, Config>};
}

}  // namespace tidegate::processors::prompt_tools
