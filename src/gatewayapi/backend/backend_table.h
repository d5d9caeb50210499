// Every destination that routes name, resolved once and shared by all of them.
//
// Entries are found or made by key and keep their index for the life of the table. A new table made
// from an old one resolves the same keys again and keeps the old config::Backend where nothing
// about it changed, so that pools, health and compiled routes survive a change elsewhere. Thread:
// one compile at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "config/backend.h"
#include "gatewayapi/backend/tls_policies.h"
#include "gatewayapi/condition.h"
#include "gatewayapi/index.h"
#include "gatewayapi/tls/references.h"

namespace tidegate::gatewayapi {

// What a route wants from a backend: the same Service port is a different destination for gRPC than
// for bytes.
enum class BackendUse : std::uint8_t {
  kHttp,
  kGrpc,  // always HTTP/2
  kTcp,   // bytes of a TCP connection, or of a TLS connection that ends here
  kTls,   // a TLS connection that is passed through: it is between the client and the backend
  kUdp,
  kStore,  // the port's own protocol, for processors: no route has this use
};

// Tells destinations of one port apart in config::Backend::id: "", "/grpc", "/tcp", "/tls", "/udp".
std::string_view id_suffix(BackendUse use);

struct BackendKey {
  std::string namespace_;
  std::string name;
  std::uint16_t port = 0;  // 0: the Backend's first
  BackendUse use = BackendUse::kHttp;
  std::optional<resource::Backend::Kind> own_kind;  // absent: a Service
  // The Gateway ("namespace/name") whose client certificate is presented; empty: none.
  std::string client_of;
  // Endpoints of a Service on the gateway's node, then of its zone, are preferred, unless the
  // Service says otherwise: for processors, whose calls delay every request.
  bool near = false;
  friend bool operator==(const BackendKey&, const BackendKey&) = default;
};

// The Backend that a key names; null for a Service, or where there is none.
const resource::Backend* find_object(const BackendKey& key, const ResourceIndex& index);

struct ResolvedBackend {
  BackendKey key;
  std::shared_ptr<const config::Backend> backend;  // null: nothing to send to, answer error_status
  std::uint16_t error_status = 0;
  std::optional<Problem> unresolved;  // for the route's ResolvedRefs
  // The entry whose `backend` this is: one without TLS does not care for the client certificate.
  std::optional<std::uint32_t> same_as;
  std::vector<std::uint32_t> members;  // of a group: their entries
  std::vector<std::uint32_t>
      policies;  // BackendTLSPolicies that name it; indices into TlsPolicies::all()
};

// What Gateways present to their TLS backends, by "namespace/name" of the Gateway.
using ClientCertificates =
    std::unordered_map<std::string, std::shared_ptr<const config::Certificate>>;

// Everything that backends are resolved from.
struct BackendInputs {
  Lookup lookup;
  const TlsPolicies& policies;
  const ClientCertificates& client_certificates;
};

// What may have changed since a table was made.
struct BackendChanges {
  bool everything = true;
  // Otherwise: Services (their slices included) and Backends, by view into the objects of the new
  // or old ResourceSet.
  std::unordered_set<ObjectName, ObjectNameHash> names;
};

// Compares two sets by pointer. REQUIRES: they differ in Services, EndpointSlices and Backends
// alone.
BackendChanges find_backend_changes(const resource::ResourceSet& before,
                                    const resource::ResourceSet& now);

class BackendTable {
 public:
  // Finds the entry for a key, resolving it on first use.
  std::uint32_t find_or_resolve(const BackendKey& key, const BackendInputs& inputs);
  const ResolvedBackend& at(std::uint32_t index) const { return *entries_[index]; }
  std::size_t size() const { return entries_.size(); }

  // Resolves entries of `old` again at the same index; `changed` says which came out different.
  static BackendTable refresh(const BackendTable& old, const BackendChanges& changes,
                              const BackendInputs& inputs, std::vector<bool>& changed);

 private:
  struct KeyHash {
    std::size_t operator()(const BackendKey* key) const;
  };
  struct KeyEqual {
    bool operator()(const BackendKey* a, const BackendKey* b) const { return *a == *b; }
  };
  using Entry = std::shared_ptr<const ResolvedBackend>;

  // Resolves a key, aliasing the backend of `plain` (the same without client certificate) where
  // equal.
  Entry make_entry(const BackendKey& key, std::optional<std::uint32_t> plain,
                   const BackendInputs& inputs) const;

  Entry make_group_entry(const BackendKey& key, const resource::Backend& object,
                         const BackendInputs& inputs);

  std::vector<Entry> entries_;
  std::unordered_map<const BackendKey*, std::uint32_t, KeyHash, KeyEqual>
      by_key_;  // keys of entries_
};

}  // namespace tidegate::gatewayapi
