// Edits of a model request as splices of its bytes, by the names that its format uses.
//
// Names of members are compared after their escapes, and every member of a name is edited: a
// parser that takes the last of two must not see what the edit did not.   Thread: one owner.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/processor.h"
#include "processors/prompt_tools/config.h"

namespace tidegate::processors::prompt_tools {

class BodyEditor {
 public:
  // REQUIRES: the payload is valid JSON. Edits go into turn.effects.
  explicit BodyEditor(pipeline::Turn& turn);

  // The text of a string, number or boolean at a path, in the arena; absent for anything else, and
  // for what cannot stand in a field.
  std::optional<std::string_view> find_text(std::span<const PathStep> path) const;

  void override_member(const Parameter& parameter);
  void default_member(const Parameter& parameter);
  // Lowers a number that is there.
  void cap_member(const Cap& cap);
  // Lowers the limit of output tokens, by whatever name; sets it where there is none.
  // Errors: kUnsupported: not a format that it knows. The same for the two below.
  Result<void> cap_output(std::uint64_t tokens);
  Result<void> decorate(std::span<const Decoration> prepend, std::span<const Decoration> append);
  // Leaves out tools that are not allowed, or returns the name of the first one. Empty: fine.
  Result<std::string> keep_tools(const ToolRules& rules);
  // Puts the members that were added behind the last one.
  void finish();

 private:
  struct Member {
    std::string_view name;      // plain
    std::string_view value;     // raw, a view of the payload
    std::string_view raw_name;  // the same, without quotes
  };
  enum class Format : std::uint8_t { kChat, kMessages, kResponses, kOther };

  Result<Format> known_format() const;
  void replace(std::string_view raw, std::string_view text);
  void insert_at(const char* at, std::string_view text);
  void remove(const Member& member);
  void add_member(std::string_view name, std::string_view json);
  const Member* find(std::string_view name) const;
  void decorate_list(const Member& list, std::span<const Decoration> prepend,
                     std::span<const Decoration> append);
  void prepend_text(std::string_view name, std::string_view text);

  pipeline::Turn& turn_;
  std::string_view object_;  // braces included
  std::vector<Member> members_;
  std::string added_;
};

}  // namespace tidegate::processors::prompt_tools
