// A request that names a template instead of writing the prompt itself:
//
//   {"model":"m","prompt":{"id":"summarize","variables":{"text":"..."}}}
//
// as OpenAI's Responses has it, in every dialect.   Thread: pure functions.
// Source: OpenAI API reference, Create a model response, prompt (2026-11).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/processor.h"
#include "processors/prompt_tools/body_editor.h"
#include "processors/prompt_tools/template.h"

namespace tidegate::processors::prompt_tools {

struct Prompt {
  std::vector<Decoration> messages;  // what it says, in front of those of the request
  // Why the request is refused instead; empty code: it is not.
  std::uint16_t status = 400;
  std::string_view code;
  std::string message;
};

// Reads "prompt" of the request. Absent: it has none that is one of ours.
// Errors: an expression cannot be decided.
Result<std::optional<Prompt>> read_prompt(pipeline::Turn& turn, const BodyEditor& body,
                                          std::span<const Template> templates);

}  // namespace tidegate::processors::prompt_tools
