#include "schema/compiler.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <span>
#include <string>
#include <utility>

#include "schema/schema.h"

namespace tidegate::schema {
namespace {

using json::Kind;

enum class Draft : std::uint8_t { k7, k2020 };

constexpr std::size_t kMaxSchemaValues = 50'000;

// Keywords, and what of a rule they say.
struct SubschemaRow {
  std::string_view name;
  std::optional<RuleId> Rule::* to;
  Draft since = Draft::k7;
};
struct ListRow {
  std::string_view name;
  std::vector<RuleId> Rule::* to;
  Draft since = Draft::k7;
};
struct CountRow {
  std::string_view name;
  std::optional<std::size_t> Rule::* to;
};
struct NumberRow {
  std::string_view name;
  std::optional<long double> Rule::* to;
};
constexpr SubschemaRow kSubschemas[] = {
    {"items", &Rule::items},
    {"contains", &Rule::contains},
    {"additionalProperties", &Rule::additional_properties},
    {"propertyNames", &Rule::property_names},
    {"not", &Rule::negated},
    {"if", &Rule::condition},
    {"then", &Rule::then},
    {"else", &Rule::otherwise},
    {"unevaluatedItems", &Rule::unevaluated_items, Draft::k2020},
    {"unevaluatedProperties", &Rule::unevaluated_properties, Draft::k2020}};
constexpr ListRow kLists[] = {{"allOf", &Rule::all_of},
                              {"anyOf", &Rule::any_of},
                              {"oneOf", &Rule::one_of},
                              {"prefixItems", &Rule::first_items, Draft::k2020}};
constexpr CountRow kCounts[] = {
    {"minLength", &Rule::min_length},         {"maxLength", &Rule::max_length},
    {"minItems", &Rule::min_items},           {"maxItems", &Rule::max_items},
    {"minProperties", &Rule::min_properties}, {"maxProperties", &Rule::max_properties}};
constexpr NumberRow kNumbers[] = {{"multipleOf", &Rule::multiple_of},
                                  {"minimum", &Rule::minimum},
                                  {"maximum", &Rule::maximum},
                                  {"exclusiveMinimum", &Rule::above},
                                  {"exclusiveMaximum", &Rule::below}};

// Where a subschema stands, for messages; and how deep.
struct Place {
  const Place* parent = nullptr;
  std::string_view name;
  std::size_t depth = 0;

  std::string to_string() const {
    if (parent == nullptr) return {};
    return fmt::format("{}/{}", parent->to_string(), name);
  }
};

class Compiler {
 public:
  explicit Compiler(Document document)
      : rules_(std::make_shared<Rules>(std::move(document))), root_(rules_->document.root()) {}

  Result<std::shared_ptr<const Rules>> compile() {
    TIDEGATE_TRY_VOID(choose_draft());
    TIDEGATE_TRY(first, rule_of(root_, Place{}));
    (void)first;
    // What a reference leads to may be a subschema that nothing else names, with references of its
    // own.
    for (std::size_t at = 0; at < references_.size(); ++at) TIDEGATE_TRY_VOID(follow(at));
    return std::shared_ptr<const Rules>(std::move(rules_));
  }

 private:
  using Done = Result<void>;
  struct Reference {
    RuleId from;
    std::string_view to;
    std::string place;
  };

  static std::unexpected<Error> wrong(ErrorCode code, const Place& at, std::string_view what) {
    const std::string place = at.to_string();
    return fail(code, Origin::kInternal,
                fmt::format("the schema at \"{}\" {}", place.empty() ? "/" : place, what));
  }

  Done choose_draft() {
    const std::string_view named = text_of(root_, "$schema");
    const auto says = [named](std::string_view text) { return named.find(text) != named.npos; };
    if (named.empty() || says("draft/2020-12/")) return {};
    if (!says("draft-07/")) {
      return wrong(ErrorCode::kUnsupported, Place{},
                   fmt::format("is of the draft \"{}\", which is not supported", named));
    }
    draft_ = Draft::k7;
    return {};
  }

  Rule& rule(RuleId id) { return rules_->rules[id]; }

