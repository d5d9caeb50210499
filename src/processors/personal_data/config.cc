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

void read_groups(const Node& node, Actions& out) {
  ObjectReader object(node);
  const auto action = [&](std::string_view name, Group group) {
    object.optional(name, out[static_cast<std::size_t>(group)], decode::one_of(kActions));
  };
  action("contact", Group::kContact);
  action("financial", Group::kFinancial);
  action("identity", Group::kIdentity);
  action("network", Group::kNetwork);
  action("credential", Group::kCredential);
}

void read_actions(ObjectReader& object, Actions& out, Action usual) {
  object.optional("action", usual, decode::one_of(kActions));
  out.fill(usual);
  object.optional("actions", out, read_groups);
}

bool has(const Actions& actions, Action action) {
  return std::ranges::find(actions, action) != actions.end();
}

void read_replies(const Node& node, Actions& out) {
  ObjectReader object(node);
  read_actions(object, out, Action::kRedact);
  if (has(out, Action::kPlaceholder)) {
    node.fail("Placeholder is for requests: nobody would restore what the model says");
  }
}

void read_secret(const Node& node, config::SecretReference& out) {
  resource::SecretKeyReference ref;
  decode::read_secret_key(node, ref);
  out.path = "secretRef";
  out.namespace_ = ref.secret.namespace_.value_or("");
  out.name = ref.secret.name;
  out.key = ref.key.empty() ? "key" : ref.key;
}

void read_hold_back(const Node& node, std::chrono::milliseconds& out) {
  ObjectReader object(node);
  object.optional("time", out, decode::read_duration);
}

void read_all(const Node& node, Config& out) {
  ObjectReader object(node);
  read_actions(object, out.actions, Action::kRedact);
  object.optional("replies", out.replies, read_replies);
  object.optional("holdBack", out.max_held_time, read_hold_back);
  object.list("detect", out.detect, {.max = 256}, read_id);
  object.optional("threshold", out.threshold, decode::Int<std::uint64_t>{.min = 1, .max = 100});
  object.optional("secretRef", out.secret_ref, read_secret);
  const bool needs_key = out.uses(Action::kHash) || out.uses(Action::kPlaceholder);
  if (needs_key && !object.has("secretRef")) {
    node.fail("needs a secretRef: Hash and Placeholder are keyed");
  }
}

}  // namespace

bool Config::uses(Action action) const { return has(actions, action) || has(replies, action); }

bool Config::filters_replies() const {
  return std::ranges::any_of(replies, [](Action one) { return one != Action::kReport; });
}

std::string Config::replacement(Action action, const tidegate::pii::Finding& finding,
                                std::string_view value) const {
  if (action == Action::kMask) return tidegate::pii::mask(value);
  if (action == Action::kHash) return tidegate::pii::hash(*finding.rule, value, key);
  return tidegate::pii::redact(*finding.rule);
}

std::vector<std::string> read(std::string_view json, Config& out) {
  return read_config(json, out, read_all);
}

std::vector<config::SecretReference> list_secrets(std::string_view json) {
  Config config;
  if (!read(json, config).empty() || config.secret_ref.name.empty()) return {};
  return {config.secret_ref};
}

}  // namespace tidegate::processors::personal_data
