// Which tools of a call are left by a list of allowed names.   Thread: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "processors/prompt_tools/config.h"

namespace tidegate::processors::prompt_tools {

struct KeptTools {
  bool all = true;
  std::string list;                    // what is left, as a JSON list without brackets
  std::optional<std::string> refused;  // the first that is not allowed
};

// `tools`: a raw list of any format's tools: {"type":"function","function":{"name"}} of chat,
// {"name"} of Messages and Responses, {"functionDeclarations":[{"name"}],"googleSearch":{}} of
// Gemini, {"toolSpec":{"name"}} of Converse. A tool that the provider runs itself goes by its type,
// or by the name of its member.
KeptTools keep_tools(std::string_view tools, const ToolRules& rules, Arena& arena);

}  // namespace tidegate::processors::prompt_tools