  Result<RuleId> rule_of(const Value& schema, const Place& at) {
    if (const auto made = made_.find(&schema); made != made_.end()) return made->second;
    if (at.depth > kMaxSchemaDepth) return wrong(ErrorCode::kLimit, at, "is nested too deeply");
    if (rules_->rules.size() >= kMaxRules) {
      return wrong(ErrorCode::kLimit, at, "is one of too many");
    }
    const auto id = static_cast<RuleId>(rules_->rules.size());
    rules_->rules.emplace_back();
    made_.emplace(&schema, id);
    if (schema.is_bool()) {
      rule(id).always = schema.is(Kind::kTrue);
      return id;
    }
    if (!schema.is(Kind::kObject)) {
      return wrong(ErrorCode::kMalformed, at, "must be an object, true or false");
    }
    TIDEGATE_TRY_VOID(take_identity(id, schema, at));
    if (draft_ == Draft::k7 && schema.find("$ref") != nullptr)
      return id;  // the others do not count
    for (const Value::Member& member : schema.members) {
      if (schema.find(member.name) != &member.value) continue;  // a later one counts
      TIDEGATE_TRY_VOID(
          take_keyword(id, member.name, member.value, {&at, member.name, at.depth + 1}));
    }
    if (draft_ != Draft::k2020) TIDEGATE_TRY_VOID(take_item_list(id, schema, at));
    TIDEGATE_TRY_VOID(take_contains_counts(id, schema, at));
    return id;
  }

  // Identifiers, anchors and references.
  Done take_identity(RuleId id, const Value& schema, const Place& at) {
    if (const Value* reference = schema.find("$ref")) {
      if (!reference->is(Kind::kString))
        return wrong(ErrorCode::kMalformed, at, "has no text as $ref");
      references_.push_back({id, reference->text, at.to_string()});
    }
    for (const std::string_view name : {"$dynamicRef", "$recursiveRef"}) {
      const Value* dynamic = schema.find(name);
      if (dynamic == nullptr || (draft_ == Draft::k7)) continue;
      return wrong(ErrorCode::kUnsupported, at,
                   fmt::format("has {}, which is not supported", name));
    }
    const std::string_view own = text_of(schema, "$id");
    if (draft_ == Draft::k7 && own.starts_with('#')) {
      anchors_.emplace(own.substr(1), id);
    } else if (!own.empty() && &schema != &root_ && schema.find("$id")->is(Kind::kString)) {
      if (draft_ == Draft::k7 && schema.find("$ref") != nullptr) return {};  // does not count
      return wrong(ErrorCode::kUnsupported, at, "has an $id of its own, which is not supported");
    }
    if (draft_ == Draft::k7) return {};
    for (const std::string_view name : {"$anchor", "$dynamicAnchor"}) {
      if (const auto anchor = text_of(schema, name); !anchor.empty()) anchors_.emplace(anchor, id);
    }
    return {};
  }

  static std::string_view text_of(const Value& schema, std::string_view name) {
    const Value* found = schema.find(name);
    return found != nullptr && found->is(Kind::kString) ? found->text : std::string_view();
  }

  Done take_keyword(RuleId id, std::string_view name, const Value& value, const Place& at) {
    if (const auto found = std::ranges::find(kSubschemas, name, &SubschemaRow::name);
        found != std::end(kSubschemas)) {
      if (!known(found->since)) return {};
      return take_subschema(id, found->to, value, at);
    }
    if (const auto found = std::ranges::find(kLists, name, &ListRow::name);
        found != std::end(kLists)) {
      if (!known(found->since)) return {};
      return take_list(id, found->to, value, at);
    }
    if (const auto found = std::ranges::find(kCounts, name, &CountRow::name);
        found != std::end(kCounts)) {
      return take_count(rule(id).*(found->to), value, at);
    }
    if (const auto found = std::ranges::find(kNumbers, name, &NumberRow::name);
        found != std::end(kNumbers)) {
      if (!value.is(Kind::kNumber)) return wrong(ErrorCode::kMalformed, at, "must be a number");
      rule(id).*(found->to) = value.number;
      if (name == "multipleOf" && !(value.number > 0)) {
        return wrong(ErrorCode::kMalformed, at, "must be more than 0");
      }
      return {};
    }
    return take_other(id, name, value, at);
  }

