// AccessPolicy (tidegate.dev/v1alpha1): who may reach what. So far: where requests may go.
//
//   spec:
//     targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: chat, sectionName:
//     eu}] regions: {allow: [eu-west-1, eu-central-1]}
//
// sectionName is a listener of a Gateway or a rule of a route.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "resource/meta.h"
#include "resource/references.h"

namespace tidegate::resource {

struct RegionRules {
  std::vector<std::string> allow;  // 0..64; empty: none, so nothing is reached
};

struct AccessPolicy {
  ObjectMeta meta;
  Source source;
  std::vector<PolicyTargetReference> target_refs;  // 1..16
  std::optional<RegionRules> regions;
};

}  // namespace tidegate::resource
