// Commands as Redis reads them: a list of strings with their lengths, so that any bytes may stand
// in them.   Thread: pure function.   Source: Redis serialization protocol specification (RESP2).
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace tidegate::redis {

// Appends a command, "GET", "some-key".
void append_command(std::string& out, std::initializer_list<std::string_view> words);

}  // namespace tidegate::redis
