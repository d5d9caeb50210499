// Edits of one JSON object in a payload, as splices of its bytes.
//
// Names are compared after their escapes, and every member of a name is edited: a parser that takes
// the last of two must not see what the edit did not.   Thread: one owner.
#pragma once

#include <initializer_list>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/processor.h"

namespace tidegate::processors::prompt_tools {

// What a member may be called; the first is how it is written where it is not there.
using Spellings = std::span<const std::string_view>;

class ObjectEdit {
 public:
  struct Member {
    std::string_view name;      // plain
    std::string_view value;     // raw, a view of the payload
    std::string_view raw_name;  // the same, without quotes
    bool removed = false;
  };

  // REQUIRES: `object` is a view of the turn's payload, valid JSON, braces included. Edits go into
  // turn.effects.
  ObjectEdit(pipeline::Turn& turn, std::string_view object);

  std::span<const Member> members() const { return members_; }
  // The first; null: there is none.
  const Member* find(std::string_view name) const;
  const Member* find_any(Spellings names) const;

  void override_member(std::string_view name, std::string_view json);
  void default_member(std::string_view name, std::string_view json);
  // Lowers numbers that are there.
  void cap_member(std::string_view name, double most);
  // Every member of that name goes.
  void remove(std::string_view name);
  void add(std::string_view name, std::string_view json);

  // The objects that are members of these names, edited on their own; where there is none, a new
  // one that is written by finish().
  std::span<ObjectEdit* const> children(Spellings names);

  // Puts what was added behind the last member. Called once, after all edits.
  void finish();

  // A part of the payload: another text in its place, in the arena.
  void replace(std::string_view raw, std::string_view text);
  void insert_at(const char* at, std::string_view text) { replace({at, 0}, text); }

 private:
  struct Children {
    std::vector<std::unique_ptr<ObjectEdit>> owned;
    std::vector<ObjectEdit*> all;
    bool is_new = false;
  };
  explicit ObjectEdit(pipeline::Turn& turn) : turn_(turn) {}  // a new object
  void write_removals();
  void remove_run(std::size_t first, std::size_t last);

  pipeline::Turn& turn_;
  std::string_view object_;  // empty: a new one
  std::vector<Member> members_;
  std::map<std::string, Children, std::less<>> children_;
  std::string added_;
};

// A JSON string of the text, with quotes.
std::string quoted(std::string_view text);

}  // namespace tidegate::processors::prompt_tools
