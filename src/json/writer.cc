#include "json/writer.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

#include "base/check.h"
#include "json/text.h"

namespace tidegate::json {

void Writer::separate() {
  if (!after_key_ && !first_) out_->push_back(',');
  first_ = false;
  after_key_ = false;
}

Writer& Writer::begin_object() {
  separate();
  out_->push_back('{');
  first_ = true;
  ++depth_;
  return *this;
}

Writer& Writer::end_object() {
  TIDEGATE_DCHECK(depth_ > 0 && !after_key_);
  out_->push_back('}');
  first_ = false;
  --depth_;
  return *this;
}

Writer& Writer::begin_array() {
  separate();
  out_->push_back('[');
  first_ = true;
  ++depth_;
  return *this;
}

Writer& Writer::end_array() {
  TIDEGATE_DCHECK(depth_ > 0 && !after_key_);
  out_->push_back(']');
  first_ = false;
  --depth_;
  return *this;
}

Writer& Writer::key(std::string_view name) {
  TIDEGATE_DCHECK(depth_ > 0 && !after_key_);
  string(name);
  out_->push_back(':');
  after_key_ = true;
  return *this;
}

Writer& Writer::raw_key(std::string_view name) {
  TIDEGATE_DCHECK(depth_ > 0 && !after_key_);
  separate();
  out_->append("\"").append(name).append("\":");
  after_key_ = true;
  return *this;
}

Writer& Writer::string(std::string_view text) {
  separate();
  out_->push_back('"');
  append_escaped(*out_, text);
  out_->push_back('"');
  return *this;
}

Writer& Writer::string(EscapedText text) {
  separate();
  out_->push_back('"');
  out_->append(text.bytes);
  out_->push_back('"');
  return *this;
}

Writer& Writer::number(std::int64_t value) { return raw(fmt::format_int(value).c_str()); }
Writer& Writer::number(std::uint64_t value) { return raw(fmt::format_int(value).c_str()); }

Writer& Writer::number(double value) {
  if (!std::isfinite(value)) return null();
  std::array<char, 32> text;
  const auto result = std::to_chars(text.data(), text.data() + text.size(), value);
  return raw({text.data(), result.ptr});
}

Writer& Writer::boolean(Bool value) { return raw(value == Bool::kTrue ? "true" : "false"); }
Writer& Writer::null() { return raw("null"); }

Writer& Writer::raw(std::string_view json) {
  separate();
  const std::size_t begin = out_->size();
  *out_ += json;
  // Inside of strings there are none.
  for (auto at = out_->find_first_of("\n\r", begin); at != std::string::npos;
       at = out_->find_first_of("\n\r", at + 1)) {
    (*out_)[at] = ' ';
  }
  return *this;
}

}  // namespace tidegate::json
