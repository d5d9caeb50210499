#include <fmt/format.h>

#include "decode/parts.h"

namespace tidegate::decode {
namespace {

using resource::LabelSelectorRequirement;

constexpr Text kMetadataName{
    .min = 1, .max = 253, .valid = is_dns_name, .must = "be a lower case DNS name"};
constexpr Text kLabelKey{
    .min = 1, .max = 317, .valid = is_qualified_name, .must = "be a label key"};
constexpr Strings kLabels{
    .key = kLabelKey, .value = {.max = 63, .valid = is_label_value, .must = "be a label value"}};
constexpr Strings kAnnotations{.key = kLabelKey, .value = {}};

constexpr Choice<LabelSelectorRequirement::Operator> kOperators[] = {
    {"In", LabelSelectorRequirement::Operator::kIn},
    {"NotIn", LabelSelectorRequirement::Operator::kNotIn},
    {"Exists", LabelSelectorRequirement::Operator::kExists},
    {"DoesNotExist", LabelSelectorRequirement::Operator::kDoesNotExist},
};

void read_requirement(const Node& node, LabelSelectorRequirement& out) {
  ObjectReader object(node);
  object.required("key", out.key, kLabelKey);
  const bool known = object.required("operator", out.op, one_of(kOperators));
  object.list("values", out.values, {}, kAnyText);
  if (!known) return;
  const bool needs_values = out.op == LabelSelectorRequirement::Operator::kIn ||
                            out.op == LabelSelectorRequirement::Operator::kNotIn;
  if (needs_values && out.values.empty())
    object.fail("values", "must not be empty for In and NotIn");
  if (!needs_values && !out.values.empty()) {
    object.fail("values", "must be empty for Exists and DoesNotExist");
  }
}

}  // namespace

void read_metadata(const Node& node, Scope scope, resource::ObjectMeta& out) {
  ObjectReader object(node);
  object.required("name", out.name, kMetadataName);
  if (scope == Scope::kNamespaced) {
    out.namespace_ = "default";
    object.optional("namespace", out.namespace_, kNamespace);
  } else if (std::string ignored; object.optional("namespace", ignored, kAnyText)) {
    object.fail("namespace", "must be absent: this kind belongs to no namespace");
  }
  object.optional("labels", out.labels, kLabels);
  object.optional("annotations", out.annotations, kAnnotations);
  object.optional("creationTimestamp", out.creation_timestamp, read_timestamp);
  object.optional("generation", out.generation, Int<std::int64_t>{.min = 0});
  object.optional("uid", out.uid, kAnyText);
  object.ignore({"resourceVersion", "managedFields", "ownerReferences", "finalizers", "selfLink",
                 "generateName", "deletionTimestamp", "deletionGracePeriodSeconds"});
}

void read_label_selector(const Node& node, resource::LabelSelector& out) {
  ObjectReader object(node);
  object.optional("matchLabels", out.match_labels, kLabels);
  object.list("matchExpressions", out.match_expressions, {}, read_requirement);
}

}  // namespace tidegate::decode
