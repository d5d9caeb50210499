#include "route/conditions.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "base/ascii.h"
#include "http/uri.h"

namespace tidegate::route {
namespace {

constexpr std::size_t kStackTextBytes = 2048;

bool is_named(const http::Field& field, const ValueCondition& condition) {
  if (condition.id != http::HeaderId::kOther) return field.id == condition.id;
  return field.id == http::HeaderId::kOther && http::iequals(field.name, condition.config->name);
}

// Whether the values of all fields of that name, joined by ",", are `expected`.
bool joined_equals(std::span<const http::Field> fields, const ValueCondition& condition) {
  std::string_view expected = condition.config->value;
  bool found = false;
  for (const http::Field& field : fields) {
    if (!is_named(field, condition)) continue;
    if (found) {
      if (!expected.starts_with(',')) return false;
      expected.remove_prefix(1);
    }
    if (!expected.starts_with(field.value)) return false;
    expected.remove_prefix(field.value.size());
    found = true;
  }
  return found && expected.empty();
}

bool joined_matches(std::span<const http::Field> fields, const ValueCondition& condition) {
  const http::Field* first = nullptr;
  std::string joined;  // used only when a name comes more than once
  bool several = false;
  for (const http::Field& field : fields) {
    if (!is_named(field, condition)) continue;
    if (first == nullptr) {
      first = &field;
      continue;
    }
    if (!several) joined = first->value;
    several = true;
    joined.append(",").append(field.value);
  }
  if (first == nullptr) return false;
  return condition.regex->matches(several ? std::string_view(joined) : first->value);
}

bool header_holds(const http::RequestHead& head, const ValueCondition& condition) {
  if (condition.id == http::HeaderId::kHost) {
    return condition.regex ? condition.regex->matches(head.authority)
                           : head.authority == condition.config->value;
  }
  return condition.regex ? joined_matches(head.fields.fields(), condition)
                         : joined_equals(head.fields.fields(), condition);
}

// Takes one decoded character off the front of `raw` (not empty): "%2f" and "+" as forms encode
// them.
char take_decoded(std::string_view& raw) {
  const char c = raw.front();
  if (c == '%' && raw.size() >= 3) {
    const int high = hex_value(raw[1]);
    const int low = hex_value(raw[2]);
    if (high >= 0 && low >= 0) {
      raw.remove_prefix(3);
      return static_cast<char>(high * 16 + low);
    }
  }
  raw.remove_prefix(1);
  return c == '+' ? ' ' : c;
}

bool decoded_equals(std::string_view raw, std::string_view expected) {
  if (raw == expected) return true;
  while (!raw.empty()) {
    if (expected.empty() || take_decoded(raw) != expected.front()) return false;
    expected.remove_prefix(1);
  }
  return expected.empty();
}

bool decoded_matches(std::string_view raw, const Regex& regex) {
  std::array<char, kStackTextBytes> stack;
  std::string heap;
  char* out = stack.data();
  if (raw.size() > stack.size()) {
    heap.resize(raw.size());
    out = heap.data();
  }
  std::size_t size = 0;
  while (!raw.empty()) out[size++] = take_decoded(raw);
  return regex.matches({out, size});
}

// Value of the first parameter of that name, as sent.
std::optional<std::string_view> find_parameter(std::string_view query, std::string_view name) {
  http::QueryReader reader(query);
  while (const auto parameter = reader.next()) {
    if (decoded_equals(parameter->name, name)) return parameter->value;
  }
  return std::nullopt;
}

bool parameter_holds(std::string_view query, const ValueCondition& condition) {
  const auto value = find_parameter(query, condition.config->name);
  if (!value) return false;
  return condition.regex ? decoded_matches(*value, *condition.regex)
                         : decoded_equals(*value, condition.config->value);
}

bool same_list(const std::vector<ValueCondition>& a, const std::vector<ValueCondition>& b) {
  return std::ranges::equal(a, b, [](const ValueCondition& x, const ValueCondition& y) {
    return *x.config == *y.config;
  });
}

}  // namespace

Conditions::Conditions(const config::HttpMatch& match, std::vector<std::string>& problems) {
  for (const config::ValueMatch& header : match.headers) {
    if (http::header_id(header.name) != http::HeaderId::kXGatewayModelName) {
      add(headers_, header, problems);
    } else if (!model_) {
      std::vector<ValueCondition> one;
      add(one, header, problems);
      model_ = std::move(one.front());
    }
  }
  for (const config::ValueMatch& parameter : match.query) {
    const bool repeated = std::ranges::any_of(
        query_, [&](const ValueCondition& c) { return c.config->name == parameter.name; });
    if (!repeated) add(query_, parameter, problems);
  }
}

void Conditions::add(std::vector<ValueCondition>& list, const config::ValueMatch& match,
                     std::vector<std::string>& problems) {
  ValueCondition condition;
  condition.config = &match;
  condition.id = http::header_id(match.name);
  if (&list == &headers_ && std::ranges::any_of(list, [&](const ValueCondition& earlier) {
        return http::iequals(earlier.config->name, match.name);
      })) {
    return;
  }
  if (match.kind == config::ValueMatch::Kind::kRegex) {
    auto regex = Regex::make(match.value);
    if (regex) {
      condition.regex = std::move(*regex);
    } else {
      problems.push_back(std::move(regex.error().detail));
      impossible_ = true;
    }
  }
  list.push_back(std::move(condition));
}

bool Conditions::hold_besides_model(const http::RequestHead& head) const {
  if (impossible_) return false;
  for (const ValueCondition& header : headers_) {
    if (!header_holds(head, header)) return false;
  }
  for (const ValueCondition& parameter : query_) {
    if (!parameter_holds(head.query(), parameter)) return false;
  }
  return true;
}

bool Conditions::model_holds(std::string_view name) const {
  if (!model_) return true;
  return model_->regex ? model_->regex->matches(name) : model_->config->value == name;
}

bool Conditions::same_besides_model(const Conditions& other) const {
  return same_list(headers_, other.headers_) && same_list(query_, other.query_);
}

}  // namespace tidegate::route
