#include "gatewayapi/backend/backend_table.h"

#include <functional>
#include <utility>

#include "gatewayapi/backend/destination.h"
#include "gatewayapi/backend/service.h"

namespace tidegate::gatewayapi {
namespace {

ResolvedBackend resolve(const BackendKey& key, const BackendInputs& inputs) {
  return key.own_kind ? resolve_destination(key, inputs) : resolve_service(key, inputs);
}

bool same_tls(const config::UpstreamTls* a, const config::UpstreamTls* b) {
  return a == b || (a != nullptr && b != nullptr && *a == *b);
}

bool same_backend(const config::Backend* a, const config::Backend* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return a->id == b->id && a->destination == b->destination && a->protocol == b->protocol &&
         same_tls(a->tls.get(), b->tls.get()) && a->ai == b->ai && a->api_key == b->api_key &&
         a->host == b->host && a->connect_timeout == b->connect_timeout &&
         a->max_connections == b->max_connections;
}

}  // namespace

std::string_view id_suffix(BackendUse use) {
  switch (use) {
    case BackendUse::kHttp:
      return "";
    case BackendUse::kGrpc:
      return "/grpc";
    case BackendUse::kTcp:
      return "/tcp";
    case BackendUse::kTls:
      return "/tls";
    case BackendUse::kUdp:
      return "/udp";
  }
  return "";
}

std::size_t BackendTable::KeyHash::operator()(const BackendKey& key) const noexcept {
  const std::hash<std::string_view> hash;
  std::size_t value = hash(key.namespace_);
  value = value * 31 + hash(key.name);
  value = value * 31 + hash(key.client_of);
  return value * 31 + key.port * 16U + static_cast<std::size_t>(key.use) * 2 +
         (key.own_kind ? 1 : 0);
}

std::uint32_t BackendTable::find_or_resolve(const BackendKey& key, const BackendInputs& inputs) {
  const auto [found, added] = by_key_.try_emplace(key, static_cast<std::uint32_t>(entries_.size()));
  const std::uint32_t index = found->second;
  if (!added) return index;
  entries_.push_back(resolve(key, inputs));
  if (!key.client_of.empty()) {
    BackendKey plain = key;
    plain.client_of.clear();
    share_with_plain(index, find_or_resolve(plain, inputs));
  }
  return index;
}

// A backend without TLS has no use for a client certificate: it stays one object.
void BackendTable::share_with_plain(std::uint32_t index, std::uint32_t plain) {
  ResolvedBackend& entry = entries_[index];
  ResolvedBackend& other = entries_[plain];
  if (!entry.backend || !same_backend(entry.backend.get(), other.backend.get())) return;
  entry.backend = other.backend;
  entry.shared = other.shared = true;
}

BackendTable BackendTable::refresh(const BackendTable& old, const BackendInputs& inputs,
                                   std::vector<bool>& changed) {
  BackendTable table;
  table.by_key_ = old.by_key_;
  table.entries_.reserve(old.entries_.size());
  changed.assign(old.entries_.size(), false);
  for (std::size_t i = 0; i < old.entries_.size(); ++i) {
    const ResolvedBackend& before = old.entries_[i];
    ResolvedBackend now = resolve(before.key, inputs);
    if (same_backend(now.backend.get(), before.backend.get())) now.backend = before.backend;
    changed[i] = now.backend != before.backend || now.error_status != before.error_status ||
                 now.unresolved != before.unresolved;
    table.entries_.push_back(std::move(now));
  }
  for (std::uint32_t i = 0; i < table.entries_.size(); ++i) {
    BackendKey plain = table.entries_[i].key;
    if (plain.client_of.empty()) continue;
    plain.client_of.clear();
    table.share_with_plain(i, table.by_key_.at(plain));
  }
  return table;
}

}  // namespace tidegate::gatewayapi
