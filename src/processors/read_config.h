// A processor's own configuration, read with the readers of resources: strict, every problem with
// its path.   Thread: any.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
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

}  // namespace tidegate::processors
