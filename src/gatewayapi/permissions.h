// Who may refer to whom: ReferenceGrants between namespaces, and namespace rules of listeners.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gatewayapi/index.h"
#include "resource/gateway.h"
#include "resource/policies.h"

namespace tidegate::gatewayapi {

// One end of a reference.
struct Referent {
  std::string_view group;
  std::string_view kind;
  std::string_view namespace_;
  std::string_view name;  // of the target; ignored for the referrer
};

class Grants {
 public:
  // Keeps views into `grants`: they must outlive this object.
  explicit Grants(const resource::Objects<resource::ReferenceGrant>& grants);

  // Whether `from` may refer to `to`: always within a namespace, else when some ReferenceGrant in
  // the namespace of `to` says so.
  bool permits(const Referent& from, const Referent& to) const;

 private:
  std::unordered_map<std::string_view, std::vector<const resource::ReferenceGrant*>> by_namespace_;
};

// Whether objects in `namespace_` fall under `rule`, seen from `own_namespace`. A namespace without
// a Namespace resource has the one label that Kubernetes gives to all: kubernetes.io/metadata.name.
bool namespace_allowed(const resource::NamespaceRule& rule, std::string_view own_namespace,
                       std::string_view namespace_,
                       const ObjectIndex<resource::Namespace>& namespaces);

// Whether labels satisfy a selector.
bool selector_matches(const resource::LabelSelector& selector, const resource::StringMap& labels);

}  // namespace tidegate::gatewayapi
