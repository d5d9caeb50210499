#include <fmt/format.h>

#include <algorithm>

#include "json/cursor.h"
#include "json/value.h"
#include "llm/conversation/sampling.h"
#include "llm/conversation/tool_schema.h"
#include "llm/conversation/turns.h"
#include "llm/dialect/anthropic/block.h"
#include "llm/dialect/anthropic/claude.h"
#include "llm/dialect/anthropic/request.h"
#include "llm/dialect/anthropic/write_block.h"

namespace tidegate::llm::anthropic {
namespace {

constexpr std::size_t kMaxUserBytes = 256;  // metadata.user_id

// Anthropic's own tools have a date in their type: "web_search_20250305".
bool is_own_tool(const Tool& tool) {
  const auto type = json::unquote(json::find_member(tool.raw, "type").value_or(""));
  const auto date = type.substr(type.rfind('_') + 1);
  const bool digits = std::ranges::all_of(date, [](char c) { return c >= '0' && c <= '9'; });
  return date.size() == 8 && digits && type.size() > date.size();
}

// What does the same as another provider's tool; empty: nothing does.
std::string_view own_tool_like(std::string_view name) {
  if (name.find("web_search") != name.npos || name == "googleSearch") {
    return R"({"type":"web_search_20250305","name":"web_search"})";
  }
  if (name.find("code_execution") != name.npos || name == "code_interpreter" ||
      name == "codeExecution") {
    return R"({"type":"code_execution_20250825","name":"code_execution"})";
  }
  return {};
}

class RequestWriter {
 public:
  RequestWriter(const Conversation& conversation, const Target& target, std::string& out,
                Losses& losses)
      : conversation_(conversation),
        target_(target),
        generation_(claude_generation(target.model)),
        writer_(out),
        losses_(losses),
        turns_(arrange_turns(conversation, FirstTurn::kUser, losses, arena_, is_signed)),
        tools_(tools_or_history(conversation, turns_)),
        thinking_(
            plan_thinking(conversation, turns_, target.model, target.default_max_tokens, losses)),
        marks_(count_cache_marks(conversation, turns_)) {
    choose_format();
  }

  void write() {
    writer_.begin_object();
    if (!target_.anthropic_version.empty()) {
      writer_.member("anthropic_version", target_.anthropic_version);
    }
    if (!target_.anthropic_beta.empty()) writer_.key("anthropic_beta").raw(target_.anthropic_beta);
    if (target_.model_in_body) writer_.member("model", target_.model);
    writer_.member("max_tokens", thinking_.max_tokens);
    write_tools();
    write_system();
    write_messages();
    write_tool_choice();
    write_thinking(writer_, thinking_, format_);
    write_sampling();
    write_metadata();
    if (conversation_.stream && target_.stream_in_body) writer_.key("stream").raw("true");
    writer_.end_object();
    note_losses();
  }

 private:
  // How the form of the answer is asked for: by the model's own means where it has them for such a
  // schema, else by a tool that it must call; not at all where it thinks, which forbids that.
  void choose_format() {
    const auto& output = conversation_.output;
    if (output.kind == OutputFormat::Kind::kText) return;
    const bool own = output.kind == OutputFormat::Kind::kJsonSchema && output.strict == true &&
                     generation_ >= kTakesSchema && target_.takes_strict_schema;
    if (own) {
      format_ = arena_.concat(
          {R"({"type":"json_schema","schema":)", object_schema(output.schema, arena_), "}"});
    } else if (thinking_.on()) {
      losses_.add("response_format");
    } else {
      format_tool_ = true;
    }
  }

  // In front of system and messages, as the provider puts them together for its cache.
  void write_tools() {
    if (tools_.empty() && !format_tool_) return;
    writer_.key("tools").begin_array();
    for (const auto& tool : tools_) write_tool(tool);
    if (format_tool_) write_format_tool();
    writer_.end_array();
  }

  void write_tool(const Tool& tool) {
    if (tool.kind == Tool::Kind::kProvider) {
      if (is_own_tool(tool)) {
        writer_.raw(tool.raw);
      } else if (const auto own = own_tool_like(tool.name.bytes); !own.empty()) {
        writer_.raw(own);
      } else {
        losses_.add(fmt::format("tools.{}", tool.name.bytes));
      }
      return;
    }
    writer_.begin_object().member("name", tool.name);
    if (!tool.description.empty()) writer_.member("description", tool.description);
    writer_.key("input_schema");
    if (tool.kind == Tool::Kind::kCustom) {
      losses_.add(fmt::format("tools.{}.custom", tool.name.bytes));
      writer_.raw(
          R"({"type":"object","properties":{"input":{"type":"string"}},"required":["input"]})");
    } else {
      writer_.raw(object_schema(tool.schema, arena_));
    }
    if (tool.strict == true) {
      if (target_.takes_strict_schema && generation_ >= kTakesSchema) {
        writer_.key("strict").raw("true");
      } else {
        losses_.add(fmt::format("tools.{}.strict", tool.name.bytes));
      }
    }
    marks_.write(writer_, tool.cache);
    writer_.end_object();
  }

  void write_format_tool() {
    const auto& output = conversation_.output;
    writer_.begin_object().member("name", kFormatTool);
    writer_.member("description", "Gives the answer. Always answer by calling this tool.");
    const bool any = output.kind == OutputFormat::Kind::kJson;
    writer_.key("input_schema").raw(any ? kAnyObject : object_schema(output.schema, arena_));
    writer_.end_object();
  }

