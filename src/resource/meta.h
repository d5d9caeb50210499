// What every resource has: its metadata and the place it came from.
//
// Resources are plain data, decoded from YAML files or from the Kubernetes API with the API's
// defaults applied. An object is immutable once decoded and shared by pointer: an unchanged
// document keeps the same pointer across reloads, which is what makes an incremental compile
// possible. Optional means std::optional: absent is never written as an empty string or zero,
// except where the API itself says that both are the same.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tidegate::resource {

// Labels, annotations, options: in the order written, keys unique.
using StringMap = std::vector<std::pair<std::string, std::string>>;

struct ObjectMeta {
  std::string name;
  std::string namespace_;  // empty for cluster-scoped kinds (GatewayClass, Namespace)
  std::int64_t creation_timestamp =
      0;                        // seconds since the epoch; 0: unknown, which counts as oldest
  std::int64_t generation = 1;  // grows with each change of spec
  StringMap labels;
  StringMap annotations;
  std::string uid;
};

// Where an object came from, for messages.
struct Source {
  std::shared_ptr<const std::string>
      file;                // shared by all objects of a file; null: the Kubernetes API
  std::uint32_t line = 0;  // of the document's first line, from 1; 0: unknown
};

// A label query.   Source: k8s.io/apimachinery metav1.LabelSelector. Empty: matches everything.
struct LabelSelectorRequirement {
  enum class Operator : std::uint8_t { kIn, kNotIn, kExists, kDoesNotExist };
  std::string key;
  Operator op = Operator::kIn;
  std::vector<std::string> values;
};

struct LabelSelector {
  StringMap match_labels;
  std::vector<LabelSelectorRequirement> match_expressions;
};

inline constexpr char kGatewayGroup[] = "gateway.networking.k8s.io";
inline constexpr char kTidegateGroup[] = "tidegate.dev";
// Of the Kubernetes AI gateway working group, for its prototypes.
inline constexpr char kAiNetworkingGroup[] = "ainetworking.prototype.x-k8s.io";

}  // namespace tidegate::resource
