// The shared credentials file of AWS tools ("~/.aws/credentials"): sections of keys by profile.
// Thread: pure function.   Source: AWS SDKs and Tools Reference Guide, "Shared config and
// credentials files" (2025).
#pragma once

#include <string_view>

#include "base/error.h"
#include "credential/material.h"

namespace tidegate::credential {

// The keys of `[profile]` (or `[profile NAME]`, as the config file spells it); a later section of
// the same name adds to the first.
// Errors: kInvalidConfig, origin internal: no such profile, or no static keys in it. They name the
// profile and the setting, never a value.
Result<Material> parse_profile(std::string_view file, std::string_view profile);

}  // namespace tidegate::credential
