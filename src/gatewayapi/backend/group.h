// A Backend of type Group: its members judged, and put together for the data plane.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <span>

#include "config/backend.h"
#include "gatewayapi/backend/backend_table.h"
#include "gatewayapi/condition.h"
#include "resource/backend.h"

namespace tidegate::gatewayapi {

// Whether a Backend is a group.
const resource::GroupDestination* find_group(const resource::Backend& backend);

// What is wrong with the group itself: a member that is a group too (so there are no cycles),
// regions that contradict each other. Reason Invalid.
std::optional<Problem> check_group(const resource::Backend& backend, const Lookup& lookup);

// The key of a member as a backend of its own.
// Problems: InvalidKind, RefNotPermitted, BackendNotFound.
std::expected<BackendKey, Problem> member_key(const resource::Backend& backend,
                                              const resource::GroupMember& member, BackendUse use,
                                              const Lookup& lookup);

// The backend that stands for the group. `members` are those of the resource in its order; null:
// that one cannot be used and is left out. Null when none can be.
std::shared_ptr<config::Backend> make_group(
    const resource::Backend& backend, std::string id,
    std::span<const std::shared_ptr<const config::Backend>> members);

// spec.health of any Backend.
config::Health make_health(const resource::BackendHealth& health);
config::Balance make_balance(resource::Balance balance);

}  // namespace tidegate::gatewayapi
