// Decodes YAML text in tests: all documents of a "file", with the problems as lines.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "decode/decode.h"
#include "resource/problem.h"
#include "resource/resource_set.h"
#include "yaml/parse.h"
#include "yaml/split.h"

namespace tidegate::decode {

struct Outcome {
  resource::ResourceSet set;
  std::vector<AnyObject> objects;
  std::string problems;  // as format_problems prints them, for a file "t.yaml"
};

inline Outcome decode_text(std::string_view text, UnknownFields unknown = UnknownFields::kError) {
  Outcome outcome;
  std::vector<resource::Problem> problems;
  const Options options{std::make_shared<const std::string>("t.yaml"), unknown};
  for (const auto& document : yaml::split_documents(text)) {
    Arena arena;
    const auto parsed = yaml::parse_yaml(document.text, arena, document.first_line);
    for (const auto& problem : parsed.problems) {
      problems.push_back(
          {options.file, problem.mark.line, problem.mark.column, "", "", problem.message});
    }
    if (parsed.root != nullptr) decode_document(*parsed.root, options, outcome.objects, problems);
  }
  for (const auto& object : outcome.objects) add_to(outcome.set, object);
  outcome.problems = format_problems(problems);
  return outcome;
}

}  // namespace tidegate::decode
