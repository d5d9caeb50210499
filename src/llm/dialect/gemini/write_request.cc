#include <fmt/format.h>

#include <algorithm>

#include "json/value.h"
#include "llm/conversation/effort.h"
#include "llm/conversation/tool_schema.h"
#include "llm/dialect/gemini/fields.h"
#include "llm/dialect/gemini/request.h"
#include "llm/dialect/gemini/write_contents.h"

namespace tidegate::llm::gemini {
namespace {

using json::Writer;

constexpr std::size_t kMaxStopSequences = 5;
constexpr unsigned kMixesTools = 30;  // functions and Google's own tools in one request

class RequestWriter {
 public:
  RequestWriter(const Conversation& conversation, const Target& target, std::string& out,
                Losses& losses)
      : conversation_(conversation),
        target_(target),
        generation_(gemini_generation(target.model)),
        writer_(out),
        losses_(losses) {}

  void write() {
    writer_.begin_object();
    write_system();
    writer_.key("contents");
    write_contents(conversation_, generation_, writer_, losses_, arena_);
    write_tools();
    write_tool_choice();
    write_config();
    writer_.end_object();
    note_losses();
  }

 private:
  // Gemini has one place for instructions; those from mid-conversation join the others in order.
  void write_system() {
    if (conversation_.system.empty()) return;
    writer_.key("systemInstruction").begin_object().key("parts").begin_array();
    for (const auto& part : conversation_.system) {
      if (part.cache) losses_.add("cache_control");
      writer_.begin_object().member("text", part.text).end_object();
    }
    writer_.end_array().end_object();
  }

  void write_tools() {
    const auto is_function = [](const Tool& tool) { return tool.kind != Tool::Kind::kProvider; };
    const bool functions = std::ranges::any_of(conversation_.tools, is_function);
    const auto provider_tools = find_provider_tools(functions);
    if (!functions && provider_tools.empty()) return;
    writer_.key("tools").begin_array();
    if (functions) {
      writer_.begin_object().key("functionDeclarations").begin_array();
      for (const auto& tool : conversation_.tools) {
        if (is_function(tool)) write_function(tool);
      }
      writer_.end_array().end_object();
    }
    for (const auto tool : provider_tools) writer_.raw(tool);
    writer_.end_array();
  }

  // Google's tools that do what another provider's do; the rest is lost.
  std::vector<std::string_view> find_provider_tools(bool functions) {
    std::vector<std::string_view> found;
    for (const auto& tool : conversation_.tools) {
      if (tool.kind != Tool::Kind::kProvider) continue;
      const auto name = tool.name.bytes;
      std::string_view own;
      if (name.find("web_search") != name.npos) own = R"({"googleSearch":{}})";
      if (name.find("code_execution") != name.npos || name == "code_interpreter") {
        own = R"({"codeExecution":{}})";
      }
      if (name == "web_fetch" || name.starts_with("web_fetch_")) own = R"({"urlContext":{}})";
      if (own.empty() || (functions && generation_ < kMixesTools)) {
        losses_.add(fmt::format("tools.{}", name));
      } else if (std::ranges::find(found, own) == found.end()) {
        found.push_back(own);
      }
    }
    return found;
  }

  void write_function(const Tool& tool) {
    if (tool.cache) losses_.add("cache_control");
    writer_.begin_object().member("name", tool.name);
    if (!tool.description.empty()) writer_.member("description", tool.description);
    if (tool.kind == Tool::Kind::kCustom) {
      // Its free text becomes the one argument.
      losses_.add(fmt::format("tools.{}.custom", tool.name.bytes));
      writer_.key("parameters")
          .raw(
              R"({"type":"object","properties":{"input":{"type":"string"}},"required":["input"]})");
    } else {
      write_parameters(tool.schema);
    }
    writer_.end_object();
  }

  void write_parameters(std::string_view schema) {
    if (!json::is_object(schema)) return;
    const auto subset = openapi_schema(schema, arena_);
    if (!subset.exact) {
      writer_.key("parametersJsonSchema").raw(gemini_json_schema(schema, arena_));
    } else if (!find_field(subset.text, "properties").empty()) {
      // An object without properties is refused; a function without arguments says nothing.
      writer_.key("parameters").raw(subset.text);
    }
  }

