// Which tools an answer calls, and with what.
//
// A tool call is made when tool_choice requires or names one, when the x-simulator-tool-calls field
// says so, or when the last message is a user's and contains the words "use the tool" (one call) or
// "use the tools" (one call of each tool offered). Results of tools are answered in words. Thread:
// pure functions; views point into the request.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "simulator/directives.h"
#include "simulator/model_request.h"

namespace tidegate::simulator {

// A tool that the request offers. Raw JSON.
struct Tool {
  std::string_view name;    // without quotes, escapes as they came
  std::string_view schema;  // of its arguments
};

// The tools of a request in declaration order, of any dialect:
//   {"type":"function","function":{"name","parameters"}}      OpenAI chat, Cohere
//   {"name","parameters"}, {"name","input_schema"}            Responses, Anthropic
//   {"functionDeclarations":[{"name","parameters"}, ...]}      Gemini
//   {"toolSpec":{"name","inputSchema":{"json"}}}               Bedrock
std::vector<Tool> list_tools(std::string_view tools);

// The calls that the answer makes, one entry each, in order. Empty: it speaks.
std::vector<Tool> plan_tool_calls(const ModelRequest& request, const Directives& directives);

}  // namespace tidegate::simulator
