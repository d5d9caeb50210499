#include "gatewayapi/permissions.h"

#include <algorithm>

namespace tidegate::gatewayapi {
namespace {

bool has_label(const resource::StringMap& labels, std::string_view key) {
  return std::ranges::any_of(labels, [&](const auto& label) { return label.first == key; });
}

bool requirement_matches(const resource::LabelSelectorRequirement& requirement,
                         const resource::StringMap& labels) {
  using Operator = resource::LabelSelectorRequirement::Operator;
  const bool present = has_label(labels, requirement.key);
  const bool listed =
      present && std::ranges::find(requirement.values, find_label(labels, requirement.key)) !=
                     requirement.values.end();
  switch (requirement.op) {
    case Operator::kIn:
      return listed;
    case Operator::kNotIn:
      return !listed;
    case Operator::kExists:
      return present;
    case Operator::kDoesNotExist:
      return !present;
  }
  return false;
}

bool grant_covers(const resource::ReferenceGrant& grant, const Referent& from, const Referent& to) {
  const bool from_listed = std::ranges::any_of(grant.from, [&](const auto& f) {
    return f.group == from.group && f.kind == from.kind && f.namespace_ == from.namespace_;
  });
  if (!from_listed) return false;
  return std::ranges::any_of(grant.to, [&](const auto& t) {
    // An empty name is the same as none: every object of that kind.
    return t.group == to.group && t.kind == to.kind &&
           (!t.name || t.name->empty() || *t.name == to.name);
  });
}

}  // namespace

Grants::Grants(const resource::Objects<resource::ReferenceGrant>& grants) {
  for (const auto& grant : grants) by_namespace_[grant->meta.namespace_].push_back(grant.get());
}

bool Grants::permits(const Referent& from, const Referent& to) const {
  if (from.namespace_ == to.namespace_) return true;
  const auto found = by_namespace_.find(to.namespace_);
  if (found == by_namespace_.end()) return false;
  return std::ranges::any_of(found->second, [&](const resource::ReferenceGrant* grant) {
    return grant_covers(*grant, from, to);
  });
}

bool selector_matches(const resource::LabelSelector& selector, const resource::StringMap& labels) {
  const bool labels_match = std::ranges::all_of(selector.match_labels, [&](const auto& wanted) {
    return has_label(labels, wanted.first) && find_label(labels, wanted.first) == wanted.second;
  });
  return labels_match &&
         std::ranges::all_of(selector.match_expressions, [&](const auto& requirement) {
           return requirement_matches(requirement, labels);
         });
}

bool namespace_allowed(const resource::NamespaceRule& rule, std::string_view own_namespace,
                       std::string_view namespace_,
                       const ObjectIndex<resource::Namespace>& namespaces) {
  switch (rule.from) {
    case resource::FromNamespaces::kAll:
      return true;
    case resource::FromNamespaces::kNone:
      return false;
    case resource::FromNamespaces::kSame:
      return own_namespace == namespace_;
    case resource::FromNamespaces::kSelector:
      break;
  }
  if (!rule.selector) return false;
  resource::StringMap labels;
  if (const auto* object = namespaces.find("", namespace_)) labels = object->meta.labels;
  constexpr std::string_view kNameLabel = "kubernetes.io/metadata.name";
  if (!has_label(labels, kNameLabel)) labels.emplace_back(kNameLabel, namespace_);
  return selector_matches(*rule.selector, labels);
}

}  // namespace tidegate::gatewayapi
