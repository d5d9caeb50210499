// format() of the strings extension: "%s has %d".format([name, count]).
// Source: cel-go ext, "Strings", Format.
#pragma once

#include <span>

#include "cel/function.h"

namespace tidegate::cel {

Value format_text(CallContext& context, std::span<const Value> arguments);

}  // namespace tidegate::cel
