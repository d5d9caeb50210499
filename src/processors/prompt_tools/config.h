// Configuration of PromptTools.   Reference: docs/reference/prompt-tools.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidegate::processors::prompt_tools {

struct Decoration {
  enum class Role : std::uint8_t { kSystem, kUser, kAssistant };
  Role role = Role::kSystem;
  std::string content;
};

// A top-level member of the request with a JSON value.
struct Parameter {
  std::string name;
  std::string json;
};
struct Cap {
  std::string name;
  double most = 0;
};

// One step of a path into the payload: a member, or an element.
struct PathStep {
  std::string member;
  std::optional<std::size_t> element;
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

  // Whether something of it is about a model call alone.
  bool edits_calls() const {
    return !prepend.empty() || !append.empty() || !defaults.empty() || !overrides.empty() ||
           !caps.empty() || max_output_tokens || tools;
  }
  bool empty() const {
    return !edits_calls() && model_aliases.empty() && headers.empty() && !max_body_bytes &&
           !max_input_tokens;
  }
};

// Reads the JSON of a processor's `config`. Returns what is wrong, each with its path.
std::vector<std::string> read(std::string_view json, Config& out);

}  // namespace tidegate::processors::prompt_tools
