#include "llm/dialect/bedrock/model.h"

#include "llm/dialect/anthropic/claude.h"

namespace tidegate::llm::bedrock {

Model model_of(std::string_view name) {
  const auto has = [&](std::string_view word) { return name.find(word) != name.npos; };
  Model model;
  if (const auto generation = anthropic::claude_generation(name); generation != 0) {
    model.family = Model::Family::kClaude;
    model.caches = model.caches_tools = model.forces_tools = true;
    model.takes_schema = generation >= anthropic::kTakesSchema;
  } else if (has("nova")) {
    model.family = Model::Family::kNova;
    model.caches = model.forces_tools = true;
  } else if (has("gpt-oss")) {
    model.family = Model::Family::kGptOss;
    model.takes_schema = true;
  } else if (name.starts_with("arn:")) {
    model.family = Model::Family::kProfile;
    model.caches = model.caches_tools = model.forces_tools = true;
  } else {
    model.forces_tools = has("mistral");
  }
  return model;
}

}  // namespace tidegate::llm::bedrock
