// format() of the strings extension: "%s has %d".format([name, count]).
// Source: cel-go ext, "Strings", Format.
#pragma once

#include <span>
#include <string>

#include "cel/function.h"

namespace tidegate::cel {

// "1.5", "NaN", "-Infinity": the shortest text that reads back as the same number.
std::string format_double(double number);

Value format_text(CallContext& context, std::span<const Value> arguments);

}  // namespace tidegate::cel
