#include "gatewayapi/backend/service_destination.h"

#include <fmt/format.h>

#include <algorithm>

namespace tidegate::gatewayapi {
namespace {

std::optional<Problem> check_port(const resource::Service& service, std::uint16_t number) {
  const bool found = std::ranges::any_of(service.ports, [number](const auto& port) {
    return port.port == number && port.protocol == "TCP";
  });
  if (found) return std::nullopt;
  return Problem{Reason::kBackendNotFound,
                 fmt::format("destination.service: Service {}/{} has no TCP port {}",
                             service.meta.namespace_, service.meta.name, number)};
}

}  // namespace

const resource::ServiceDestination* find_service_destination(const resource::Backend& backend) {
  return std::get_if<resource::ServiceDestination>(&backend.destination);
}

ObjectName service_name_of(const resource::Backend& backend) {
  const auto& service = *find_service_destination(backend);
  return {service.namespace_ ? std::string_view(*service.namespace_)
                             : std::string_view(backend.meta.namespace_),
          service.name};
}

std::expected<BackendKey, Problem> service_key(const resource::Backend& backend,
                                               std::uint16_t number, BackendUse use,
                                               const Lookup& lookup) {
  const ObjectName name = service_name_of(backend);
  const bool permitted = lookup.grants.permits(
      {group_of(backend.kind), to_string(backend.kind), backend.meta.namespace_, {}},
      {"", "Service", name.namespace_, name.name});
  if (!permitted) {
    return std::unexpected(
        Problem{Reason::kRefNotPermitted,
                fmt::format("destination.service: no ReferenceGrant in namespace {} allows the "
                            "reference to Service {}",
                            name.namespace_, name.name)});
  }
  return BackendKey{.namespace_ = std::string(name.namespace_),
                    .name = std::string(name.name),
                    .port = number,
                    .use = use,
                    .own_kind = std::nullopt,
                    .client_of = {}};
}

std::optional<Problem> check_service_destination(const resource::Backend& backend,
                                                 const Lookup& lookup) {
  const auto key = service_key(backend, 0, BackendUse::kHttp, lookup);
  if (!key) return key.error();
  const auto* service = lookup.index.services.find(key->namespace_, key->name);
  if (service == nullptr) {
    return Problem{Reason::kBackendNotFound,
                   fmt::format("destination.service: Service {}/{} does not exist", key->namespace_,
                               key->name)};
  }
  if (service->type == "ExternalName") {
    return Problem{Reason::kInvalidKind,
                   fmt::format("destination.service: Service {}/{} is of type ExternalName, which "
                               "is refused; use an Fqdn destination",
                               key->namespace_, key->name)};
  }
  if (const auto port = find_service_destination(backend)->port) return check_port(*service, *port);
  for (const auto& port : backend.ports) {
    if (auto problem = check_port(*service, port.number)) return problem;
  }
  return std::nullopt;
}

}  // namespace tidegate::gatewayapi
