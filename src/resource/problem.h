// What is wrong with somebody's resources, and where: for `tidegate validate`, logs and the admin
// view.
//
// Problems are collected, never thrown, and shown all at once.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace tidegate::resource {

enum class Severity : std::uint8_t {
  kError,    // the resources cannot take effect
  kWarning,  // they can, but something in them is ignored
};

struct Problem {
  std::shared_ptr<const std::string> file;  // null: not from a file
  std::uint32_t line = 0;                   // from 1; 0: unknown
  std::uint32_t column = 0;                 // from 1, in bytes; 0: unknown
  std::string object;   // "HTTPRoute default/chat"; empty: no object could be told
  std::string path;     // "spec.rules[2].backendRefs[0].port"; empty: the whole
  std::string message;  // "must be 1..65535, not 0"; never a secret
  Severity severity = Severity::kError;
};

bool has_errors(std::span<const Problem> problems);

// One line without its end:
// `routes.yaml:12: HTTPRoute default/chat: spec.rules[0].matches[0].path.value: must start with
// "/"`. A warning says `warning:` before its message.
std::string format_problem(const Problem& problem);

// A line each, in the order of file, line and column.
std::string format_problems(std::span<const Problem> problems);

// The same as a JSON array of objects with the fields above, in the same order:
// [{"severity":"error","file":"a.yaml","line":12,"column":7,"object":"...","path":"...","message":"..."}]
// Fields that are not known are left out.
std::string format_problems_json(std::span<const Problem> problems);

}  // namespace tidegate::resource
