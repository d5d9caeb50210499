// A Backend of type KubernetesService: which Service it is, and what of it a Backend takes over.
#pragma once

#include <expected>
#include <optional>

#include "gatewayapi/backend/backend_table.h"
#include "gatewayapi/condition.h"
#include "resource/backend.h"

namespace tidegate::gatewayapi {

// Whether a Backend is a Service.
const resource::ServiceDestination* find_service_destination(const resource::Backend& backend);

// Where its Service is.
ObjectName service_name_of(const resource::Backend& backend);

// The key of the Service's port as a backend of its own.
// Problems: RefNotPermitted (another namespace needs a ReferenceGrant from Backend).
std::expected<BackendKey, Problem> service_key(const resource::Backend& backend,
                                               std::uint16_t number, BackendUse use,
                                               const Lookup& lookup);

// What is wrong with the reference: service_key()'s, BackendNotFound, InvalidKind (ExternalName).
std::optional<Problem> check_service_destination(const resource::Backend& backend,
                                                 const Lookup& lookup);

}  // namespace tidegate::gatewayapi
