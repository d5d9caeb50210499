#include "schema/checker.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "base/utf8.h"

namespace tidegate::schema {
namespace {

using json::Kind;

// Rules within rules; a reference that leads back to itself without a step into the value ends
// here.
constexpr std::size_t kMaxNesting = 400;

// Where a value stands.
struct Place {
  const Place* parent = nullptr;
  std::string_view name;
  std::size_t index = 0;
  bool is_item = false;

  std::string to_string() const {
    if (parent == nullptr) return {};
    std::string text = parent->to_string() + '/';
    if (is_item) return text + fmt::format("{}", index);
    for (const char c : name) {
      if (c == '~') {
        text += "~0";
      } else if (c == '/') {
        text += "~1";
      } else {
        text += c;
      }
    }
    return text;
  }
};

// Which members or items of one value some rule has looked at.
using Seen = std::vector<bool>;

void join(Seen& into, const Seen& from) {
  for (std::size_t i = 0; i < from.size(); ++i) into[i] = into[i] || from[i];
}

bool is_multiple(long double number, long double of) {
  const auto is_whole = [](long double quotient) {
    return std::fabs(quotient - std::nearbyint(quotient)) <=
           1e-12L * std::max(1.0L, std::fabs(quotient));
  };
  const bool is_integer = std::isfinite(number) && std::trunc(number) == number;
  if (is_integer && of < 1 && is_whole(1 / of)) return true;
  const long double times = number / of;
  constexpr long double kExact = 1e15L;  // beyond it a quotient says nothing of its fraction
  if (std::fabs(times) >= kExact || !std::isfinite(times)) return std::fmod(number, of) == 0;
  return is_whole(times);
}

std::size_t count_characters(std::string_view text) {
  const auto begins = [](char c) { return !is_continuation(c); };
  return static_cast<std::size_t>(std::ranges::count_if(text, begins));
}

std::uint32_t types_of(const Value& value) {
  switch (value.kind) {
    case Kind::kObject:
      return kTypeObject;
    case Kind::kArray:
      return kTypeArray;
    case Kind::kString:
      return kTypeString;
    case Kind::kNumber:
      return kTypeNumber | (value.is_integer() ? kTypeInteger : 0U);
    case Kind::kTrue:
    case Kind::kFalse:
      return kTypeBoolean;
    default:
      return kTypeNull;
  }
}

std::string list_types(std::uint32_t types) {
  std::string text;
  for (std::uint32_t bit = 1; bit <= kTypeInteger; bit <<= 1U) {
    if ((types & bit) == 0) continue;
    text += fmt::format("{}{}", text.empty() ? "" : " or ", name_of_type(bit));
  }
  return text;
}

class Checker {
 public:
  Checker(const Rules& rules, std::vector<Violation>& violations)
      : rules_(rules), violations_(&violations) {}

  // Whether it holds. `seen`: gets what was looked at, where it does.
  bool check(RuleId id, const Value& value, const Place& place, Seen* seen) {
    if (steps_ == 0 || nesting_ >= kMaxNesting) {
      exhausted_ = true;
      return false;
    }
    --steps_;
    const Rule& rule = rules_.rules[id];
    if (rule.always) {
      if (!*rule.always) tell(place, "must not be there");
      return *rule.always;
    }
    ++nesting_;
    Seen own(rules_.has_unevaluated ? std::max(value.members.size(), value.items.size()) : 0);
    bool holds = check_scalar(rule, value, place);
    holds = check_array(rule, value, place, own) && holds;
    holds = check_object(rule, value, place, own) && holds;
    holds = check_combined(rule, value, place, own) && holds;
    holds = check_unevaluated(rule, value, place, own) && holds;
    --nesting_;
    if (holds && seen != nullptr) join(*seen, own);
    return holds;
  }
  bool exhausted() const { return exhausted_; }

 private:
  void tell(const Place& place, std::string message) {
    if (violations_ == nullptr || violations_->size() >= kMaxViolations) return;
    violations_->push_back({place.to_string(), std::move(message)});
  }

  // Whether it holds, with nothing told.
  bool try_out(RuleId id, const Value& value, const Place& place, Seen* seen) {
    auto* const told = std::exchange(violations_, nullptr);
    const bool holds = check(id, value, place, seen);
    violations_ = told;
    return holds;
  }

  bool same(const Value& left, const Value& right) {
    const bool equals = equal(left, right, steps_);
    exhausted_ = exhausted_ || steps_ == 0;
    return equals;
  }

  template <class... Args>
  bool require(bool holds, const Place& place, fmt::format_string<Args...> format, Args&&... args) {
    if (!holds) tell(place, fmt::format(format, std::forward<Args>(args)...));
    return holds;
  }

