// Values kept as JSON text, for fields whose shape only somebody else knows.
#pragma once

#include <string>

#include "decode/field_reader.h"

namespace tidegate::decode {

// A map, whatever is in it, as the text of a JSON object. Numbers stand as they were written;
// those that JSON cannot say (hexadecimal, infinity) are reported.
void read_json_object(const Node& node, std::string& out);
// The same for any value.
void read_json_value(const Node& node, std::string& out);

}  // namespace tidegate::decode
