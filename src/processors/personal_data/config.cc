#include "processors/personal_data/config.h"

#include <algorithm>

#include "decode/parts.h"
#include "decode/scalars.h"
#include "processors/read_config.h"

namespace tidegate::processors::personal_data {
namespace {

using decode::Node;
using decode::ObjectReader;
using tidegate::pii::Action;
using tidegate::pii::Group;

constexpr decode::Choice<Action> kActions[] = {
    {"Report", Action::kReport}, {"Redact", Action::kRedact},
    {"Mask", Action::kMask},     {"Hash", Action::kHash},
    {"Block", Action::kBlock},   {"Placeholder", Action::kPlaceholder}};

void read_id(const Node& node, std::string& out) {
  decode::Text{.min = 1, .max = 64}(node, out);
  if (!out.empty() && !tidegate::pii::is_rule(out)) node.fail("is not known");
}

void read_actions(const Node& node, Config& out) {
  ObjectReader object(node);
  const auto action = [&](std::string_view name, Group group) {
    object.optional(name, out.actions[static_cast<std::size_t>(group)], decode::one_of(kActions));
  };
  action("contact", Group::kContact);
  action("financial", Group::kFinancial);
  action("identity", Group::kIdentity);
  action("network", Group::kNetwork);
  action("credential", Group::kCredential);
}

void read_key(const Node& node, Secret& out) {
  std::string key;
  decode::Text{.min = 16, .max = 1024}(node, key);
  out = Secret(std::move(key));
}

void read_all(const Node& node, Config& out) {
  ObjectReader object(node);
  auto action = Action::kRedact;
  object.optional("action", action, decode::one_of(kActions));
  out.actions.fill(action);
  object.optional("actions", out, read_actions);
  object.list("detect", out.detect, {.max = 256}, read_id);
  object.optional("threshold", out.threshold, decode::Int<std::uint64_t>{.min = 1, .max = 100});
  object.optional("key", out.key, read_key);
  const bool needs_key = out.uses(Action::kHash) || out.uses(Action::kPlaceholder);
  if (needs_key && out.key.empty()) node.fail("needs a key: Hash and Placeholder are keyed");
}

}  // namespace

bool Config::uses(Action action) const {
  return std::ranges::find(actions, action) != actions.end();
}

std::vector<std::string> read(std::string_view json, Config& out) {
  return read_config(json, out, read_all);
}

std::vector<std::string> check(std::string_view json) {
  Config unused;
  return read(json, unused);
}

}  // namespace tidegate::processors::personal_data
