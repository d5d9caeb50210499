#include "gatewayapi/backend/backend_table.h"

#include <fmt/format.h>

#include <functional>
#include <utility>

#include "gatewayapi/backend/destination.h"
#include "gatewayapi/backend/group.h"
#include "gatewayapi/backend/service.h"
#include "gatewayapi/backend/service_destination.h"

namespace tidegate::gatewayapi {
namespace {

constexpr std::uint16_t kUnusableStatus = 500;

ResolvedBackend resolve(const BackendKey& key, const BackendInputs& inputs) {
  return key.own_kind ? resolve_destination(key, inputs) : resolve_service(key, inputs);
}

bool same_tls(const config::UpstreamTls* a, const config::UpstreamTls* b) {
  return a == b || (a != nullptr && b != nullptr && *a == *b);
}

bool same_credentials(const config::Credentials* a, const config::Credentials* b) {
  return a == b || (a != nullptr && b != nullptr && *a == *b);
}

bool same_group(const config::Group* a, const config::Group* b) {
  return a == b || (a != nullptr && b != nullptr && *a == *b);
}

bool same_strain(const config::Backend& a, const config::Backend& b) {
  return a.region == b.region && a.parent == b.parent && a.health == b.health &&
         a.balance == b.balance && a.max_connections == b.max_connections &&
         a.max_pending == b.max_pending && a.max_requests == b.max_requests;
}

bool same_backend(const config::Backend* a, const config::Backend* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return a->id == b->id && a->destination == b->destination && a->protocol == b->protocol &&
         same_tls(a->tls.get(), b->tls.get()) && a->dns == b->dns && a->proxy == b->proxy &&
         a->ai == b->ai && a->api_key == b->api_key && a->login == b->login &&
         same_credentials(a->credentials.get(), b->credentials.get()) && a->host == b->host &&
         a->connect_timeout == b->connect_timeout && same_strain(*a, *b) &&
         same_group(a->group.get(), b->group.get());
}

// Whether the key's own object changed, or the Service that it is a Backend of.
bool may_have_changed(const BackendKey& key, const BackendChanges& changes,
                      const BackendInputs& inputs) {
  if (changes.everything || changes.names.contains({key.namespace_, key.name})) return true;
  const auto* object = find_object(key, inputs.lookup.index);
  return object != nullptr && find_service_destination(*object) != nullptr &&
         changes.names.contains(service_name_of(*object));
}

const resource::Backend* find_group_object(const BackendKey& key, const BackendInputs& inputs) {
  const auto* object = find_object(key, inputs.lookup.index);
  return object != nullptr && find_group(*object) != nullptr ? object : nullptr;
}

}  // namespace

const resource::Backend* find_object(const BackendKey& key, const ResourceIndex& index) {
  return key.own_kind ? index.backends.find(*key.own_kind, key.namespace_, key.name) : nullptr;
}

std::string_view id_suffix(BackendUse use) {
  switch (use) {
    case BackendUse::kHttp:
    case BackendUse::kStore:
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
  return value * 31 + key->port * 16U + (key->near ? 8U : 0U) +
         static_cast<std::size_t>(key->use) * 3 +
         (key->own_kind ? 1 + static_cast<std::size_t>(*key->own_kind) : 0);
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

// Members are backends like others, with entries of their own.
BackendTable::Entry BackendTable::make_group_entry(const BackendKey& key,
                                                   const resource::Backend& object,
                                                   const BackendInputs& inputs) {
  ResolvedBackend made;
  made.key = key;
  made.error_status = kUnusableStatus;
  if (key.use != BackendUse::kHttp && key.use != BackendUse::kGrpc) {
    made.unresolved = {Reason::kUnsupportedProtocol,
                       fmt::format("Backend {}/{} is a group, which serves HTTP and gRPC alone",
                                   key.namespace_, key.name)};
    return std::make_shared<const ResolvedBackend>(std::move(made));
  }
  std::vector<std::shared_ptr<const config::Backend>> members;
  if (!check_group(object, inputs.lookup)) {
    for (const auto& member : find_group(object)->members) {
      const auto wanted = member_key(object, member, key.use, inputs.lookup);
      members.emplace_back();
      if (!wanted) continue;
      const std::uint32_t index = find_or_resolve(*wanted, inputs);
      made.members.push_back(index);
      members.back() = at(index).backend;
    }
    made.backend = make_group(
        object, fmt::format("Backend/{}/{}{}", key.namespace_, key.name, id_suffix(key.use)),
        members);
  }
  if (made.backend) made.error_status = 0;
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
  const resource::Backend* group = find_group_object(key, inputs);
  Entry made =
      group != nullptr ? make_group_entry(key, *group, inputs) : make_entry(key, plain, inputs);
  const auto index = static_cast<std::uint32_t>(entries_.size());
  entries_.push_back(std::move(made));
  by_key_.emplace(&entries_.back()->key, index);
  return index;
}

BackendTable BackendTable::refresh(const BackendTable& old, const BackendChanges& changes,
                                   const BackendInputs& inputs, std::vector<bool>& changed) {
  BackendTable table;
  table.entries_ = old.entries_;
  changed.assign(old.entries_.size(), false);
  const auto replace = [&](std::uint32_t i, const Entry& made) {
    const ResolvedBackend& before = old.at(i);
    auto now = std::make_shared<ResolvedBackend>(*made);
    if (same_backend(now->backend.get(), before.backend.get())) now->backend = before.backend;
    changed[i] = now->backend != before.backend || now->error_status != before.error_status ||
                 now->unresolved != before.unresolved;
    table.entries_[i] = std::move(now);
  };
  std::vector<std::uint32_t> groups;  // after their members, which may be new
  for (std::uint32_t i = 0; i < old.entries_.size(); ++i) {
    const BackendKey& key = old.at(i).key;
    if (find_group_object(key, inputs) != nullptr) {
      groups.push_back(i);
      continue;
    }
    if (!may_have_changed(key, changes, inputs)) continue;
    std::optional<std::uint32_t> plain;
    if (!key.client_of.empty()) {
      BackendKey without = key;
      without.client_of.clear();
      plain = old.by_key_.at(&without);
    }
    replace(i, table.make_entry(key, plain, inputs));
  }
  table.by_key_.reserve(table.entries_.size());
  for (std::uint32_t i = 0; i < table.entries_.size(); ++i) {
    table.by_key_.emplace(&table.entries_[i]->key, i);
  }
  for (const std::uint32_t i : groups) {
    const BackendKey key = old.at(i).key;
    const Entry made = table.make_group_entry(key, *find_group_object(key, inputs), inputs);
    table.by_key_.erase(&table.entries_[i]->key);
    replace(i, made);
    table.by_key_.emplace(&table.entries_[i]->key, i);
  }
  return table;
}

}  // namespace tidegate::gatewayapi
