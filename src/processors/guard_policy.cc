#include "processors/guard_policy.h"

#include "decode/parts.h"
#include "decode/scalars.h"

namespace tidegate::processors {

using guard::Rule;

void read_rule_names(decode::ObjectReader& object, std::string_view key,
                     std::vector<std::string>& out) {
  object.list(key, out, {.max = 256},
              decode::Text{.min = 1, .max = 64, .valid = nullptr, .must = {}});
}

void read_guard_policy(decode::ObjectReader& object, guard::Syntax syntax, guard::Policy& policy,
                       std::vector<Rule>& rules) {
  constexpr decode::Int<int> kParanoia{.min = 1, .max = 4};
  object.optional("paranoia", policy.paranoia, kParanoia);
  object.optional("detectionParanoia", policy.detection_paranoia, kParanoia);
  read_rule_names(object, "exclude", policy.exclude);
  read_rule_names(object, "shadow", policy.shadow);
  object.list("rules", rules, {.max = 256}, [syntax](const decode::Node& node, Rule& out) {
    guard::read_rule(node, {}, syntax, guard::Compile::kYes, out);
  });
  decode::check_unique(
      object, "rules", rules, [](const Rule& rule) { return rule.id; },
      "has the id of another rule");
}

}  // namespace tidegate::processors
