// What a model behind Converse can be asked for, by its name.   Thread: pure functions.
// Source: Amazon Bedrock user guide, "Supported models and model features", "Prompt caching",
// "Structured outputs"; Amazon Nova user guide (2026-11).
#pragma once

#include <cstdint>
#include <string_view>

namespace tidegate::llm::bedrock {

struct Model {
  enum class Family : std::uint8_t {
    kClaude,
    kNova,
    kGptOss,
    kProfile,  // an ARN of an inference profile, which hides what it stands for
    kOther,
  };
  Family family = Family::kOther;
  bool caches = false;        // takes cachePoint in messages and system
  bool caches_tools = false;  // and among tools
  bool forces_tools = false;  // takes toolChoice any and tool
  bool takes_schema = false;  // takes outputConfig, and strict tools
};

Model model_of(std::string_view name);

}  // namespace tidegate::llm::bedrock