  Done take_other(RuleId id, std::string_view name, const Value& value, const Place& at) {
    if (name == "type") return take_type(id, value, at);
    if (name == "enum") {
      if (!value.is(Kind::kArray)) return wrong(ErrorCode::kMalformed, at, "must be a list");
      rule(id).enumeration = &value;
    } else if (name == "const") {
      rule(id).constant = &value;
    } else if (name == "pattern") {
      if (!value.is(Kind::kString)) return wrong(ErrorCode::kMalformed, at, "must be a text");
      TIDEGATE_TRY(pattern, pattern_of(value.text, at));
      rule(id).pattern = pattern;
    } else if (name == "uniqueItems") {
      if (!value.is_bool()) return wrong(ErrorCode::kMalformed, at, "must be true or false");
      rule(id).unique_items = value.is(Kind::kTrue);
    } else if (name == "required") {
      return take_names(rule(id).required, value, at);
    } else if (name == "properties" || name == "patternProperties") {
      return take_properties(id, name, value, at);
    } else if (name == "dependencies" || name == "dependentSchemas" ||
               name == "dependentRequired") {
      return take_dependencies(id, name, value, at);
    } else if (name == "$defs" || name == "definitions") {
      return take_definitions(value, at);
    }
    return {};  // an annotation, or nothing that we know
  }

  bool known(Draft since) const { return draft_ >= since; }

  Done take_subschema(RuleId id, std::optional<RuleId> Rule::* to, const Value& value,
                      const Place& at) {
    // A list of items is no schema of them in drafts before 2020-12 (take_item_list).
    if (to == &Rule::items && draft_ != Draft::k2020 && value.is(Kind::kArray)) return {};
    TIDEGATE_TRY(made, rule_of(value, at));
    rule(id).*to = made;
    if (to == &Rule::unevaluated_items || to == &Rule::unevaluated_properties) {
      rules_->has_unevaluated = true;
    }
    return {};
  }

  Done take_list(RuleId id, std::vector<RuleId> Rule::* to, const Value& value, const Place& at) {
    if (!value.is(Kind::kArray)) return wrong(ErrorCode::kMalformed, at, "must be a list");
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      const std::string place = fmt::format("{}", i);
      TIDEGATE_TRY(made, rule_of(value.items[i], {&at, place, at.depth + 1}));
      (rule(id).*to).push_back(made);
    }
    return {};
  }

  static Done take_count(std::optional<std::size_t>& to, const Value& value, const Place& at) {
    if (!value.is_integer() || value.number < 0) {
      return wrong(ErrorCode::kMalformed, at, "must be a whole number, 0 or more");
    }
    constexpr long double kMost = 1e15L;
    to = static_cast<std::size_t>(std::min(value.number, kMost));
    return {};
  }

  Done take_type(RuleId id, const Value& value, const Place& at) {
    const auto take = [&](const Value& one) {
      const std::uint32_t bit = one.is(Kind::kString) ? type_by_name(one.text) : 0;
      rule(id).types |= bit;
      return bit != 0;
    };
    const bool fine = value.is(Kind::kArray)
                          ? !value.items.empty() && std::ranges::all_of(value.items, take)
                          : take(value);
    if (!fine) return wrong(ErrorCode::kMalformed, at, "names no type");
    return {};
  }

  static Done take_names(std::vector<std::string_view>& to, const Value& value, const Place& at) {
    const auto is_text = [](const Value& one) { return one.is(Kind::kString); };
    if (!value.is(Kind::kArray) || !std::ranges::all_of(value.items, is_text)) {
      return wrong(ErrorCode::kMalformed, at, "must be a list of texts");
    }
    for (const Value& one : value.items) to.push_back(one.text);
    return {};
  }

