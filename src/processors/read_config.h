// A processor's own configuration, read with the readers of resources: strict, every problem with
// its path.   Thread: any.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/error.h"
#include "config/pipeline.h"
#include "decode/field_reader.h"
#include "yaml/parse.h"

namespace tidegate::processors {

// What problems say, "path: message" each.
std::vector<std::string> describe(const std::vector<resource::Problem>& problems);

// Reads `json` into `out` by `reader(const decode::Node&, T&)`. Returns what is wrong with it.
template <class T, class Reader>
std::vector<std::string> read_config(std::string_view json, T& out, const Reader& reader) {
  Arena arena;
  const yaml::Parsed parsed = yaml::parse_json(json, arena);
  if (parsed.root == nullptr) return {"is no JSON"};
  std::vector<resource::Problem> problems;
  decode::Reporter reporter(nullptr, decode::UnknownFields::kError, problems);
  const decode::Path root;
  reader(decode::Node{*parsed.root, root, reporter}, out);
  return describe(problems);
}

// The rest is for a `Config` with a function read(std::string_view json, Config&) beside it, which
// returns what is wrong.

// ProcessorType::check of its type.
template <class Config>
std::vector<std::string> check_config(std::string_view json) {
  Config unused;
  return read(json, unused);
}

// The configuration of a processor. Errors: kInvalidConfig: the first thing that is wrong.
template <class Config>
Result<Config> make_config(const config::ProcessorSpec& spec) {
  Config made;
  if (const auto problems = read(spec.config, made); !problems.empty()) {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal, problems.front());
  }
  return made;
}

}  // namespace tidegate::processors
