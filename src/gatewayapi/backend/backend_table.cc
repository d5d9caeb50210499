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

bool same_credentials(const config::Credentials* a, const config::Credentials* b) {
  return a == b || (a != nullptr && b != nullptr && *a == *b);
}

bool same_backend(const config::Backend* a, const config::Backend* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return a->id == b->id && a->destination == b->destination && a->protocol == b->protocol &&
         same_tls(a->tls.get(), b->tls.get()) && a->ai == b->ai && a->api_key == b->api_key &&
         same_credentials(a->credentials.get(), b->credentials.get()) && a->host == b->host &&
         a->connect_timeout == b->connect_timeout && a->max_connections == b->max_connections;
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

// Calls `visit` with each object that is in one of two lists only.
template <class T, class Visit>
void for_each_difference(const resource::Objects<T>& before, const resource::Objects<T>& now,
                         Visit visit) {
  std::unordered_set<const T*> gone;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (i >= now.size() || now[i] != before[i]) gone.insert(before[i].get());
  }
  for (std::size_t i = 0; i < now.size(); ++i) {
    const bool in_place = i < before.size() && now[i] == before[i];
    if (!in_place && gone.erase(now[i].get()) == 0) visit(*now[i]);
  }
  for (const T* object : gone) visit(*object);
}

BackendChanges find_backend_changes(const resource::ResourceSet& before,
                                    const resource::ResourceSet& now) {
  BackendChanges changes;
  changes.everything = false;
  const auto add_own_name = [&](const auto& object) {
    changes.names.insert({object.meta.namespace_, object.meta.name});
  };
  for_each_difference(before.services, now.services, add_own_name);
  for_each_difference(before.backends, now.backends, add_own_name);
  for_each_difference(before.endpoint_slices, now.endpoint_slices, [&](const auto& slice) {
    changes.names.insert({slice.meta.namespace_, service_of(slice)});
  });
  return changes;
}

std::size_t BackendTable::KeyHash::operator()(const BackendKey* key) const {
  const std::hash<std::string_view> hash;
  std::size_t value = hash(key->namespace_);
  value = value * 31 + hash(key->name);
  value = value * 31 + hash(key->client_of);
  return value * 31 + key->port * 16U + static_cast<std::size_t>(key->use) * 2 +
         (key->own_kind ? 1 : 0);
}

BackendTable::Entry BackendTable::make_entry(const BackendKey& key,
                                             std::optional<std::uint32_t> plain,
                                             const BackendInputs& inputs) const {
  ResolvedBackend made = resolve(key, inputs);
  if (plain && made.backend && same_backend(made.backend.get(), at(*plain).backend.get())) {
    made.backend = at(*plain).backend;
    made.same_as = plain;
  }
  return std::make_shared<const ResolvedBackend>(std::move(made));
}

std::uint32_t BackendTable::find_or_resolve(const BackendKey& key, const BackendInputs& inputs) {
  const auto found = by_key_.find(&key);
  if (found != by_key_.end()) return found->second;
  std::optional<std::uint32_t> plain;
  if (!key.client_of.empty()) {
    BackendKey without = key;
    without.client_of.clear();
    plain = find_or_resolve(without, inputs);  // so its index is lower, as refresh() needs it
  }
  const auto index = static_cast<std::uint32_t>(entries_.size());
  entries_.push_back(make_entry(key, plain, inputs));
  by_key_.emplace(&entries_.back()->key, index);
  return index;
}

BackendTable BackendTable::refresh(const BackendTable& old, const BackendChanges& changes,
                                   const BackendInputs& inputs, std::vector<bool>& changed) {
  BackendTable table;
  table.entries_ = old.entries_;
  changed.assign(old.entries_.size(), false);
  for (std::uint32_t i = 0; i < old.entries_.size(); ++i) {
    const ResolvedBackend& before = old.at(i);
    const BackendKey& key = before.key;
    if (!changes.everything && !changes.names.contains({key.namespace_, key.name})) continue;
    std::optional<std::uint32_t> plain;
    if (!key.client_of.empty()) {
      BackendKey without = key;
      without.client_of.clear();
      plain = old.by_key_.at(&without);
    }
    auto now = std::make_shared<ResolvedBackend>(*table.make_entry(key, plain, inputs));
    if (same_backend(now->backend.get(), before.backend.get())) now->backend = before.backend;
    changed[i] = now->backend != before.backend || now->error_status != before.error_status ||
                 now->unresolved != before.unresolved;
    table.entries_[i] = std::move(now);
  }
  table.by_key_.reserve(table.entries_.size());
  for (std::uint32_t i = 0; i < table.entries_.size(); ++i) {
    table.by_key_.emplace(&table.entries_[i]->key, i);
  }
  return table;
}

}  // namespace tidegate::gatewayapi
