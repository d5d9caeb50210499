// Appends JSON text to a string: for error bodies, log lines and command output.
//
// Commas are put by the writer; nesting is the caller's to get right (checked in debug builds).
// Texts that are not UTF-8 are repaired, so that the result is always valid JSON. Thread: one
// owner; `out` must outlive the writer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "json/escaped_text.h"

namespace tidegate::json {

class Writer {
 public:
  explicit Writer(std::string& out) : out_(&out) {}

  Writer& begin_object();
  Writer& end_object();
  Writer& begin_array();
  Writer& end_array();
  // The name of the next value.
  Writer& key(std::string_view name);
  // The same for the inside of a JSON string: escapes stand in it already.
  Writer& raw_key(std::string_view name);

  Writer& string(std::string_view text);
  Writer& string(EscapedText text);
  Writer& number(std::int64_t value);
  Writer& number(std::uint64_t value);
  Writer& number(std::uint32_t value) { return number(std::uint64_t{value}); }
  Writer& number(std::int32_t value) { return number(std::int64_t{value}); }
  // Shortest text that reads back as the same double; null for what JSON cannot say (NaN,
  // infinity).
  Writer& number(double value);
  enum class Bool : std::uint8_t { kFalse, kTrue };
  Writer& boolean(Bool value);
  Writer& null();
  // JSON text that is already encoded. Its line ends become spaces: what is written is one line, as
  // the data of an event must be.
  Writer& raw(std::string_view json);

  // key() and value in one.
  Writer& member(std::string_view name, std::string_view text) { return key(name).string(text); }
  Writer& member(std::string_view name, const char* text) { return key(name).string(text); }
  Writer& member(std::string_view name, EscapedText text) { return key(name).string(text); }
  Writer& member(std::string_view name, std::uint64_t value) { return key(name).number(value); }

 private:
  void separate();

  std::string* out_;
  bool first_ = true;  // nothing stands before the next value in its container
  bool after_key_ = false;
  std::size_t depth_ = 0;
};

}  // namespace tidegate::json