  Result<std::size_t> pattern_of(std::string_view expression, const Place& at) {
    const auto known = std::ranges::find(rules_->patterns, expression, &Pattern::expression);
    if (known != rules_->patterns.end()) {
      return static_cast<std::size_t>(known - rules_->patterns.begin());
    }
    if (rules_->patterns.size() >= kMaxPatterns) {
      return wrong(ErrorCode::kLimit, at, "has one regular expression too many");
    }
    auto made = Pattern::make(expression);
    if (!made) return wrong(made.error().code, at, made.error().detail);
    rules_->patterns.push_back(std::move(*made));
    return rules_->patterns.size() - 1;
  }

  Done take_properties(RuleId id, std::string_view name, const Value& value, const Place& at) {
    if (!value.is(Kind::kObject)) return wrong(ErrorCode::kMalformed, at, "must be an object");
    for (const Value::Member& member : value.members) {
      const Place place{&at, member.name, at.depth + 1};
      TIDEGATE_TRY(made, rule_of(member.value, place));
      if (name == "properties") {
        rule(id).properties.emplace_back(member.name, made);
        continue;
      }
      TIDEGATE_TRY(pattern, pattern_of(member.name, place));
      rule(id).pattern_properties.emplace_back(pattern, made);
    }
    return {};
  }

  Done take_dependencies(RuleId id, std::string_view name, const Value& value, const Place& at) {
    if (name == "dependencies" ? draft_ != Draft::k7 : draft_ == Draft::k7) return {};
    if (!value.is(Kind::kObject)) return wrong(ErrorCode::kMalformed, at, "must be an object");
    for (const Value::Member& member : value.members) {
      const Place place{&at, member.name, at.depth + 1};
      if (member.value.is(Kind::kArray) && name != "dependentSchemas") {
        auto& [of, names] = rule(id).dependent_required.emplace_back();
        of = member.name;
        TIDEGATE_TRY_VOID(take_names(names, member.value, place));
        continue;
      }
      TIDEGATE_TRY(made, rule_of(member.value, place));
      rule(id).dependent_schemas.emplace_back(member.name, made);
    }
    return {};
  }

  Done take_definitions(const Value& value, const Place& at) {
    if (!value.is(Kind::kObject)) return wrong(ErrorCode::kMalformed, at, "must be an object");
    for (const Value::Member& member : value.members) {
      TIDEGATE_TRY(made, rule_of(member.value, {&at, member.name, at.depth + 1}));
      (void)made;
    }
    return {};
  }

  // `items` as a list, and `additionalItems` for what follows it.
  Done take_item_list(RuleId id, const Value& schema, const Place& at) {
    const Value* items = schema.find("items");
    if (items == nullptr || !items->is(Kind::kArray)) return {};
    TIDEGATE_TRY_VOID(take_list(id, &Rule::first_items, *items, {&at, "items", at.depth + 1}));
    const Value* rest = schema.find("additionalItems");
    if (rest == nullptr) return {};
    TIDEGATE_TRY(made, rule_of(*rest, {&at, "additionalItems", at.depth + 1}));
    rule(id).items = made;
    return {};
  }

  Done take_contains_counts(RuleId id, const Value& schema, const Place& at) {
    if (draft_ == Draft::k7) return {};
    if (const Value* least = schema.find("minContains")) {
      std::optional<std::size_t> count;
      TIDEGATE_TRY_VOID(take_count(count, *least, {&at, "minContains", at.depth + 1}));
      rule(id).min_contains = *count;
    }
    const Value* most = schema.find("maxContains");
    if (most == nullptr) return {};
    return take_count(rule(id).max_contains, *most, {&at, "maxContains", at.depth + 1});
  }