  bool check_scalar(const Rule& rule, const Value& value, const Place& place) {
    bool holds = true;
    if (rule.types != 0 && (rule.types & types_of(value)) == 0) {
      holds = false;
      tell(place, fmt::format("must be {}, and is {}", list_types(rule.types), describe(value)));
    }
    if (rule.constant != nullptr && !same(*rule.constant, value)) {
      holds = false;
      tell(place, "is not the value that it must be");
    }
    if (rule.enumeration != nullptr &&
        std::ranges::none_of(rule.enumeration->items,
                             [&](const Value& one) { return same(one, value); })) {
      holds = false;
      tell(place, "is none of the values that are allowed");
    }
    if (value.is(Kind::kNumber)) return check_number(rule, value, place) && holds;
    if (value.is(Kind::kString)) return check_text(rule, value, place) && holds;
    return holds;
  }

  bool check_number(const Rule& rule, const Value& value, const Place& place) {
    const auto as_double = [](long double number) { return static_cast<double>(number); };
    const long double number = value.number;
    bool holds = true;
    if (rule.minimum && number < *rule.minimum) {
      holds = require(false, place, "must be at least {}", as_double(*rule.minimum));
    }
    if (rule.maximum && number > *rule.maximum) {
      holds = require(false, place, "must be at most {}", as_double(*rule.maximum));
    }
    if (rule.above && number <= *rule.above) {
      holds = require(false, place, "must be more than {}", as_double(*rule.above));
    }
    if (rule.below && number >= *rule.below) {
      holds = require(false, place, "must be less than {}", as_double(*rule.below));
    }
    if (rule.multiple_of && !is_multiple(number, *rule.multiple_of)) {
      holds = require(false, place, "must be a multiple of {}", as_double(*rule.multiple_of));
    }
    return holds;
  }

  bool check_text(const Rule& rule, const Value& value, const Place& place) {
    bool holds = true;
    if (rule.min_length || rule.max_length) {
      holds = check_count(count_characters(value.text), rule.min_length, rule.max_length,
                          "characters", place);
    }
    if (rule.pattern) {
      const Pattern& pattern = rules_.patterns[*rule.pattern];
      holds =
          require(pattern.matches(value.text), place, "must match \"{}\"", pattern.expression()) &&
          holds;
    }
    return holds;
  }

  bool check_count(std::size_t count, const std::optional<std::size_t>& least,
                   const std::optional<std::size_t>& most, std::string_view what,
                   const Place& place) {
    bool holds = true;
    if (least && count < *least) {
      holds = require(false, place, "must have at least {} {}", *least, what);
    }
    if (most && count > *most) {
      holds = require(false, place, "must have at most {} {}", *most, what);
    }
    return holds;
  }

  bool check_array(const Rule& rule, const Value& value, const Place& place, Seen& own) {
    if (!value.is(Kind::kArray)) return true;
    bool holds = check_count(value.items.size(), rule.min_items, rule.max_items, "items", place);
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      const bool is_first = i < rule.first_items.size();
      if (!is_first && !rule.items) break;
      const RuleId of = is_first ? rule.first_items[i] : *rule.items;
      holds = check(of, value.items[i], {&place, {}, i, true}, nullptr) && holds;
      if (!own.empty()) own[i] = true;
      if (exhausted_) return false;
    }
    if (rule.unique_items && !are_unique(value.items)) {
      holds = require(false, place, "must not have the same item twice");
    }
    return check_contains(rule, value, place, own) && holds;
  }

  bool are_unique(const std::vector<Value>& items) {
    for (std::size_t i = 0; i < items.size(); ++i) {
      for (std::size_t other = 0; other < i; ++other) {
        if (same(items[i], items[other])) return false;
        if (exhausted_) return false;
      }
    }
    return true;
  }

  bool check_contains(const Rule& rule, const Value& value, const Place& place, Seen& own) {
    if (!rule.contains) return true;
    std::size_t count = 0;
    for (std::size_t i = 0; i < value.items.size() && !exhausted_; ++i) {
      if (!try_out(*rule.contains, value.items[i], {&place, {}, i, true}, nullptr)) continue;
      ++count;
      if (!own.empty()) own[i] = true;
    }
    bool holds = require(count >= rule.min_contains, place,
                         "must have at least {} item(s) of the kind that \"contains\" describes",
                         rule.min_contains);
    if (rule.max_contains) {
      holds = require(count <= *rule.max_contains, place,
                      "must have at most {} item(s) of the kind that \"contains\" describes",
                      *rule.max_contains) &&
              holds;
    }
    return holds;
  }

  bool check_object(const Rule& rule, const Value& value, const Place& place, Seen& own) {
    if (!value.is(Kind::kObject)) return true;
    bool holds = check_count(value.members.size(), rule.min_properties, rule.max_properties,
                             "members", place);
    for (const std::string_view name : rule.required) {
      holds =
          require(value.find(name) != nullptr, place, "must have the member \"{}\"", name) && holds;
    }
    for (const auto& [of, names] : rule.dependent_required) {
      if (value.find(of) == nullptr) continue;
      for (const std::string_view name : names) {
        holds = require(value.find(name) != nullptr, place,
                        "must have the member \"{}\", as it has \"{}\"", name, of) &&
                holds;
      }
    }
    for (std::size_t i = 0; i < value.members.size() && !exhausted_; ++i) {
      holds = check_member(rule, value.members[i], i, place, own) && holds;
    }
    return holds;
  }

