#include "yaml/builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <unordered_map>
#include <utility>

namespace tidegate::yaml {
namespace {

// Above this many keys a map is checked for duplicates with a table instead of by comparing pairs.
constexpr std::size_t kFewKeys = 16;

std::string duplicate(const Value& key, const Value& first) {
  return fmt::format("duplicate key \"{}\" (first at line {})", key.text(), first.mark().line);
}

}  // namespace

void Builder::begin_list(Mark mark, std::size_t anchor) { begin(Kind::kList, mark, anchor); }

void Builder::begin_map(Mark mark, std::size_t anchor) { begin(Kind::kMap, mark, anchor); }

void Builder::begin(Kind kind, Mark mark, std::size_t anchor) {
  if (failed_) return;
  if (frames_.size() >= kMaxDepth) {
    fail(mark, fmt::format("nested deeper than {} levels", kMaxDepth));
    return;
  }
  frames_.push_back({stack_.size(), nodes_++, anchor, 0, mark, kind});
}

void Builder::add_scalar(Kind kind, std::string_view text, Mark mark, std::size_t anchor) {
  if (failed_) return;
  ++nodes_;
  const Value value = Value::make_scalar(kind, arena_.copy(text), mark);
  remember(anchor, value, 1, 0);
  add(value, 0);
}

void Builder::add_alias(Mark mark, std::size_t anchor) {
  if (failed_) return;
  if (anchor >= anchors_.size() || anchors_[anchor].nodes == 0) {
    fail(mark, "an alias inside the value it names");
    return;
  }
  const Anchored& target = anchors_[anchor];
  alias_nodes_ += target.nodes;
  nodes_ += target.nodes;
  if (alias_nodes_ > kMaxAliasNodes) {
    fail(mark, fmt::format("aliases add more than {} values", kMaxAliasNodes));
    return;
  }
  if (frames_.size() + target.height > kMaxDepth) {
    fail(mark, fmt::format("nested deeper than {} levels", kMaxDepth));
    return;
  }
  add(target.value.at(mark), target.height);
}

void Builder::end() {
  if (failed_) return;
  const Frame frame = frames_.back();
  frames_.pop_back();
  Value value;
  if (frame.kind == Kind::kMap) {
    value = take_map(frame);
  } else {
    const std::size_t count = stack_.size() - frame.first;
    auto* items = arena_.allocate_array<Value>(count);
    std::copy_n(stack_.begin() + static_cast<std::ptrdiff_t>(frame.first), count, items);
    value = Value::make_list({items, count}, frame.mark);
  }
  stack_.resize(frame.first);
  remember(frame.anchor, value, nodes_ - frame.nodes, frame.height + 1);
  add(value, frame.height + 1);
}

void Builder::add_problem(Mark mark, std::string message) {
  problems_.push_back({mark, std::move(message)});
}

const Value* Builder::finish() {
  if (failed_ || !frames_.empty()) return nullptr;
  if (stack_.empty()) return arena_.make<Value>();
  return arena_.make<Value>(stack_.front());
}

void Builder::add(const Value& value, std::size_t height) {
  if (!frames_.empty()) frames_.back().height = std::max(frames_.back().height, height);
  stack_.push_back(value);
}

void Builder::remember(std::size_t anchor, const Value& value, std::size_t nodes,
                       std::size_t height) {
  if (anchor == 0) return;
  if (anchors_.size() <= anchor) anchors_.resize(anchor + 1);
  anchors_[anchor] = {value, nodes, height};
}

Value Builder::take_map(const Frame& frame) {
  std::vector<Entry> entries;
  entries.reserve((stack_.size() - frame.first) / 2);
  for (std::size_t i = frame.first; i + 1 < stack_.size(); i += 2) {
    const Value& key = stack_[i];
    if (!key.is_scalar() || key.kind() == Kind::kNull) {
      add_problem(key.mark(),
                  fmt::format("a key must be a string, not a {}", to_string(key.kind())));
      continue;
    }
    entries.push_back({Value::make_scalar(Kind::kString, key.text(), key.mark()), stack_[i + 1]});
  }
  check_keys(entries);
  auto* kept = arena_.allocate_array<Entry>(entries.size());
  std::ranges::copy(entries, kept);
  return Value::make_map({kept, entries.size()}, frame.mark);
}

// Reports keys that stand more than once; the first stays.
void Builder::check_keys(std::vector<Entry>& entries) {
  std::vector<Entry> kept;
  kept.reserve(entries.size());
  std::unordered_map<std::string_view, std::size_t> table;
  const bool small = entries.size() <= kFewKeys;
  for (const auto& entry : entries) {
    const Entry* first = nullptr;
    if (small) {
      const auto same = [&](const Entry& e) { return e.key.text() == entry.key.text(); };
      const auto found = std::ranges::find_if(kept, same);
      if (found != kept.end()) first = &*found;
    } else if (const auto [at, fresh] = table.try_emplace(entry.key.text(), kept.size()); !fresh) {
      first = &kept[at->second];
    }
    if (first == nullptr) {
      kept.push_back(entry);
    } else {
      add_problem(entry.key.mark(), duplicate(entry.key, first->key));
    }
  }
  entries = std::move(kept);
}

void Builder::fail(Mark mark, std::string message) {
  add_problem(mark, std::move(message));
  failed_ = true;
}

}  // namespace tidegate::yaml
