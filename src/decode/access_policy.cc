#include <tuple>

#include "decode/failover.h"
#include "decode/kinds.h"
#include "decode/parts.h"

namespace tidegate::decode {
namespace {

void read_regions(const Node& node, resource::RegionRules& out) {
  ObjectReader object(node);
  object.required_list("allow", out.allow, {.max = 64}, read_region);
}

void read_access_policy(const Node& node, resource::AccessPolicy& out) {
  ObjectReader spec(node);
  spec.required_list("targetRefs", out.target_refs, {.min = 1, .max = 16}, read_policy_target_ref);
  spec.required("regions", out.regions.emplace(), read_regions);
  check_unique(
      spec, "targetRefs", out.target_refs,
      [](const auto& ref) { return std::tuple(ref.group, ref.kind, ref.name, ref.section_name); },
      "names a target that came before");
}

}  // namespace

void read_body(ObjectReader& root, Version, resource::AccessPolicy& out) {
  root.required("spec", out, read_access_policy);
}

}  // namespace tidegate::decode
