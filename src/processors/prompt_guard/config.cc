#include "processors/prompt_guard/config.h"

#include <algorithm>

#include "decode/parts.h"
#include "decode/scalars.h"
#include "processors/guard_policy.h"
#include "processors/read_config.h"

namespace tidegate::processors::prompt_guard {
namespace {

using decode::Node;
using decode::ObjectReader;
using tidegate::guard::Channel;
using tidegate::guard::Policy;
using tidegate::guard::TurnsPolicy;

constexpr decode::Choice<Action> kActions[] = {{"Report", Action::kReport},
                                               {"Flag", Action::kFlag},
                                               {"Redact", Action::kRedact},
                                               {"Block", Action::kBlock}};
constexpr decode::Int<std::uint64_t> kThreshold{.min = 1, .max = 10'000};
constexpr decode::Text kRuleName{.min = 1, .max = 64, .valid = nullptr, .must = {}};

// Channels of model calls, with the weights that they usually have: what operators write in system
// messages and what the model itself has said is not judged.
struct ChannelWeight {
  Channel channel;
  int usual;
};
constexpr ChannelWeight kWeights[] = {
    {Channel::kSystem, 0},     {Channel::kUser, 100},
    {Channel::kAssistant, 0},  {Channel::kReasoning, 0},
    {Channel::kToolCall, 0},   {Channel::kToolResult, 125},
    {Channel::kDocument, 125}, {Channel::kToolDescription, 100},
};

void read_weights(const Node& node, Policy& out) {
  ObjectReader object(node);
  for (const auto& [channel, usual] : kWeights) {
    object.optional(to_string(channel), out.weights[static_cast<std::size_t>(channel)],
                    decode::Int<int>{.min = 0, .max = 1000});
  }
}

void read_turns(const Node& node, TurnsPolicy& out) {
  constexpr decode::Int<int> kPercent{.min = 0, .max = 100};
  ObjectReader object(node);
  object.optional("last", out.last, decode::Int<std::size_t>{.min = 0, .max = 256});
  object.optional("ratio", out.ratio, kPercent);
  object.optional("category", out.category, kPercent);
  object.optional("rising", out.rising, kPercent);
  object.optional("repetition", out.repetition, kPercent);
}

void read_category(const Node& node, CategoryRule& out) {
  ObjectReader object(node);
  object.required("category", out.category, kRuleName);
  object.required("action", out.action, decode::one_of(kActions));
  object.optional("threshold", out.threshold, kThreshold);
}

void read_all(const Node& node, Config& out) {
  ObjectReader object(node);
  object.optional("action", out.action, decode::one_of(kActions));
  object.optional("threshold", out.threshold, kThreshold);
  object.list("categories", out.categories, {.max = 64}, read_category);
  object.optional("header", out.header, decode::kHeaderName);
  object.optional("mark", out.mark,
                  decode::Text{.min = 0, .max = 256, .valid = nullptr, .must = {}});
  object.optional("weights", out.policy, read_weights);
  object.optional("softPoints", out.policy.soft_points, decode::Int<int>{.min = 0, .max = 100});
  object.optional("turns", out.turns, read_turns);
  read_guard_policy(object, tidegate::guard::Syntax::kProse, out.policy, out.rules);
  decode::check_unique(
      object, "categories", out.categories, [](const CategoryRule& one) { return one.category; },
      "is there twice");
}

}  // namespace

bool Config::uses(Action wanted) const {
  return action == wanted ||
         std::ranges::find(categories, wanted, &CategoryRule::action) != categories.end();
}

std::vector<std::string> read(std::string_view json, Config& out) {
  out.policy.weights.fill(0);
  for (const auto& [channel, usual] : kWeights) {
    out.policy.weights[static_cast<std::size_t>(channel)] = usual;
  }
  auto problems = read_config(json, out, read_all);
  out.policy.all_places = out.uses(Action::kRedact);
  return problems;
}

}  // namespace tidegate::processors::prompt_guard
