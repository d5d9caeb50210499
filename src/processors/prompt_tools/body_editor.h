// Edits of a model request as splices of its bytes, in the shape of its format.   Thread: one
// owner.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/processor.h"
#include "processors/prompt_tools/call_shape.h"
#include "processors/prompt_tools/config.h"
#include "processors/prompt_tools/object_edit.h"

namespace tidegate::processors::prompt_tools {

class BodyEditor {
 public:
  // REQUIRES: the payload is valid JSON. Edits go into turn.effects.
  explicit BodyEditor(pipeline::Turn& turn);

  // The text of a string, number or boolean at a path, in the arena; absent for anything else.
  std::optional<std::string_view> find_text(std::span<const PathStep> path) const;
  // A top-level member, raw.
  std::optional<std::string_view> find_member(std::string_view name) const;
  void remove_member(std::string_view name) { root_.remove(name); }

  void override_parameter(const Parameter& parameter);
  void default_parameter(const Parameter& parameter);
  // Lowers a number that is there.
  void cap_parameter(const Cap& cap);
  // Lowers the limit of output tokens, by whatever name; sets it where there is none.
  // Errors: kUnsupported: not a format that it knows. The same for the two below.
  Result<void> cap_output(std::uint64_t tokens);
  Result<void> decorate(std::span<const Decoration> prepend, std::span<const Decoration> append);
  // Leaves out tools that are not allowed, or returns the name of the first one. Empty: fine.
  Result<std::string> keep_tools(const ToolRules& rules);
  // Puts the members that were added behind the last ones.
  void finish() { root_.finish(); }

 private:
  Result<const CallShape*> known_shape() const;
  Result<void> check_list(const CallShape& shape) const;
  void decorate_list(const CallShape& shape, std::span<const Decoration> prepend,
                     std::span<const Decoration> append);
  void prepend_system(const CallShape& shape, std::string_view text);
  void prepend_blocks(const CallShape& shape, std::string_view list, std::string_view text);
  std::string take_tools(ObjectEdit& holder, std::string_view name, const ToolRules& rules);

  pipeline::Turn& turn_;
  std::string_view object_;  // braces included
  ObjectEdit root_;
};

}  // namespace tidegate::processors::prompt_tools