  void write_system() {
    std::vector<const SystemPart*> parts;
    for (const auto& part : conversation_.system) {
      if (!is_blank(part.text)) parts.push_back(&part);
    }
    if (parts.empty()) return;
    writer_.key("system");
    if (parts.size() == 1 && !parts.front()->cache) {
      writer_.string(parts.front()->text);
      return;
    }
    writer_.begin_array();
    for (const auto* part : parts) {
      writer_.begin_object().member("type", "text").member("text", part->text);
      marks_.write(writer_, part->cache);
      writer_.end_object();
    }
    writer_.end_array();
  }

  void write_messages() {
    BlockWriter blocks(writer_, marks_, &losses_, arena_);
    writer_.key("messages").begin_array();
    for (const auto& turn : turns_) {
      writer_.begin_object().member("role", turn.role == Role::kUser ? "user" : "assistant");
      writer_.key("content").begin_array();
      for (const auto& part : turn.parts) blocks.write(part);
      writer_.end_array().end_object();
    }
    writer_.end_array();
  }

  void write_tool_choice() {
    const bool one = conversation_.parallel_tool_calls == false;
    auto mode = ToolChoice::Mode::kAuto;
    auto name = EscapedText{};
    const auto& choice = conversation_.tool_choice;
    if (choice) {
      mode = choice->mode;
      name = choice->name;
    }
    if (tools_.empty() && !format_tool_) return;
    if (format_tool_) {
      // The answer, or first a tool of the caller's.
      const bool only = tools_.empty() || mode == ToolChoice::Mode::kNone;
      mode = only ? ToolChoice::Mode::kNamed : ToolChoice::Mode::kAny;
      if (only) name = {kFormatTool};
    } else if (!choice && !one) {
      return;
    }
    const bool forced = mode == ToolChoice::Mode::kAny || mode == ToolChoice::Mode::kNamed;
    if (forced && thinking_.on()) {
      losses_.add("tool_choice");
      mode = ToolChoice::Mode::kAuto;
    }
    put_tool_choice(mode, name, one);
  }

  void put_tool_choice(ToolChoice::Mode mode, EscapedText name, bool one) {
    writer_.key("tool_choice").begin_object();
    switch (mode) {
      case ToolChoice::Mode::kAuto:
        writer_.member("type", "auto");
        break;
      case ToolChoice::Mode::kAny:
        writer_.member("type", "any");
        break;
      case ToolChoice::Mode::kNone:
        writer_.member("type", "none");
        break;
      case ToolChoice::Mode::kNamed:
        writer_.member("type", "tool").member("name", name);
        break;
    }
    if (one && mode != ToolChoice::Mode::kNone) {
      writer_.key("disable_parallel_tool_use").raw("true");
    }
    writer_.end_object();
  }

  void write_sampling() {
    const auto sampling = plan_sampling(conversation_, target_.model, thinking_.on(), losses_);
    if (!sampling.temperature.empty()) writer_.key("temperature").raw(sampling.temperature);
    if (!sampling.top_p.empty()) writer_.key("top_p").raw(sampling.top_p);
    if (!sampling.top_k.empty()) writer_.key("top_k").raw(sampling.top_k);
    std::vector<EscapedText> stop;
    for (const auto& sequence : conversation_.stop) {
      if (is_blank(sequence)) {
        losses_.add("stop");
      } else {
        stop.push_back(sequence);
      }
    }
    if (stop.empty()) return;
    writer_.key("stop_sequences").begin_array();
    for (const auto& sequence : stop) writer_.string(sequence);
    writer_.end_array();
  }

  void write_metadata() {
    const auto& user = conversation_.user;
    if (user.bytes.size() > kMaxUserBytes) {
      losses_.add("user");
    } else if (!user.empty()) {
      writer_.key("metadata").begin_object().member("user_id", user).end_object();
    }
    const auto tier = conversation_.service_tier.bytes;
    if (tier == "auto") {
      writer_.member("service_tier", "auto");
    } else if (tier == "default") {
      writer_.member("service_tier", "standard_only");
    } else if (!tier.empty()) {
      losses_.add("service_tier");
    }
  }

  void note_losses() {
    note_lost_sampling(conversation_, losses_);
    const auto& metadata = conversation_.metadata;
    if (!metadata.empty() && metadata != "{}") losses_.add("metadata");
    if (!conversation_.prompt_cache_key.empty()) losses_.add("prompt_cache_key");
    for (const auto& member : conversation_.unknown) losses_.add(member.name);
  }

  const Conversation& conversation_;
  const Target& target_;
  const unsigned generation_;
  json::Writer writer_;
  Losses& losses_;
  Arena arena_;
  const std::vector<Message> turns_;
  const std::vector<Tool> tools_;
  const Thinking thinking_;
  CacheMarks marks_;
  std::string_view format_;   // raw output_config.format; empty: none
  bool format_tool_ = false;  // the answer is asked for by a tool
};

}  // namespace

void write_messages_request(const Conversation& conversation, const Target& target,
                            std::string& out, Losses& losses) {
  RequestWriter(conversation, target, out, losses).write();
}

}  // namespace tidegate::llm::anthropic