  // Links a reference to the rule that it means, which is made where it is not yet.
  Done follow(std::size_t index) {
    const Reference reference = references_[index];
    const auto refuse = [&](std::string_view why) {
      return fail(ErrorCode::kUnsupported, Origin::kInternal,
                  fmt::format("the schema at \"{}\" refers to \"{}\", {}", reference.place,
                              reference.to, why));
    };
    std::string_view to = reference.to;
    const std::string_view base = text_of(root_, "$id");
    const auto hash = std::min(to.find('#'), to.size());
    if (hash > 0 && (base.empty() || to.substr(0, hash) != base.substr(0, base.find('#')))) {
      return refuse("which is not within the schema");
    }
    std::string fragment;
    if (!unescape(to.substr(std::min(hash + 1, to.size())), fragment)) {
      return refuse("which is no reference");
    }
    if (!fragment.empty() && fragment.front() != '/') {
      const auto anchor = anchors_.find(fragment);
      if (anchor == anchors_.end()) return refuse("which is not there");
      rule(reference.from).ref = anchor->second;
      return {};
    }
    const Value* target = find(fragment);
    if (target == nullptr) return refuse("which is not there");
    const Place place{nullptr, {}, 0};
    TIDEGATE_TRY(made, rule_of(*target, place));
    rule(reference.from).ref = made;
    return {};
  }

  // Percent-escapes of a URI's fragment.
  static bool unescape(std::string_view text, std::string& out) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] != '%') {
        out += text[at];
        continue;
      }
      unsigned code = 0;
      if (at + 2 >= text.size()) return false;
      const char* first = text.data() + at + 1;
      if (std::from_chars(first, first + 2, code, 16).ptr != first + 2) return false;
      out += static_cast<char>(code);
      at += 2;
    }
    return true;
  }

  // By a JSON Pointer.   Source: RFC 6901.
  const Value* find(std::string_view pointer) const {
    const Value* at = &root_;
    while (at != nullptr && !pointer.empty()) {
      pointer.remove_prefix(1);
      const auto end = std::min(pointer.find('/'), pointer.size());
      std::string step;
      for (std::size_t i = 0; i < end; ++i) {
        const bool escaped = pointer[i] == '~' && i + 1 < end;
        step += !escaped ? pointer[i] : (pointer[i + 1] == '1' ? '/' : '~');
        i += escaped ? 1 : 0;
      }
      pointer.remove_prefix(end);
      at = at->is(Kind::kArray) ? item_of(*at, step) : at->find(step);
    }
    return at;
  }
  static const Value* item_of(const Value& list, std::string_view step) {
    std::size_t index = 0;
    const auto parsed = std::from_chars(step.data(), step.data() + step.size(), index);
    if (parsed.ec != std::errc() || parsed.ptr != step.data() + step.size()) return nullptr;
    return index < list.items.size() ? &list.items[index] : nullptr;
  }

  std::shared_ptr<Rules> rules_;
  const Value& root_;
  Draft draft_ = Draft::k2020;
  std::map<const Value*, RuleId> made_;
  std::map<std::string_view, RuleId> anchors_;
  std::vector<Reference> references_;
};

struct TypeName {
  std::string_view name;
  Type bit;
};
constexpr TypeName kTypeNames[] = {{"null", kTypeNull},      {"boolean", kTypeBoolean},
                                   {"object", kTypeObject},  {"array", kTypeArray},
                                   {"number", kTypeNumber},  {"string", kTypeString},
                                   {"integer", kTypeInteger}};

}  // namespace

std::uint32_t type_by_name(std::string_view name) {
  const auto found = std::ranges::find(kTypeNames, name, &TypeName::name);
  return found == std::end(kTypeNames) ? 0U : found->bit;
}

std::string_view name_of_type(std::uint32_t bit) {
  const auto found = std::ranges::find(kTypeNames, static_cast<Type>(bit), &TypeName::bit);
  return found == std::end(kTypeNames) ? std::string_view() : found->name;
}

Result<std::shared_ptr<const Rules>> compile_rules(std::string_view json) {
  if (json.size() > kMaxSchemaBytes) {
    return fail(ErrorCode::kLimit, Origin::kInternal,
                fmt::format("the schema is larger than {} bytes", kMaxSchemaBytes));
  }
  auto document = Document::parse(json, kMaxSchemaValues, Origin::kInternal);
  if (!document) {
    return fail(document.error().code, Origin::kInternal, "the schema: " + document.error().detail);
  }
  return Compiler(std::move(*document)).compile();
}

}  // namespace tidegate::schema
