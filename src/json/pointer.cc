#include "json/pointer.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "json/cursor.h"
#include "json/text.h"
#include "json/value.h"

namespace tidegate::json {
namespace {

// "~1" is a slash, "~0" a tilde.
std::optional<std::string> decode_step(std::string_view step) {
  std::string out;
  for (std::size_t i = 0; i < step.size(); ++i) {
    if (step[i] != '~') {
      out += step[i];
      continue;
    }
    if (++i == step.size() || (step[i] != '0' && step[i] != '1')) return std::nullopt;
    out += step[i] == '0' ? '~' : '/';
  }
  return out;
}

// Digits without zeros in front of them.
std::optional<std::size_t> parse_index(std::string_view step) {
  std::size_t index = 0;
  if (step.empty() || (step.size() > 1 && step.front() == '0')) return std::nullopt;
  const auto parsed = std::from_chars(step.data(), step.data() + step.size(), index);
  if (parsed.ec != std::errc() || parsed.ptr != step.data() + step.size()) return std::nullopt;
  return index;
}

std::optional<std::string_view> find_element(std::string_view array, std::size_t index) {
  ArrayCursor elements(array);
  auto element = elements.next();
  for (std::size_t i = 0; i < index && element; ++i) element = elements.next();
  return element;
}

// By the plain name, escapes decoded.
std::optional<std::string_view> find_plain_member(std::string_view object, std::string_view name) {
  ObjectCursor members(object);
  std::string plain;
  while (const auto member = members.next()) {
    if (member->name == name) return member->value;
    if (member->name.find('\\') == std::string_view::npos) continue;
    plain = member->name;
    plain.resize(decode_escapes(plain, plain.data()));
    if (plain == name) return member->value;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Pointer> Pointer::parse(std::string_view text) {
  Pointer made;
  while (!text.empty()) {
    if (text.front() != '/' || made.steps_.size() == kMaxSteps) return std::nullopt;
    text.remove_prefix(1);
    auto step = decode_step(text.substr(0, text.find('/')));
    if (!step) return std::nullopt;
    made.steps_.push_back(*std::move(step));
    text.remove_prefix(std::min(text.size(), text.find('/')));
  }
  return made;
}

std::optional<std::string_view> Pointer::find(std::string_view value) const {
  for (const std::string& step : steps_) {
    std::optional<std::string_view> next;
    if (is_object(value)) {
      next = find_plain_member(value, step);
    } else if (const auto index = parse_index(step); index && is_array(value)) {
      next = find_element(value, *index);
    }
    if (!next) return std::nullopt;
    value = *next;
  }
  return value;
}

}  // namespace tidegate::json
