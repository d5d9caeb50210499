// A tree of plain values with the place each one stands at, from YAML or JSON text.
//
// Value is what decoders read: null, bool, number, string, list, or map in the order written. It is
// a 24-byte view; its text and children live in the Arena given to the parser, and die with it.
// Numbers stay text until someone asks, so nothing is lost or rounded on the way.
//
// Thread: immutable once parsed.    Entry: parse.h makes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace tidegate::yaml {

// Where a value begins in its file; both count from 1, columns in bytes.
struct Mark {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  friend bool operator==(const Mark&, const Mark&) = default;
};

enum class Kind : std::uint8_t {
  kNull,
  kBool,
  kInt,    // decimal, 0x or 0o, any size
  kFloat,  // with a fraction, an exponent, .inf or .nan
  kString,
  kList,
  kMap,
};

// "null", "boolean", "integer", "number", "string", "list", "map": for messages.
std::string_view to_string(Kind kind);

struct Entry;

class Value {
 public:
  Value() = default;  // null at 1:1
  static Value make_scalar(Kind kind, std::string_view text, Mark mark);
  // `items` and `entries` must outlive the value.
  static Value make_list(std::span<const Value> items, Mark mark);
  static Value make_map(std::span<const Entry> entries, Mark mark);

  Kind kind() const { return kind_; }
  Mark mark() const { return {line_, column_}; }
  bool is_scalar() const { return kind_ < Kind::kList; }
  // The same value seen from elsewhere, for an alias.
  Value at(Mark mark) const;

  // A scalar's text: a string's content, a number or boolean as written. Empty for null, list and
  // map.
  std::string_view text() const;
  // Empty unless a list.
  std::span<const Value> items() const;
  // Empty unless a map. Keys are unique.
  std::span<const Entry> entries() const;
  // The value under a key; null when this is no map or has no such key.
  const Value* find(std::string_view key) const;

  // Absent unless a boolean.
  std::optional<bool> as_bool() const;
  // Absent unless an integer that fits.
  std::optional<std::int64_t> as_int() const;
  // Absent unless a finite number.
  std::optional<double> as_double() const;

 private:
  Value(Kind kind, const void* data, std::size_t size, Mark mark);

  const void* data_ = nullptr;
  std::uint32_t size_ = 0;  // bytes, items or entries
  std::uint32_t line_ = 1;
  std::uint32_t column_ : 29 = 1;
  Kind kind_ : 3 = Kind::kNull;
};
static_assert(sizeof(Value) == 24);

struct Entry {
  Value key;  // always a string
  Value value;
};

}  // namespace tidegate::yaml
