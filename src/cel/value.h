// One CEL value: sixteen bytes, copied freely, owning nothing.
//
// Text, lists and maps are borrowed: from the program (constants), from the host (what its
// Activation hands out) or from the evaluation's arena (what was computed). A value is good for as
// long as the three are. An error and "not known yet" are values too, which is how && and || absorb
// them.
// Thread: values; whatever they borrow from decides.
// Source: CEL language definition, "Values" and "Evaluation".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/arena.h"

namespace tidegate::cel {

enum class Kind : std::uint8_t {
  kNull,
  kBool,
  kInt,
  kUint,
  kDouble,
  kString,  // UTF-8 by intent; functions bear other bytes
  kBytes,
  kList,
  kMap,
  kTimestamp,
  kDuration,
  kType,
  kOptional,
  kOpaque,   // a value of a type that an extension brings
  kUnknown,  // the host cannot tell yet: wins over errors, loses against what decides without it
  kError,
};

class List;
class Map;
class Opaque;

// Seconds and nanoseconds of a point in time since 1970 (UTC) or of a span, whose two parts have
// one sign.
struct TimeParts {
  std::int64_t seconds = 0;
  std::int32_t nanos = 0;

  friend auto operator<=>(const TimeParts&, const TimeParts&) = default;
};

class Value {
 public:
  Value() = default;  // null

  static Value boolean(bool value) {
    Value made(Kind::kBool);
    made.payload_.boolean = value;
    return made;
  }
  static Value integer(std::int64_t value) {
    Value made(Kind::kInt);
    made.payload_.integer = value;
    return made;
  }
  static Value unsigned_integer(std::uint64_t value) {
    Value made(Kind::kUint);
    made.payload_.unsigned_integer = value;
    return made;
  }
  static Value number(double value) {
    Value made(Kind::kDouble);
    made.payload_.number = value;
    return made;
  }
  // At most 4 GiB.
  static Value string(std::string_view text) { return Value(Kind::kString, text); }
  static Value bytes(std::string_view bytes) { return Value(Kind::kBytes, bytes); }
  static Value type(std::string_view name) { return Value(Kind::kType, name); }
  static Value list(const List* list) {
    Value made(Kind::kList);
    made.payload_.list = list;
    return made;
  }
  static Value map(const Map* map) {
    Value made(Kind::kMap);
    made.payload_.map = map;
    return made;
  }
  static Value timestamp(TimeParts parts) { return Value(Kind::kTimestamp, parts); }
  static Value duration(TimeParts parts) { return Value(Kind::kDuration, parts); }
  // An optional that holds *value, which must outlive it, or none when value is null.
  static Value optional(const Value* value) {
    Value made(Kind::kOptional);
    made.payload_.value = value;
    return made;
  }
  static Value opaque(const Opaque* opaque) {
    Value made(Kind::kOpaque);
    made.payload_.opaque = opaque;
    return made;
  }
  static Value unknown() { return Value(Kind::kUnknown); }
  // `message` ends with NUL and outlives the value; `offset` is the byte of the source that failed.
  static Value error(const char* message, std::uint32_t offset = 0) {
    Value made(Kind::kError);
    made.extra_ = offset;
    made.payload_.text = message;
    return made;
  }

  Kind kind() const { return kind_; }
  bool is(Kind kind) const { return kind_ == kind; }
  // An error or unknown: not a value to compute with.
  bool is_bad() const { return kind_ >= Kind::kUnknown; }
  bool is_true() const { return kind_ == Kind::kBool && payload_.boolean; }
  bool is_false() const { return kind_ == Kind::kBool && !payload_.boolean; }
  bool is_number() const { return kind_ >= Kind::kInt && kind_ <= Kind::kDouble; }

  // Each only when kind() says so.
  bool as_bool() const { return payload_.boolean; }
  std::int64_t as_int() const { return payload_.integer; }
  std::uint64_t as_uint() const { return payload_.unsigned_integer; }
  double as_double() const { return payload_.number; }
  std::string_view as_text() const { return {payload_.text, extra_}; }  // string, bytes, type
  const List& as_list() const { return *payload_.list; }
  const Map& as_map() const { return *payload_.map; }
  const Value* as_optional() const { return payload_.value; }
  const Opaque& as_opaque() const { return *payload_.opaque; }
  TimeParts as_time() const { return {payload_.integer, static_cast<std::int32_t>(extra_)}; }
  const char* error_message() const { return payload_.text; }
  std::uint32_t error_offset() const { return extra_; }

 private:
  explicit Value(Kind kind) : kind_(kind) {}
  Value(Kind kind, std::string_view text)
      : kind_(kind), extra_(static_cast<std::uint32_t>(text.size())) {
    payload_.text = text.data();
  }
  Value(Kind kind, TimeParts parts) : kind_(kind), extra_(static_cast<std::uint32_t>(parts.nanos)) {
    payload_.integer = parts.seconds;
  }

  Kind kind_ = Kind::kNull;
  std::uint32_t extra_ = 0;  // bytes of text, nanoseconds, offset of an error
  union {
    bool boolean;
    std::int64_t integer = 0;
    std::uint64_t unsigned_integer;
    double number;
    const char* text;
    const List* list;
    const Map* map;
    const Value* value;
    const Opaque* opaque;
  } payload_;
};
static_assert(sizeof(Value) == 16);

// A list of the host or of an evaluation. Elements may be made when asked for.
class List {
 public:
  virtual std::size_t size() const = 0;
  // The element at index < size().
  virtual Value at(std::size_t index, Arena& arena) const = 0;
  // A map whose keys are the elements, of a list that has one: then `in` asks it.
  virtual const Map* index() const { return nullptr; }

 protected:
  ~List() = default;
};

// A map of the host or of an evaluation, with keys of kind bool, int, uint or string.
class Map {
 public:
  virtual std::size_t size() const = 0;
  // What stands under a key that equals `key`; a number of any kind finds its equal.
  virtual std::optional<Value> find(const Value& key, Arena& arena) const = 0;
  // The key and the value at index < size(), in an order that stays the same.
  virtual Value key_at(std::size_t index, Arena& arena) const = 0;
  virtual Value value_at(std::size_t index, Arena& arena) const = 0;

 protected:
  ~Map() = default;
};

// A value of an extension's own type: compared by type, then by its bytes.
class Opaque {
 public:
  virtual std::string_view type_name() const = 0;
  virtual bool equals(const Opaque& other) const = 0;  // of the same type

 protected:
  ~Opaque() = default;
};

// The name of the type of a value, as type(x) gives it: "int", "google.protobuf.Timestamp".
std::string_view type_name(const Value& value);

}  // namespace tidegate::cel
