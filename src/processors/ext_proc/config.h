// Configuration of ExtProc.   Reference: docs/reference/ext-proc.md.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "processors/ext_proc/attributes.h"
#include "processors/ext_proc/messages.h"

namespace tidegate::processors::ext_proc {

// Which fields a processor sees: names, and beginnings that end with "*".
struct ForwardRules {
  std::vector<std::string> allowed;  // empty: all
  std::vector<std::string> disallowed;

  // `name` in any case.
  bool allow(std::string_view name) const;
};

// What it may change.
struct MutationRules {
  bool allow_envoy = false;        // fields that begin with x-envoy-
  bool disallow_system = false;    // :path and :status
  bool disallow_all = false;       // any field
  bool disallow_is_error = false;  // a change that may not be is a failure
};

struct Config {
  Modes modes;
  std::chrono::milliseconds message_timeout{200};
  std::chrono::milliseconds max_message_timeout{0};  // 0: a processor cannot ask for more time
  bool allow_mode_override = false;
  bool disable_immediate_response = false;
  bool is_observed = false;                 // it is told and never asked
  std::size_t partial_bytes = 1024 * 1024;  // of a body in mode BUFFERED_PARTIAL
  std::vector<Attribute> request_attributes;
  std::vector<Attribute> response_attributes;
  ForwardRules forward;
  MutationRules mutation;
  // Namespaces of metadata that it is told, and that are taken from its replies.
  std::vector<std::string> forwarding_namespaces;
  std::vector<std::string> receiving_namespaces;
};

// Reads the JSON of a processor's `config`. Returns what is wrong, each with its path.
std::vector<std::string> read(std::string_view json, Config& out);

}  // namespace tidegate::processors::ext_proc