  bool check_member(const Rule& rule, const Value::Member& member, std::size_t index,
                    const Place& place, Seen& own) {
    const Place at{&place, member.name, 0, false};
    bool holds = true;
    bool is_known = false;
    const auto apply = [&](RuleId id) {
      is_known = true;
      holds = check(id, member.value, at, nullptr) && holds;
    };
    if (rule.property_names) {
      Value name;
      name.kind = Kind::kString;
      name.text = member.name;
      const bool fits = try_out(*rule.property_names, name, at, nullptr);
      holds = require(fits, at, "has a name that is not allowed");
    }
    steps_ -= std::min(steps_, rule.properties.size() / 8);
    for (const auto& [name, id] : rule.properties) {
      if (name == member.name) apply(id);
    }
    for (const auto& [pattern, id] : rule.pattern_properties) {
      if (rules_.patterns[pattern].matches(member.name)) apply(id);
    }
    if (!is_known && rule.additional_properties) apply(*rule.additional_properties);
    if (is_known && !own.empty()) own[index] = true;
    return holds;
  }

  bool check_combined(const Rule& rule, const Value& value, const Place& place, Seen& own) {
    bool holds = true;
    if (rule.ref) holds = check(*rule.ref, value, place, &own) && holds;
    for (const RuleId one : rule.all_of) holds = check(one, value, place, &own) && holds;
    if (!rule.any_of.empty()) {
      // All of them where it matters what they have looked at.
      std::size_t fitting = 0;
      for (const RuleId one : rule.any_of) {
        fitting += try_out(one, value, place, &own) ? 1 : 0;
        if (fitting > 0 && own.empty()) break;
      }
      holds = require(fitting > 0, place, "is none of the {} kinds that are allowed",
                      rule.any_of.size()) &&
              holds;
    }
    if (!rule.one_of.empty()) holds = check_one_of(rule, value, place, own) && holds;
    if (rule.negated) {
      holds = require(!try_out(*rule.negated, value, place, nullptr), place,
                      "is of a kind that is not allowed") &&
              holds;
    }
    if (rule.condition) {
      const bool applies = try_out(*rule.condition, value, place, &own);
      const auto& branch = applies ? rule.then : rule.otherwise;
      if (branch) holds = check(*branch, value, place, &own) && holds;
    }
    for (const auto& [name, id] : rule.dependent_schemas) {
      if (!value.is(Kind::kObject) || value.find(name) == nullptr) continue;
      holds = check(id, value, place, &own) && holds;
    }
    return holds;
  }

  bool check_one_of(const Rule& rule, const Value& value, const Place& place, Seen& own) {
    std::size_t fitting = 0;
    Seen seen(own.size());
    for (const RuleId one : rule.one_of) {
      fitting += try_out(one, value, place, &seen) ? 1 : 0;
    }
    if (fitting == 1) join(own, seen);
    return require(fitting == 1, place, "must be exactly one of {} kinds, and is {}",
                   rule.one_of.size(), fitting);
  }

  bool check_unevaluated(const Rule& rule, const Value& value, const Place& place, Seen& own) {
    bool holds = true;
    if (rule.unevaluated_properties && value.is(Kind::kObject)) {
      for (std::size_t i = 0; i < value.members.size(); ++i) {
        if (own[i]) continue;
        const Place at{&place, value.members[i].name, 0, false};
        holds = check(*rule.unevaluated_properties, value.members[i].value, at, nullptr) && holds;
        own[i] = true;
      }
    }
    if (rule.unevaluated_items && value.is(Kind::kArray)) {
      for (std::size_t i = 0; i < value.items.size(); ++i) {
        if (own[i]) continue;
        holds =
            check(*rule.unevaluated_items, value.items[i], {&place, {}, i, true}, nullptr) && holds;
        own[i] = true;
      }
    }
    return holds;
  }

  const Rules& rules_;
  std::vector<Violation>* violations_;  // null: nothing is told
  std::size_t steps_ = kMaxSteps;
  std::size_t nesting_ = 0;
  bool exhausted_ = false;
};

}  // namespace

Result<std::vector<Violation>> check_value(const Rules& rules, const Value& value) {
  std::vector<Violation> violations;
  Checker checker(rules, violations);
  const bool holds = checker.check(0, value, Place{}, nullptr);
  if (checker.exhausted()) {
    return fail(ErrorCode::kLimit, Origin::kUpstream, "it takes too long to check");
  }
  if (!holds && violations.empty()) violations.push_back({"", "is not what the schema describes"});
  return violations;
}

}  // namespace tidegate::schema
