// x-tidegate-attempts: the tries that an answer took, in order: "openai-us;429, azure-eu;200".
// Only where a group was asked.
#pragma once

#include <span>
#include <string_view>

#include "base/arena.h"
#include "telemetry/access_record.h"

namespace tidegate::proxy {

inline constexpr std::string_view kAttemptsField = "x-tidegate-attempts";

// The text, in the arena. A backend goes by its name, without kind, namespace and port.
std::string_view format_attempts(std::span<const telemetry::TryRecord> tries, Arena& arena);

}  // namespace tidegate::proxy
