// Asks a model to put JSON right that is not what a schema describes: a chat completion.
//
// Thread: pure functions.   Source: OpenAI API reference, Create chat completion (2026-11).
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace tidegate::processors::prompt_tools {

std::string format_repair(std::string_view model, std::string_view schema, std::string_view text,
                          std::string_view wrong);
// What the model says, without the fence of a code block around it.
// Errors: kMalformed, origin upstream.
Result<std::string> parse_repair(std::string_view body);

}  // namespace tidegate::processors::prompt_tools
