// Configuration of ExtProc.   Reference: docs/reference/ext-proc.md.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "processors/ext_proc/messages.h"

namespace tidegate::processors::ext_proc {

struct Config {
  Modes modes;
  std::chrono::milliseconds message_timeout{200};
  std::chrono::milliseconds max_message_timeout{0};  // 0: a processor cannot ask for more time
  bool allow_mode_override = false;
  bool disable_immediate_response = false;
  // Of a body in mode BUFFERED_PARTIAL, and of one message in the streamed ones.
  std::size_t partial_bytes = 1024 * 1024;
};

// Reads the JSON of a processor's `config`. Returns what is wrong, each with its path.
std::vector<std::string> read(std::string_view json, Config& out);
std::vector<std::string> check(std::string_view json);

}  // namespace tidegate::processors::ext_proc