  void write_tool_choice() {
    const auto& choice = conversation_.tool_choice;
    if (conversation_.parallel_tool_calls == false) losses_.add("parallel_tool_calls");
    if (!choice || conversation_.tools.empty()) return;
    writer_.key("toolConfig").begin_object().key("functionCallingConfig").begin_object();
    switch (choice->mode) {
      case ToolChoice::Mode::kAuto:
        writer_.member("mode", "AUTO");
        break;
      case ToolChoice::Mode::kAny:
        writer_.member("mode", "ANY");
        break;
      case ToolChoice::Mode::kNone:
        writer_.member("mode", "NONE");
        break;
      case ToolChoice::Mode::kNamed:
        writer_.member("mode", "ANY").key("allowedFunctionNames");
        writer_.begin_array().string(choice->name).end_array();
        break;
    }
    writer_.end_object().end_object();
  }

  void write_config() {
    writer_.key("generationConfig").begin_object();
    if (conversation_.max_tokens) writer_.member("maxOutputTokens", *conversation_.max_tokens);
    write_number("temperature", conversation_.temperature);
    write_number("topP", conversation_.top_p);
    write_number("topK", conversation_.top_k);
    write_number("seed", conversation_.seed);
    write_number("presencePenalty", conversation_.presence_penalty);
    write_number("frequencyPenalty", conversation_.frequency_penalty);
    if (conversation_.logprobs == true) {
      writer_.key("responseLogprobs").boolean(Writer::Bool::kTrue);
      write_number("logprobs", conversation_.top_logprobs);
    }
    write_stop();
    write_output();
    write_thinking();
    writer_.end_object();
  }

  void write_number(std::string_view name, std::string_view raw) {
    if (!raw.empty()) writer_.key(name).raw(raw);
  }

  void write_stop() {
    if (conversation_.stop.empty()) return;
    writer_.key("stopSequences").begin_array();
    std::size_t count = 0;
    for (const auto text : conversation_.stop) {
      if (text.empty()) continue;
      if (count++ < kMaxStopSequences) writer_.string(text);
    }
    if (count > kMaxStopSequences) losses_.add("stop");
    writer_.end_array();
  }

  void write_output() {
    const auto& output = conversation_.output;
    if (output.kind == OutputFormat::Kind::kText) return;
    writer_.member("responseMimeType", "application/json");
    if (output.kind == OutputFormat::Kind::kJson || !json::is_object(output.schema)) return;
    const auto subset = openapi_schema(output.schema, arena_);
    if (subset.exact) {
      writer_.key("responseSchema").raw(subset.text);
    } else {
      writer_.key("responseJsonSchema").raw(gemini_json_schema(output.schema, arena_));
    }
  }

  void write_thinking() {
    if (!conversation_.reasoning) return;
    const auto& reasoning = *conversation_.reasoning;
    const auto thinking = gemini_thinking(reasoning, target_.model);
    if (!thinking.exact) losses_.add("reasoning");
    const bool thinks = generation_ >= 25 && thinking.budget != 0;
    const bool show = reasoning.show.value_or(thinks) && thinks;
    if (!thinking.budget && thinking.level.empty() && !show) return;
    writer_.key("thinkingConfig").begin_object();
    if (thinking.budget) writer_.key("thinkingBudget").number(*thinking.budget);
    if (!thinking.level.empty()) writer_.member("thinkingLevel", thinking.level);
    if (show) writer_.key("includeThoughts").boolean(Writer::Bool::kTrue);
    writer_.end_object();
  }

  void note_losses() {
    // One answer crosses between dialects.
    if (conversation_.choices > 1) losses_.add("n");
    if (!conversation_.user.empty()) losses_.add("user");
    if (!conversation_.metadata.empty()) losses_.add("metadata");
    if (!conversation_.prompt_cache_key.empty()) losses_.add("prompt_cache_key");
    const auto tier = conversation_.service_tier.bytes;
    if (!tier.empty() && tier != "auto" && tier != "default") losses_.add("service_tier");
    for (const auto& member : conversation_.unknown) losses_.add(member.name);
  }

  const Conversation& conversation_;
  const Target& target_;
  unsigned generation_;
  Writer writer_;
  Losses& losses_;
  Arena arena_;
};

}  // namespace

void write_generate_content_request(const Conversation& conversation, const Target& target,
                                    std::string& out, Losses& losses) {
  RequestWriter(conversation, target, out, losses).write();
}

}  // namespace tidegate::llm::gemini
