// Finds resources by namespace and name.
//
// Holds views into the objects of one ResourceSet; whoever keeps an index keeps that set too.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "resource/resource_set.h"

namespace tidegate::gatewayapi {

// A namespaced name, by view.
struct ObjectName {
  std::string_view namespace_;
  std::string_view name;
  friend bool operator==(const ObjectName&, const ObjectName&) = default;
};

struct ObjectNameHash {
  // Not noexcept, so that maps keep the hash of each key and rarely compare names.
  std::size_t operator()(const ObjectName& key) const {
    const std::hash<std::string_view> hash;
    return hash(key.namespace_) * 31 + hash(key.name);
  }
};

template <class T>
class ObjectIndex {
 public:
  ObjectIndex() = default;
  explicit ObjectIndex(const resource::Objects<T>& objects) {
    by_name_.reserve(objects.size());
    for (const auto& object : objects) {
      by_name_.emplace(ObjectName{object->meta.namespace_, object->meta.name}, object.get());
    }
  }
  // Null when there is none.
  const T* find(std::string_view namespace_, std::string_view name) const {
    const auto found = by_name_.find(ObjectName{namespace_, name});
    return found == by_name_.end() ? nullptr : found->second;
  }

 private:
  std::unordered_map<ObjectName, const T*, ObjectNameHash> by_name_;
};

// Backends by kind, namespace and name.
class BackendIndex {
 public:
  explicit BackendIndex(const resource::Objects<resource::Backend>& objects);
  // Null when there is none.
  const resource::Backend* find(resource::Backend::Kind kind, std::string_view namespace_,
                                std::string_view name) const {
    return by_kind_[static_cast<std::size_t>(kind)].find(namespace_, name);
  }

 private:
  std::array<ObjectIndex<resource::Backend>, 2> by_kind_;
};

// The objects that others refer to.
struct ResourceIndex {
  explicit ResourceIndex(const resource::ResourceSet& resources);

  ObjectIndex<resource::Service> services;
  ObjectIndex<resource::SecretObject> secrets;
  ObjectIndex<resource::ConfigMap> config_maps;
  BackendIndex backends;
  ObjectIndex<resource::Namespace> namespaces;  // by empty namespace and name

  // The EndpointSlices of a Service; empty when there are none.
  const std::vector<const resource::EndpointSlice*>& find_slices(std::string_view namespace_,
                                                                 std::string_view service) const;

 private:
  std::unordered_map<ObjectName, std::vector<const resource::EndpointSlice*>, ObjectNameHash>
      slices_;
};

// The Service that a slice belongs to; empty: none.
std::string_view service_of(const resource::EndpointSlice& slice);

// The value of a label; empty when there is none.
std::string_view find_label(const resource::StringMap& labels, std::string_view key);

}  // namespace tidegate::gatewayapi
