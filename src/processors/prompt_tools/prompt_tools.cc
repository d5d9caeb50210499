#include "processors/prompt_tools/prompt_tools.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "json/scan.h"
#include "llm/token_estimate.h"
#include "pipeline/splice.h"
#include "processors/config_factory.h"
#include "processors/prompt_tools/body_editor.h"
#include "processors/prompt_tools/config.h"
#include "processors/prompt_tools/prompt_call.h"
#include "processors/prompt_tools/structured_output.h"

namespace tidegate::processors::prompt_tools {
namespace {

using pipeline::Phase;
using pipeline::Step;
using pipeline::Turn;
using pipeline::Verdict;

constexpr std::size_t kMaxFieldBytes = 1024;

Step reject(Turn& turn, std::uint16_t status, std::string_view code, const std::string& message) {
  turn.effects.refusal = {.status = status, .code = code, .message = turn.arena.copy(message)};
  return Verdict::kReject;
}

// A client must not be able to say it itself: without a value that can stand in a field, it goes.
void put_header(Turn& turn, std::string_view name, std::optional<std::string_view> value) {
  const bool is_field = value && !value->empty() && value->size() <= kMaxFieldBytes &&
                        std::ranges::none_of(*value, [](char c) {
                          return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
                        });
  if (is_field) {
    turn.effects.set_header(name, *value);
  } else if (turn.message.request->fields.find(name)) {
    turn.effects.remove_header(name);
  }
}

class PromptTools final : public pipeline::Processor {
 public:
  explicit PromptTools(const Config& config) : config_(config) {
    if (config.output) output_.emplace(*config.output);
  }

  Step process(Turn& turn) override {
    switch (turn.phase) {
      case Phase::kRequestBody:
        return take_request(turn);
      case Phase::kResponseBody:
        return output_ && was_call_ ? output_->take_reply(turn) : Verdict::kContinue;
      case Phase::kStreamChunk:
        return output_ && was_call_ ? output_->take_event(turn) : Verdict::kContinue;
      default:
        return Verdict::kContinue;
    }
  }

 private:
  Step take_request(Turn& turn) {
    const std::string_view payload = turn.message.payload;
    if (config_.max_body_bytes && payload.size() > *config_.max_body_bytes) {
      return reject(turn, 413, "request_too_large",
                    fmt::format("the request is larger than {} bytes", *config_.max_body_bytes));
    }
    if (turn.message.facts == nullptr && !json::validate(payload, Origin::kDownstream)) {
      return Verdict::kContinue;  // no JSON, and no call that would have been refused for it
    }
    BodyEditor body(turn);
    for (const HeaderFromPayload& header : config_.headers) {
      put_header(turn, header.header, body.find_text(header.path));
    }
    if (turn.message.facts == nullptr) return Verdict::kContinue;
    for (const auto& [name, model] : config_.model_aliases) {
      if (turn.message.model == name) turn.effects.model = model;
    }
    return edit_call(turn, body);
  }

  Step edit_call(Turn& turn, BodyEditor& body) {
    std::vector<Decoration> prepend = config_.prepend;
    if (!config_.templates.empty()) {
      auto prompt = read_prompt(turn, body, config_.templates);
      if (!prompt) return std::move(prompt).error();
      if (*prompt) {
        Prompt& told = **prompt;
        if (!told.code.empty()) return reject(turn, told.status, told.code, told.message);
        std::ranges::move(told.messages, std::back_inserter(prepend));
        body.remove_member("prompt");
      }
    }
    if (const auto tokens = count_tokens(turn, prepend); tokens > config_.max_input_tokens) {
      return reject(turn, 413, "prompt_too_long",
                    fmt::format("the request is about {} tokens, of which {} are allowed", *tokens,
                                *config_.max_input_tokens));
    }
    if (!config_.edits_calls()) return Verdict::kContinue;
    if (config_.tools) {
      const auto judged = body.keep_tools(*config_.tools);
      if (!judged) return judged.error();
      if (!judged->empty()) {
        return reject(turn, 403, "tool_not_allowed",
                      fmt::format("the tool \"{}\" is not allowed", *judged));
      }
    }
    for (const Parameter& one : config_.overrides) body.override_parameter(one);
    for (const Parameter& one : config_.defaults) body.default_parameter(one);
    for (const Cap& one : config_.caps) body.cap_parameter(one);
    Result<void> edited;
    if (config_.max_output_tokens) edited = body.cap_output(*config_.max_output_tokens);
    if (edited) edited = body.decorate(prepend, config_.append);
    if (!edited) return std::move(edited).error();
    body.finish();
    return output_ ? note_output(turn) : Verdict::kContinue;
  }

  // About, of the body and of what a template adds; absent: nobody asks.
  std::optional<std::uint64_t> count_tokens(const Turn& turn,
                                            std::span<const Decoration> prepend) const {
    if (!config_.max_input_tokens) return std::nullopt;
    std::uint64_t tokens = llm::estimate_tokens(json::EscapedText(turn.message.payload)).value();
    for (const Decoration& one : prepend.subspan(config_.prepend.size())) {
      tokens += llm::estimate_tokens(json::EscapedText(one.content)).value();
    }
    return tokens;
  }

  // What the answer must be, as the request says it after all edits.
  Step note_output(Turn& turn) {
    auto edits = turn.effects.payload;
    if (auto fine = pipeline::arrange(edits, turn.message.payload.size()); !fine) {
      return std::move(fine).error();
    }
    const auto wrong = output_->take_request(turn, pipeline::splice(turn.message.payload, edits));
    if (!wrong) return wrong.error();
    if (!wrong->empty()) return reject(turn, 400, "invalid_schema", *wrong);
    was_call_ = true;
    return Verdict::kContinue;
  }

  const Config& config_;
  std::optional<StructuredOutput> output_;
  bool was_call_ = false;  // that output_ has seen
};

class Factory final : public ConfigFactory<PromptTools, Config> {
 public:
  using ConfigFactory::ConfigFactory;
  pipeline::PhaseSet phases() const override {
    if (config_.empty()) return {};
    pipeline::PhaseSet needed{Phase::kRequestBody};
    if (config_.output) {
      needed.add(Phase::kResponseBody);
      needed.add(Phase::kStreamChunk);
    }
    return needed;
  }
  bool may_wait() const override { return config_.output && config_.output->repair; }
};

bool calls_out_with(std::string_view config) {
  Config out;
  read(config, out);
  return out.output && out.output->repair;
}

}  // namespace

pipeline::BuiltinProcessor prompt_tools() {
  config::ProcessorType type;
  type.name = "PromptTools";
  type.phases = {Phase::kRequestBody, Phase::kResponseBody, Phase::kStreamChunk};
  type.check = check_config<Config>;
  type.calls_out_with = calls_out_with;
  return {type, make_factory<Factory, Config>};
}

}  // namespace tidegate::processors::prompt_tools
