#include "gatewayapi/index.h"

namespace tidegate::gatewayapi {

BackendIndex::BackendIndex(const resource::Objects<resource::Backend>& objects) {
  std::array<resource::Objects<resource::Backend>, 2> of_kind;
  for (const auto& object : objects) {
    of_kind[static_cast<std::size_t>(object->kind)].push_back(object);
  }
  for (std::size_t i = 0; i < of_kind.size(); ++i) by_kind_[i] = ObjectIndex(of_kind[i]);
}

ResourceIndex::ResourceIndex(const resource::ResourceSet& resources)
    : services(resources.services),
      secrets(resources.secrets),
      config_maps(resources.config_maps),
      backends(resources.backends),
      namespaces(resources.namespaces) {
  slices_.reserve(resources.endpoint_slices.size());
  for (const auto& slice : resources.endpoint_slices) {
    const auto service = service_of(*slice);
    if (service.empty()) continue;
    slices_[ObjectName{slice->meta.namespace_, service}].push_back(slice.get());
  }
}

const std::vector<const resource::EndpointSlice*>& ResourceIndex::find_slices(
    std::string_view namespace_, std::string_view service) const {
  static const std::vector<const resource::EndpointSlice*> kNone;
  const auto found = slices_.find(ObjectName{namespace_, service});
  return found == slices_.end() ? kNone : found->second;
}

std::string_view service_of(const resource::EndpointSlice& slice) {
  return find_label(slice.meta.labels, "kubernetes.io/service-name");
}

std::string_view find_label(const resource::StringMap& labels, std::string_view key) {
  for (const auto& [name, value] : labels) {
    if (name == key) return value;
  }
  return {};
}

}  // namespace tidegate::gatewayapi
