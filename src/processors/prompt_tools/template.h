// Named prompts with variables: "Summarize {{text}} for {{team}}."
//
// A template is cut into pieces once; a value is put between them and never looked at again, so
// that nothing in it can be a variable.   Thread: immutable.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "pipeline/text_expression.h"

namespace tidegate::processors::prompt_tools {

// One step of a path into the payload: a member, or an element.
struct PathStep {
  std::string member;
  std::optional<std::size_t> element;
};

struct Decoration {
  enum class Role : std::uint8_t { kSystem, kUser, kAssistant };
  Role role = Role::kSystem;
  std::string content;
};

// Where a variable's value comes from. With none of these from the caller, by its name.
struct Variable {
  std::string name;
  std::optional<pipeline::TextExpression> expression;
  std::vector<PathStep> path;           // into the payload
  std::string header;                   // of the request
  std::optional<std::string> fallback;  // where there is no value
  std::uint64_t max_bytes = 64 * 1024;

  bool is_callers() const { return !expression && path.empty() && header.empty(); }
};

struct Template {
  struct Message {
    Decoration::Role role = Decoration::Role::kSystem;
    // Texts and variables in turns, a text first and last: "a{{x}}b" is "a", "b" with x between.
    std::vector<std::string> texts;
    std::vector<std::size_t> variables;  // of the template
  };
  std::string name;
  std::vector<Message> messages;
  std::vector<Variable> variables;

  // The variable of that name; absent: the template has none.
  std::optional<std::size_t> find(std::string_view variable) const;
};

// What a prompt may grow to.
inline constexpr std::size_t kMaxExpandedBytes = 1024 * 1024;

// Cuts "a {{ x }} b" into the message; variables that are not declared become the caller's. Returns
// what is wrong: "has \"{{\" without \"}}\""; empty: nothing.
std::string cut_template(std::string_view content, Template& of, Template::Message& out);

// The messages with these values, of the template's variables in their order.
// Errors: kLimit: more than kMaxExpandedBytes.
Result<std::vector<Decoration>> expand(const Template& one, const std::vector<std::string>& values);

}  // namespace tidegate::processors::prompt_tools
