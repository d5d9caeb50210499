#include "processors/prompt_tools/prompt_call.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "json/cursor.h"
#include "json/escaped_text.h"
#include "json/value.h"

namespace tidegate::processors::prompt_tools {
namespace {

Prompt refuse(std::string_view code, std::string message) {
  Prompt refused;
  refused.code = code;
  refused.message = std::move(message);
  return refused;
}

// A text, a number, true or false; or Responses' {"type":"input_text","text":"..."}.
std::optional<std::string> value_of(std::string_view raw, Arena& arena) {
  if (json::is_object(raw)) {
    const auto type = json::find_member(raw, "type");
    const auto text = json::find_member(raw, "text");
    if (!type || json::unquote(*type) != "input_text" || !text || !json::is_string(*text)) {
      return std::nullopt;
    }
    raw = *text;
  }
  if (json::is_array(raw) || json::is_object(raw) || json::is_null(raw)) return std::nullopt;
  if (!json::is_string(raw)) return std::string(raw);
  return std::string(json::unescape({json::unquote(raw)}, arena));
}

class Reader {
 public:
  Reader(pipeline::Turn& turn, const BodyEditor& body, const Template& one)
      : turn_(turn), body_(body), template_(one), values_(one.variables.size()) {}

  Result<Prompt> read(std::string_view variables) {
    if (auto wrong = take_callers(variables); !wrong.code.empty()) return wrong;
    std::vector<std::string> all;
    for (std::size_t i = 0; i < values_.size(); ++i) {
      const Variable& variable = template_.variables[i];
      if (!variable.is_callers()) TIDEGATE_TRY_VOID(take_own(i));
      if (!values_[i]) values_[i] = variable.fallback;
      if (!values_[i]) {
        return refuse("missing_variable", fmt::format("the prompt \"{}\" needs the variable \"{}\"",
                                                      template_.name, variable.name));
      }
      if (values_[i]->size() > variable.max_bytes) {
        return refuse("invalid_variable", fmt::format("the variable \"{}\" is larger than {} bytes",
                                                      variable.name, variable.max_bytes));
      }
      all.push_back(std::move(*values_[i]));
    }
    auto messages = expand(template_, all);
    if (!messages) {
      Prompt refused = refuse("prompt_too_long", messages.error().detail);
      refused.status = 413;
      return refused;
    }
    Prompt prompt;
    prompt.messages = std::move(*messages);
    return prompt;
  }

 private:
  Prompt take_callers(std::string_view variables) {
    json::ObjectCursor cursor(variables);
    while (const auto item = cursor.next()) {
      const std::string_view name = json::unescape({item->name}, turn_.arena);
      const auto variable = template_.find(name);
      if (!variable || !template_.variables[*variable].is_callers()) {
        return refuse("unknown_variable", fmt::format("the prompt \"{}\" takes no variable \"{}\"",
                                                      template_.name, name));
      }
      values_[*variable] = value_of(item->value, turn_.arena);
      if (!values_[*variable]) {
        return refuse(
            "invalid_variable",
            fmt::format("the variable \"{}\" must be a text, a number, true or false", name));
      }
    }
    return {};
  }

  Result<void> take_own(std::size_t index) {
    const Variable& variable = template_.variables[index];
    if (variable.expression) {
      TIDEGATE_TRY(
          text, variable.expression->evaluate(turn_.message, turn_.reactor.clock(), turn_.arena));
      values_[index] = std::string(text);
    } else if (!variable.header.empty()) {
      const auto field = turn_.message.request->fields.find(variable.header);
      if (field) values_[index] = std::string(*field);
    } else if (const auto text = body_.find_text(variable.path)) {
      values_[index] = std::string(*text);
    }
    return {};
  }

  pipeline::Turn& turn_;
  const BodyEditor& body_;
  const Template& template_;
  std::vector<std::optional<std::string>> values_;
};

}  // namespace

Result<std::optional<Prompt>> read_prompt(pipeline::Turn& turn, const BodyEditor& body,
                                          std::span<const Template> templates) {
  const auto prompt = body.find_member("prompt");
  if (!prompt || !json::is_object(*prompt)) return std::nullopt;
  const auto raw_id = json::find_member(*prompt, "id");
  if (!raw_id || !json::is_string(*raw_id)) return std::nullopt;
  const std::string_view id = json::unescape({json::unquote(*raw_id)}, turn.arena);
  const auto found = std::ranges::find(templates, id, &Template::name);
  if (found == templates.end()) {
    // OpenAI keeps prompts of its own, for Responses.
    if (turn.message.call->operation == llm::Operation::kResponses) return std::nullopt;
    return refuse("unknown_prompt", fmt::format("there is no prompt \"{}\"", id));
  }
  const auto version = json::find_member(*prompt, "version");
  if (version && !json::is_null(*version)) {
    return refuse("unknown_prompt", fmt::format("the prompt \"{}\" has no versions", id));
  }
  const auto variables = json::find_member(*prompt, "variables").value_or("{}");
  TIDEGATE_TRY(read, Reader(turn, body, *found).read(variables));
  return std::optional<Prompt>(std::move(read));
}

}  // namespace tidegate::processors::prompt_tools
