// Gathers the texts of one validated payload. Internal to src/llm/text.   Thread: one owner.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "json/cursor.h"
#include "llm/text/text.h"

namespace tidegate::llm {

// Walks through the members of an object. A name comes as the most lenient server could read it:
// decoded, in lower case, without underscores ("inline_data" is "inlinedata"). Members of one name
// all come, since servers differ in which of them counts.
class LooseFields {
 public:
  LooseFields(std::string_view object, Arena& arena) : cursor_(object), arena_(&arena) {}

  struct Item {
    std::string_view name;   // valid until the next call; empty where it is longer than any we know
    std::string_view value;  // raw
  };
  bool next(Item& out);

 private:
  json::ObjectCursor cursor_;
  Arena* arena_;
  std::array<char, 32> name_{};
};

// The last member of that (loose) name; empty: there is none.
std::string_view find_loose(std::string_view object, std::string_view name, Arena& arena);

class TextCollector {
 public:
  TextCollector(std::string_view payload, Arena& arena, std::vector<Text>& out)
      : payload_(payload), arena_(&arena), out_(&out), first_(out.size()) {}

  // Where the following texts are.
  void set_message(std::uint32_t message) { message_ = message; }

  // `value` is raw JSON within the payload; what is no string, an empty one and data URLs are
  // passed over.
  void add(std::string_view value, Channel channel, bool is_json = false);
  // Every string within a value of any shape, in one pass.
  void add_leaves(std::string_view value, Channel channel);
  // The descriptions within a JSON schema.
  void add_descriptions(std::string_view schema);

  bool overflow() const { return overflow_; }
  Arena& arena() { return *arena_; }
  std::string_view payload() const { return payload_; }

 private:
  template <class Visit>
  void for_each_string(std::string_view value, Visit visit);

  std::string_view payload_;
  Arena* arena_;
  std::vector<Text>* out_;
  std::size_t first_;
  std::uint32_t message_ = Text::kNoMessage;
  bool overflow_ = false;
};

}  // namespace tidegate::llm
