// Values to typed resources: the entrance of this folder.
//
// Every field is checked as the CRDs state it (types, ranges, patterns, defaults, rules between
// fields), and every problem of a document is reported, not only the first. An object with an error
// is left out. `kind: List` and typed lists (`HTTPRouteList`) are expanded. Kinds of Kubernetes and
// of others that a gateway does not read are skipped with a warning; unknown kinds of our own
// groups are errors.
//
// Thread: any; no state.    Source: Gateway API v1.6.1, core/v1, discovery/v1,
// tidegate.dev/v1alpha1.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "decode/field_reader.h"
#include "resource/problem.h"
#include "resource/resource_set.h"
#include "yaml/value.h"

namespace tidegate::decode {

using AnyObject = std::variant<
    std::shared_ptr<const resource::GatewayClass>, std::shared_ptr<const resource::Gateway>,
    std::shared_ptr<const resource::ListenerSet>, std::shared_ptr<const resource::HttpRoute>,
    std::shared_ptr<const resource::GrpcRoute>, std::shared_ptr<const resource::TlsRoute>,
    std::shared_ptr<const resource::TcpRoute>, std::shared_ptr<const resource::UdpRoute>,
    std::shared_ptr<const resource::ReferenceGrant>,
    std::shared_ptr<const resource::BackendTlsPolicy>, std::shared_ptr<const resource::Backend>,
    std::shared_ptr<const resource::XBackendDestination>,
    std::shared_ptr<const resource::AccessPolicy>, std::shared_ptr<const resource::PayloadPipeline>,
    std::shared_ptr<const resource::Service>, std::shared_ptr<const resource::EndpointSlice>,
    std::shared_ptr<const resource::SecretObject>, std::shared_ptr<const resource::ConfigMap>,
    std::shared_ptr<const resource::Namespace>>;

// Which object it is: unique in a ResourceSet. Views into the object.
struct ObjectKey {
  std::string_view kind;
  std::string_view namespace_;  // empty for cluster-scoped kinds
  std::string_view name;
  friend auto operator<=>(const ObjectKey&, const ObjectKey&) = default;
};
ObjectKey key_of(const AnyObject& object);
const resource::Source& source_of(const AnyObject& object);

// Whether it points to no object: it was moved away.
bool is_null(const AnyObject& object);

// Appends an object to the vector of its kind.
void add_to(resource::ResourceSet& set, const AnyObject& object);
// Puts `now` in the place of `before`, found by pointer. REQUIRES: `before` is in the set; both are
// of the same kind.
void replace_in(resource::ResourceSet& set, const AnyObject& before, const AnyObject& now);

struct Options {
  std::shared_ptr<const std::string> file;  // for messages and Source; null: the Kubernetes API
  UnknownFields unknown_fields = UnknownFields::kError;
};

// Decodes one document. Appends to both vectors.
void decode_document(const yaml::Value& root, const Options& options,
                     std::vector<AnyObject>& objects, std::vector<resource::Problem>& problems);

}  // namespace tidegate::decode
