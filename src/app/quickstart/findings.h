// What `tidegate quickstart` found on this machine: keys in the environment, local model servers.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/secret.h"

namespace tidegate::app {

// An http or https URL taken apart: where an OpenAI-compatible API is.
struct BaseUrl {
  bool tls = true;
  std::string host;
  std::uint16_t port = 443;
  std::string path;  // "/v1"; no slash at the end; may be empty
};
// Errors: kInvalidConfig that quotes the text.
Result<BaseUrl> parse_base_url(std::string_view text);

struct LocalServer {
  std::string name;  // "ollama"; a resource name
  std::uint16_t port = 0;
  std::vector<std::string> models;  // as its GET /v1/models tells, at most 32
};

struct Findings {
  std::optional<Secret> openai_key;
  std::optional<BaseUrl> openai_url;  // OPENAI_BASE_URL
  std::optional<Secret> anthropic_key;
  std::vector<LocalServer> local_servers;
  bool any() const { return openai_key || openai_url || anthropic_key || !local_servers.empty(); }
};

// The value of an environment variable, empty when it is not set.
using Environment = std::function<std::string(const char* name)>;

// Reads OPENAI_API_KEY, OPENAI_BASE_URL and ANTHROPIC_API_KEY.
// Errors: kInvalidConfig: an OPENAI_BASE_URL that is no URL.
Result<Findings> find_keys(const Environment& environment);

// Model ids of a reply to GET /v1/models: the `id` of each entry of `data`. What is not such a
// reply has none.
std::vector<std::string> parse_model_ids(std::string_view json);

// Asks Ollama (11434), vLLM (8000) and LM Studio (1234) on 127.0.0.1 for their models, except on
// `own_port`. Who does not answer within half a second is not there. Blocks.
std::vector<LocalServer> find_local_servers(std::uint16_t own_port);

}  // namespace tidegate::app
