// Configuration of PromptTools.   Reference: docs/reference/prompt-tools.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "processors/prompt_tools/template.h"

namespace tidegate::processors::prompt_tools {

// A member of the request with a JSON value: of the top level, or "object.member".
struct Parameter {
  std::string name;
  std::string json;
};
struct Cap {
  std::string name;
  double most = 0;
};

struct HeaderFromPayload {
  std::string header;
  std::vector<PathStep> path;
};

struct ToolRules {
  enum class Action : std::uint8_t { kRemove, kReject };
  std::vector<std::string> allow;  // "search", "get_*"
  Action action = Action::kRemove;
};

// One try to put an answer right.
struct Repair {
  std::string model;
  std::string path = "/v1/chat/completions";
  std::chrono::milliseconds timeout{5000};
};
// What answers must be.
struct OutputRules {
  std::string schema;  // where the request asks for none; empty: none
  bool tool_arguments = false;
  std::uint64_t max_bytes = 1024 * 1024;  // of a stream that is kept
  std::optional<Repair> repair;
};

struct Config {
  std::vector<Decoration> prepend;
  std::vector<Decoration> append;
  std::vector<Parameter> defaults;
  std::vector<Parameter> overrides;
  std::vector<Cap> caps;
  std::vector<std::pair<std::string, std::string>> model_aliases;
  std::vector<HeaderFromPayload> headers;
  std::optional<std::uint64_t> max_body_bytes;
  std::optional<std::uint64_t> max_input_tokens;
  std::optional<std::uint64_t> max_output_tokens;
  std::optional<ToolRules> tools;
  std::vector<Template> templates;
  std::optional<OutputRules> output;

  // Whether something of it is about a model call alone.
  bool edits_calls() const {
    return !prepend.empty() || !append.empty() || !defaults.empty() || !overrides.empty() ||
           !caps.empty() || max_output_tokens || tools || !templates.empty() || output;
  }
  bool empty() const {
    return !edits_calls() && model_aliases.empty() && headers.empty() && !max_body_bytes &&
           !max_input_tokens;
  }
};

// Reads the JSON of a processor's `config`. Returns what is wrong, each with its path.
std::vector<std::string> read(std::string_view json, Config& out);

}  // namespace tidegate::processors::prompt_tools
