// Configuration of HeaderModifier.   Reference: docs/reference/header-modifier.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/effects.h"
#include "pipeline/text_expression.h"

namespace tidegate::processors::header_modifier {

// Of an expression where there is one, else of `value`.
struct Edit {
  pipeline::HeaderEdit::Kind kind = pipeline::HeaderEdit::Kind::kSet;
  std::string name;
  std::string value;
  std::optional<pipeline::TextExpression> expression;
};

struct Config {
  std::vector<Edit> request;
  std::vector<Edit> response;
};

// Reads the JSON of a processor's `config`. Returns what is wrong, each with its path.
std::vector<std::string> read(std::string_view json, Config& out);

}  // namespace tidegate::processors::header_modifier
