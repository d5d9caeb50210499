#include "bench/load/arguments.h"

#include <charconv>

#include "bench/load/fatal.h"

namespace tidegate::bench {

Arguments::Arguments(std::span<char*> words) {
  for (std::size_t i = 0; i < words.size(); i += 2) {
    std::string_view name = words[i];
    if (!name.starts_with("--")) fatal(fmt::format("expected --name, got '{}'", name));
    if (i + 1 == words.size()) fatal(fmt::format("'{}' has no value", name));
    values_[std::string(name.substr(2))].text = words[i + 1];
  }
}

const std::string* Arguments::find(std::string_view name) {
  auto found = values_.find(name);
  if (found == values_.end()) return nullptr;
  found->second.use = Value::Use::kAsked;
  return &found->second.text;
}

std::string Arguments::text(std::string_view name, std::string_view otherwise) {
  const std::string* value = find(name);
  return value != nullptr ? *value : std::string(otherwise);
}

std::int64_t Arguments::number(std::string_view name, std::int64_t otherwise) {
  const std::string* value = find(name);
  if (value == nullptr) return otherwise;
  std::int64_t result = 0;
  const char* end = value->data() + value->size();
  auto [stop, error] = std::from_chars(value->data(), end, result);
  if (error != std::errc{} || stop != end || result < 0) {
    fatal(fmt::format("--{} must be a whole number, got '{}'", name, *value));
  }
  return result;
}

double Arguments::real(std::string_view name, double otherwise) {
  const std::string* value = find(name);
  if (value == nullptr) return otherwise;
  double result = 0;
  const char* end = value->data() + value->size();
  auto [stop, error] = std::from_chars(value->data(), end, result);
  if (error != std::errc{} || stop != end || result < 0) {
    fatal(fmt::format("--{} must be a number, got '{}'", name, *value));
  }
  return result;
}

void Arguments::reject_unknown() const {
  for (const auto& [name, value] : values_) {
    if (value.use == Value::Use::kUnknown) fatal(fmt::format("unknown option --{}", name));
  }
}

}  // namespace tidegate::bench
