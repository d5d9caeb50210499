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
#include <vector>

#include "config/backend.h"
#include "gatewayapi/backend/tls_policies.h"
#include "gatewayapi/condition.h"
#include "gatewayapi/tls/references.h"

namespace tidegate::gatewayapi {

// What a route wants from a backend: the same Service port is a different destination for gRPC than
// for bytes.
enum class BackendUse : std::uint8_t {
  kHttp,
  kGrpc,  // always HTTP/2
  kTcp,   // bytes as they come
  kTls,   // bytes of a terminated TLS connection: BackendTLSPolicy applies
  kUdp,
};

// Tells destinations of one port apart in config::Backend::id: "", "/grpc", "/tcp", "/tls", "/udp".
std::string_view id_suffix(BackendUse use);

struct BackendKey {
  std::string namespace_;
  std::string name;
  std::uint16_t port = 0;  // 0: the Backend's first
  BackendUse use = BackendUse::kHttp;
  bool own_kind = false;  // our Backend kind; else a Service
  // The Gateway ("namespace/name") whose client certificate is presented; empty: none.
  std::string client_of;
  friend bool operator==(const BackendKey&, const BackendKey&) = default;
};

struct ResolvedBackend {
  BackendKey key;
  std::shared_ptr<const config::Backend> backend;  // null: nothing to send to, answer error_status
  std::uint16_t error_status = 0;
  std::optional<Problem> unresolved;  // for the route's ResolvedRefs
  bool shared = false;                // `backend` is also another entry's
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

class BackendTable {
 public:
  // Finds the entry for a key, resolving it on first use. The index is stable, references are not.
  std::uint32_t find_or_resolve(const BackendKey& key, const BackendInputs& inputs);
  const ResolvedBackend& at(std::uint32_t index) const { return entries_[index]; }
  std::size_t size() const { return entries_.size(); }

  // Resolves every entry of `old` again at the same index; `changed` says which came out different.
  static BackendTable refresh(const BackendTable& old, const BackendInputs& inputs,
                              std::vector<bool>& changed);

 private:
  struct KeyHash {
    std::size_t operator()(const BackendKey& key) const noexcept;
  };
  void share_with_plain(std::uint32_t index, std::uint32_t plain);

  std::vector<ResolvedBackend> entries_;
  std::unordered_map<BackendKey, std::uint32_t, KeyHash> by_key_;
};

}  // namespace tidegate::gatewayapi
