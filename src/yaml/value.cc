#include "yaml/value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace tidegate::yaml {
namespace {

constexpr std::uint32_t kMaxColumn = (1u << 29) - 1;

}  // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::kNull:
      return "null";
    case Kind::kBool:
      return "boolean";
    case Kind::kInt:
      return "integer";
    case Kind::kFloat:
      return "number";
    case Kind::kString:
      return "string";
    case Kind::kList:
      return "list";
    case Kind::kMap:
      return "map";
  }
  return "value";
}

Value::Value(Kind kind, const void* data, std::size_t size, Mark mark)
    : data_(data),
      size_(static_cast<std::uint32_t>(size)),
      line_(mark.line),
      column_(std::min(mark.column, kMaxColumn)),
      kind_(kind) {}

Value Value::make_scalar(Kind kind, std::string_view text, Mark mark) {
  return {kind, text.data(), text.size(), mark};
}

Value Value::make_list(std::span<const Value> items, Mark mark) {
  return {Kind::kList, items.data(), items.size(), mark};
}

Value Value::make_map(std::span<const Entry> entries, Mark mark) {
  return {Kind::kMap, entries.data(), entries.size(), mark};
}

Value Value::at(Mark mark) const { return {kind_, data_, size_, mark}; }

std::string_view Value::text() const {
  if (!is_scalar() || size_ == 0) return {};
  return {static_cast<const char*>(data_), size_};
}

std::span<const Value> Value::items() const {
  if (kind_ != Kind::kList) return {};
  return {static_cast<const Value*>(data_), size_};
}

std::span<const Entry> Value::entries() const {
  if (kind_ != Kind::kMap) return {};
  return {static_cast<const Entry*>(data_), size_};
}

const Value* Value::find(std::string_view key) const {
  for (const auto& entry : entries()) {
    if (entry.key.text() == key) return &entry.value;
  }
  return nullptr;
}

std::optional<bool> Value::as_bool() const {
  if (kind_ != Kind::kBool) return std::nullopt;
  const char first = text().front();
  return first == 't' || first == 'T';
}

std::optional<std::int64_t> Value::as_int() const {
  if (kind_ != Kind::kInt) return std::nullopt;
  std::string_view digits = text();
  int base = 10;
  if (digits.starts_with("0x")) base = 16;
  if (digits.starts_with("0o")) base = 8;
  if (base != 10) digits.remove_prefix(2);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  std::int64_t number = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number, base);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

std::optional<double> Value::as_double() const {
  if (const auto whole = as_int()) return static_cast<double>(*whole);
  if (kind_ != Kind::kInt && kind_ != Kind::kFloat) return std::nullopt;
  std::string_view digits = text();
  if (digits.starts_with('+')) digits.remove_prefix(1);
  double number = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc{} || stop != end || !std::isfinite(number)) return std::nullopt;
  return number;
}

}  // namespace tidegate::yaml
