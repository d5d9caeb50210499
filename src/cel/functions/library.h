// The functions of the standard library and the extensions, a table each.
// Source: CEL language definition, "List of Standard Definitions"; cel-go's ext package for
// strings, lists, sets, math, encoders and network.
#pragma once

#include <span>
#include <string_view>

#include "cel/function.h"

namespace tidegate::cel {

std::span<const FunctionRow> operator_rows();    // + - == in [] and so on
std::span<const FunctionRow> conversion_rows();  // int(), string(), type(), dyn()
std::span<const FunctionRow> text_rows();        // size(), contains(), matches()
std::span<const FunctionRow> time_rows();        // timestamp(), duration(), getHours()
std::span<const FunctionRow> optional_rows();    // optional.of(), orValue()
std::span<const FunctionRow> string_rows();      // split(), replace(), format()
std::span<const FunctionRow> list_rows();        // slice(), distinct(), sort()
std::span<const FunctionRow> set_rows();         // sets.contains()
std::span<const FunctionRow> math_rows();        // math.greatest(), math.round()
std::span<const FunctionRow> encoder_rows();     // base64.encode()
std::span<const FunctionRow> network_rows();     // ip(), cidr()

std::span<const std::string_view> network_type_names();

}  // namespace tidegate::cel
