#include "processors/prompt_tools/config.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "decode/parts.h"
#include "decode/scalars.h"
#include "decode/value_json.h"
#include "processors/call_target.h"
#include "processors/read_config.h"
#include "schema/schema.h"

namespace tidegate::processors::prompt_tools {
namespace {

using decode::Int;
using decode::Node;
using decode::ObjectReader;
using decode::Text;

constexpr decode::Choice<Decoration::Role> kRoles[] = {{"system", Decoration::Role::kSystem},
                                                       {"user", Decoration::Role::kUser},
                                                       {"assistant", Decoration::Role::kAssistant}};
constexpr decode::Choice<ToolRules::Action> kActions[] = {{"Remove", ToolRules::Action::kRemove},
                                                          {"Reject", ToolRules::Action::kReject}};

void read_decoration(const Node& node, Decoration& out) {
  ObjectReader object(node);
  object.required("role", out.role, decode::one_of(kRoles));
  object.required("content", out.content, Text{.min = 1, .max = 64 * 1024});
}

void read_messages(const Node& node, Config& out) {
  ObjectReader object(node);
  object.list("prepend", out.prepend, {.max = 16}, read_decoration);
  object.list("append", out.append, {.max = 16}, read_decoration);
}

void read_values(const Node& node, std::vector<Parameter>& out) {
  decode::for_each_entry(node, [&](const decode::Path& path, const yaml::Entry& entry) {
    Parameter& parameter = out.emplace_back();
    parameter.name = entry.key.text();
    const Node value{entry.value, path, node.reporter};
    if (parameter.name == "model") value.fail("is not set here: modelAliases");
    decode::read_json_value(value, parameter.json);
  });
}

void read_caps(const Node& node, std::vector<Cap>& out) {
  decode::for_each_entry(node, [&](const decode::Path& path, const yaml::Entry& entry) {
    Cap& cap = out.emplace_back();
    cap.name = entry.key.text();
    decode::Number{}(Node{entry.value, path, node.reporter}, cap.most);
  });
}

void read_parameters(const Node& node, Config& out) {
  ObjectReader object(node);
  object.optional("defaults", out.defaults, read_values);
  object.optional("overrides", out.overrides, read_values);
  object.optional("caps", out.caps, read_caps);
}

// "params.name", "tools[0].function.name", with or without "$." before it.
// Source: RFC 9535, the normalized paths of it in the short notation.
bool parse_path(std::string_view text, std::vector<PathStep>& out) {
  if (text.starts_with("$.")) text.remove_prefix(2);
  while (!text.empty()) {
    PathStep step;
    if (text.starts_with('[')) {
      const auto close = text.find(']');
      if (close == text.npos) return false;
      std::size_t element = 0;
      const auto parsed = std::from_chars(text.data() + 1, text.data() + close, element);
      if (parsed.ec != std::errc() || parsed.ptr != text.data() + close) return false;
      step.element = element;
      text.remove_prefix(close + 1);
    } else {
      const auto end = std::min(text.find_first_of(".["), text.size());
      if (end == 0) return false;
      step.member = text.substr(0, end);
      text.remove_prefix(end);
    }
    out.push_back(std::move(step));
    if (!text.starts_with('.')) continue;
    text.remove_prefix(1);
    if (text.empty()) return false;
  }
  return !out.empty();
}

void read_path(const Node& node, std::vector<PathStep>& out) {
  std::string text;
  Text{.min = 1, .max = 512}(node, text);
  if (!text.empty() && !parse_path(text, out)) {
    node.fail("must be a path as in \"tools[0].function.name\"");
  }
}

void read_header(const Node& node, HeaderFromPayload& out) {
  ObjectReader object(node);
  object.required("header", out.header, decode::kHeaderName);
  object.required("path", out.path, read_path);
}

void read_expression(ObjectReader& object, std::optional<pipeline::TextExpression>& out) {
  std::string text;
  object.optional("expression", text, [&out](const Node& node, std::string& read) {
    Text{.min = 1, .max = 16 * 1024}(node, read);
    if (read.empty()) return;
    auto compiled = pipeline::TextExpression::compile(read);
    if (!compiled) return node.fail("is no expression: " + compiled.error().detail);
    out.emplace(std::move(*compiled));
  });
}

void read_variable(const Node& node, Variable& out) {
  ObjectReader object(node);
  object.required("name", out.name, Text{.min = 1, .max = 64});
  read_expression(object, out.expression);
  object.optional("path", out.path, read_path);
  object.optional("header", out.header, decode::kHeaderName);
  object.optional("default", out.fallback, Text{.max = 64 * 1024});
  object.optional("maxBytes", out.max_bytes,
                  Int<std::uint64_t>{.min = 1, .max = kMaxExpandedBytes});
  const int sources = static_cast<int>(out.expression.has_value()) +
                      static_cast<int>(!out.path.empty()) + static_cast<int>(!out.header.empty());
  if (sources > 1) node.fail("has more than one of expression, path and header");
}

void read_template(const Node& node, Template& out) {
  ObjectReader object(node);
  object.required("name", out.name, Text{.min = 1, .max = 256});
  object.list("variables", out.variables, {.max = 64}, read_variable);
  const auto declared = out.variables.size();
  object.required_list("messages", out.messages, {.max = 16},
                       [&out](const Node& item, Template::Message& message) {
                         Decoration said;
                         read_decoration(item, said);
                         message.role = said.role;
                         const auto wrong = cut_template(said.content, out, message);
                         if (!wrong.empty()) item.fail(wrong);
                       });
  for (std::size_t i = 0; i < declared; ++i) {
    const bool used = std::ranges::any_of(out.messages, [i](const Template::Message& message) {
      return std::ranges::find(message.variables, i) != message.variables.end();
    });
    if (!used) node.fail("has no use of the variable \"" + out.variables[i].name + "\"");
  }
}

void read_repair(const Node& node, Repair& out) {
  ObjectReader object(node);
  object.required("model", out.model, Text{.min = 1, .max = 256});
  object.optional("path", out.path, kCallTarget);
  object.optional("timeout", out.timeout, decode::read_duration);
}

void read_schema(const Node& node, std::string& out) {
  decode::read_json_object(node, out);
  const auto compiled = schema::Schema::compile(out);
  if (!compiled) node.fail("is no schema: " + compiled.error().detail);
}

void read_output(const Node& node, OutputRules& out) {
  ObjectReader object(node);
  object.optional("schema", out.schema, read_schema);
  object.optional("toolArguments", out.tool_arguments, decode::read_bool);
  object.optional("maxBytes", out.max_bytes,
                  Int<std::uint64_t>{.min = 1024, .max = 32 * 1024 * 1024});
  object.optional("repair", out.repair, read_repair);
}

void read_limits(const Node& node, Config& out) {
  constexpr Int<std::uint64_t> kPositive{.min = 1, .max = INT64_MAX};
  ObjectReader object(node);
  object.optional("maxBodyBytes", out.max_body_bytes, kPositive);
  object.optional("maxInputTokens", out.max_input_tokens, kPositive);
  object.optional("maxOutputTokens", out.max_output_tokens, kPositive);
}

void read_tools(const Node& node, ToolRules& out) {
  ObjectReader object(node);
  object.required_list("allow", out.allow, {.max = 256}, Text{.min = 1, .max = 256});
  object.optional("action", out.action, decode::one_of(kActions));
}

void read_aliases(const Node& node, std::vector<std::pair<std::string, std::string>>& out) {
  constexpr decode::Strings kNames{
      .max = 256, .key = {.min = 1, .max = 256}, .value = {.min = 1, .max = 256}};
  kNames(node, out);
}

void read_all(const Node& node, Config& out) {
  ObjectReader object(node);
  object.optional("messages", out, read_messages);
  object.optional("parameters", out, read_parameters);
  object.optional("modelAliases", out.model_aliases, read_aliases);
  object.list("headersFromPayload", out.headers, {.max = 16}, read_header);
  object.optional("limits", out, read_limits);
  object.optional("tools", out.tools, read_tools);
  object.list("templates", out.templates, {.max = 256}, read_template);
  object.optional("structuredOutput", out.output, read_output);
}

}  // namespace

std::vector<std::string> read(std::string_view json, Config& out) {
  return read_config(json, out, read_all);
}

}  // namespace tidegate::processors::prompt_tools
