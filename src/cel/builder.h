// What a list or a map is collected in while a program runs.
#pragma once

#include "cel/collections.h"
#include "cel/function.h"
#include "cel/value.h"

namespace tidegate::cel {

// Keeps the first error, or unknown, that it is given: then that is the result.
class Builder final : public Opaque {
 public:
  void append(CallContext& context, const Value& value);
  void append_optional(CallContext& context, const Value& value);
  void insert(CallContext& context, const Value& key, const Value& value);
  void insert_optional(CallContext& context, const Value& key, const Value& value);
  // All entries of a map.
  void merge(CallContext& context, const Value& map);
  void fail(const Value& bad);

  Value finish_list(Arena& arena) const;
  Value finish_map(Arena& arena) const;

  std::string_view type_name() const override { return "builder"; }
  bool equals(const Opaque&) const override { return false; }

 private:
  // Whether to go on with an element.
  bool accepts(CallContext& context, const Value& value);

  ListBuilder list_;
  MapBuilder map_;
  Value failure_;  // null when there is none
};

// A new one as a value for a slot, which no expression can reach.
Value start_builder(Arena& arena);
Builder& builder_of(const Value& slot);

// The elements in the order of their keys, which must be of one kind that has an order.
Value sort_by_keys(CallContext& context, const Value& elements, const Value& keys);

}  // namespace tidegate::cel
