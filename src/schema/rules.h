// A compiled schema: a table of rules that name each other by their place.   Thread: immutable.
// Source: JSON Schema 2020-12, Core and Validation; draft-07 where it differs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "schema/pattern.h"
#include "schema/value.h"

namespace tidegate::schema {

using RuleId = std::uint32_t;

// A subschema. Texts and values are the document's.
struct Rule {
  std::optional<bool> always;  // a schema that is true or false: nothing else counts then

  std::uint32_t types = 0;  // bits of Type; 0: any
  const Value* enumeration = nullptr;
  const Value* constant = nullptr;

  std::optional<long double> multiple_of;
  std::optional<long double> minimum;
  std::optional<long double> maximum;
  std::optional<long double> above;  // exclusiveMinimum
  std::optional<long double> below;  // exclusiveMaximum

  std::optional<std::size_t> min_length;
  std::optional<std::size_t> max_length;
  std::optional<std::size_t> pattern;  // of Rules::patterns

  std::vector<RuleId> first_items;  // prefixItems; items where it is a list
  std::optional<RuleId> items;      // of all that follow
  std::optional<RuleId> contains;
  std::size_t min_contains = 1;
  std::optional<std::size_t> max_contains;
  std::optional<std::size_t> min_items;
  std::optional<std::size_t> max_items;
  bool unique_items = false;

  std::vector<std::pair<std::string_view, RuleId>> properties;
  std::vector<std::pair<std::size_t, RuleId>> pattern_properties;
  std::optional<RuleId> additional_properties;
  std::optional<RuleId> property_names;
  std::optional<std::size_t> min_properties;
  std::optional<std::size_t> max_properties;
  std::vector<std::string_view> required;
  std::vector<std::pair<std::string_view, std::vector<std::string_view>>> dependent_required;
  std::vector<std::pair<std::string_view, RuleId>> dependent_schemas;

  std::optional<RuleId> ref;
  std::vector<RuleId> all_of;
  std::vector<RuleId> any_of;
  std::vector<RuleId> one_of;
  std::optional<RuleId> negated;
  std::optional<RuleId> condition;  // if
  std::optional<RuleId> then;
  std::optional<RuleId> otherwise;

  std::optional<RuleId> unevaluated_properties;
  std::optional<RuleId> unevaluated_items;
};

enum Type : std::uint32_t {
  kTypeNull = 1,
  kTypeBoolean = 2,
  kTypeObject = 4,
  kTypeArray = 8,
  kTypeNumber = 16,
  kTypeString = 32,
  kTypeInteger = 64,
};
// The bit of its name; 0: there is none of that name.
std::uint32_t type_by_name(std::string_view name);
std::string_view name_of_type(std::uint32_t bit);

struct Rules {
  explicit Rules(Document d) : document(std::move(d)) {}

  Document document;
  std::vector<Rule> rules;  // the first is the whole schema
  std::vector<Pattern> patterns;
  bool has_unevaluated = false;  // somewhere: what was looked at must be noted
};

}  // namespace tidegate::schema
