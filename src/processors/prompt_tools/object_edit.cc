#include "processors/prompt_tools/object_edit.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "json/cursor.h"
#include "json/escaped_text.h"
#include "json/value.h"
#include "json/writer.h"

namespace tidegate::processors::prompt_tools {
namespace {

std::optional<double> number_of(std::string_view value) {
  double number = 0;
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != value.data() + value.size()) return std::nullopt;
  return number;
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string out;
  json::Writer(out).string(text);
  return out;
}

ObjectEdit::ObjectEdit(pipeline::Turn& turn, std::string_view object)
    : turn_(turn), object_(object) {
  json::ObjectCursor cursor(object_);
  while (const auto item = cursor.next()) {
    members_.push_back({json::unescape({item->name}, turn_.arena), item->value, item->name});
  }
}

const ObjectEdit::Member* ObjectEdit::find(std::string_view name) const {
  const auto found = std::ranges::find(members_, name, &Member::name);
  return found == members_.end() ? nullptr : &*found;
}

const ObjectEdit::Member* ObjectEdit::find_any(Spellings names) const {
  for (const std::string_view name : names) {
    if (const Member* found = find(name)) return found;
  }
  return nullptr;
}

void ObjectEdit::override_member(std::string_view name, std::string_view json) {
  bool there = false;
  for (const Member& member : members_) {
    if (member.name != name || member.removed) continue;
    there = true;
    if (member.value != json) replace(member.value, json);
  }
  if (!there) add(name, json);
}

void ObjectEdit::default_member(std::string_view name, std::string_view json) {
  if (find(name) == nullptr) add(name, json);
}

void ObjectEdit::cap_member(std::string_view name, double most) {
  for (const Member& member : members_) {
    if (member.name != name) continue;
    const auto number = number_of(member.value);
    if (number && *number > most) replace(member.value, fmt::format("{}", most));
  }
}

void ObjectEdit::remove(std::string_view name) {
  for (Member& member : members_) member.removed = member.removed || member.name == name;
}

void ObjectEdit::add(std::string_view name, std::string_view json) {
  added_ += fmt::format("{}{}:{}", added_.empty() ? "" : ",", quoted(name), json);
}

std::span<ObjectEdit* const> ObjectEdit::children(Spellings names) {
  Children& made = children_[std::string(names.front())];
  if (!made.all.empty()) return made.all;
  for (const Member& member : members_) {
    if (std::ranges::find(names, member.name) == names.end()) continue;
    if (!json::is_object(member.value)) continue;
    made.owned.push_back(std::make_unique<ObjectEdit>(turn_, member.value));
  }
  if (made.owned.empty()) {
    made.owned.push_back(std::unique_ptr<ObjectEdit>(new ObjectEdit(turn_)));
    made.is_new = true;
  }
  for (const auto& one : made.owned) made.all.push_back(one.get());
  return made.all;
}

void ObjectEdit::finish() {
  for (auto& [name, children] : children_) {
    if (!children.is_new) {
      for (ObjectEdit* child : children.all) child->finish();
    } else if (const std::string& inside = children.all.front()->added_; !inside.empty()) {
      override_member(name, "{" + inside + "}");  // what stands there is no object
    }
  }
  write_removals();
  if (added_.empty()) return;
  const bool first = std::ranges::all_of(members_, &Member::removed);
  insert_at(object_.data() + object_.size() - 1, (first ? "" : ",") + added_);
}

void ObjectEdit::write_removals() {
  for (std::size_t first = 0; first < members_.size(); ++first) {
    if (!members_[first].removed) continue;
    std::size_t last = first;
    while (last + 1 < members_.size() && members_[last + 1].removed) ++last;
    remove_run(first, last);
    first = last;
  }
}

// Neighbours, with one comma beside them.
void ObjectEdit::remove_run(std::size_t first, std::size_t last) {
  const char* begin = members_[first].raw_name.data() - 1;
  const char* end = members_[last].value.data() + members_[last].value.size();
  if (first > 0) {
    const std::string_view before = members_[first - 1].value;
    begin = before.data() + before.size();
  } else if (last + 1 < members_.size()) {
    end = members_[last + 1].raw_name.data() - 1;
  }
  replace({begin, static_cast<std::size_t>(end - begin)}, {});
}

void ObjectEdit::replace(std::string_view raw, std::string_view text) {
  const auto begin = static_cast<std::size_t>(raw.data() - turn_.message.payload.data());
  turn_.effects.replace(begin, begin + raw.size(), turn_.arena.copy(text));
}

}  // namespace tidegate::processors::prompt_tools
