#include "llm/conversation/tool_schema.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "json/cursor.h"
#include "json/writer.h"

namespace tidegate::llm {
namespace {

using json::ArrayCursor;
using json::find_member;
using json::ObjectCursor;
using json::unquote;
using json::Writer;

constexpr std::string_view kEmptyObject = R"({"type":"object","properties":{}})";

template <std::size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::ranges::find(names, name) != names.end();
}

// Keywords of Gemini's Schema object that are copied as they are.
constexpr std::array<std::string_view, 13> kCopied = {
    "title",   "description", "default",         "minItems",      "maxItems",
    "minimum", "maximum",     "minProperties",   "maxProperties", "minLength",
    "pattern", "maxLength",   "propertyOrdering"};
// Formats it knows, whatever the type.
constexpr std::array<std::string_view, 8> kFormats = {"float", "double", "int32",     "int64",
                                                      "enum",  "date",   "date-time", "time"};
// Keywords that only its JSON Schema members understand.
constexpr std::array<std::string_view, 11> kJsonSchemaOnly = {
    "not",      "prefixItems",      "patternProperties", "if",         "then",         "else",
    "contains", "exclusiveMinimum", "exclusiveMaximum",  "multipleOf", "propertyNames"};

// One schema on its way into Gemini's subset.
class OpenApiCleaner {
 public:
  OpenApiCleaner(std::string_view root, std::string& out) : root_(root), out_(out), writer_(out) {}

  void clean(std::string_view schema, std::size_t depth) {
    const auto outer_refs = refs_.size();
    writer_.begin_object();
    if (may_go_on(depth) && out_.size() < kMaxSchemaBytes) {
      write_members(schema, depth);
    } else {
      exact_ = false;
      writer_.member("type", "object");
    }
    writer_.end_object();
    refs_.resize(outer_refs);
  }

  bool exact() const { return exact_; }

 private:
  // What one schema object says, with its $ref and the parts of its allOf.
  struct Said {
    std::string_view type;  // unquoted
    bool nullable = false;
    std::vector<std::string_view> names;  // keywords that were written
    std::vector<ObjectCursor::Item> properties;
    std::vector<std::string_view> required;  // quoted
    std::string_view items;
    std::vector<std::string_view> any_of;
  };

  // Schemas come from callers: what refers to itself again and again must come to an end.
  bool may_go_on(std::size_t depth) {
    return depth < kMaxSchemaDepth && ++steps_ < kMaxSchemaSteps;
  }

  void write_members(std::string_view schema, std::size_t depth) {
    Said said;
    take(schema, said, depth);
    if (said.any_of.size() > 1) {
      writer_.key("anyOf").begin_array();
      for (const auto branch : said.any_of) clean(branch, depth + 1);
      writer_.end_array();
    }
    if (!said.properties.empty()) write_properties(said, depth);
    if (said.type.empty()) said.type = guess_type(said);
    if (said.type == "array") {
      writer_.key("items");
      clean(said.items.empty() ? R"({"type":"string"})" : said.items, depth + 1);
    }
    if (!said.type.empty()) writer_.member("type", said.type);
    if (said.nullable) writer_.key("nullable").boolean(Writer::Bool::kTrue);
  }

  static std::string_view guess_type(const Said& said) {
    if (!said.properties.empty()) return "object";
    if (!said.items.empty()) return "array";
    return said.any_of.size() > 1 ? "" : "string";
  }

  void take(std::string_view schema, Said& said, std::size_t depth) {
    if (!may_go_on(depth)) {
      exact_ = false;
      return;
    }
    // Whether an enum may stay depends on the type.
    if (const auto type = find_member(schema, "type")) take_type(*type, said);
    ObjectCursor cursor(schema);
    while (const auto item = cursor.next()) take_member(*item, said, depth);
  }

  void take_type(std::string_view type, Said& said) {
    if (type.starts_with('"') && said.type.empty()) said.type = unquote(type);
    ArrayCursor types(type);
    while (const auto one = types.next()) {
      if (*one == R"("null")") {
        said.nullable = true;
      } else if (said.type.empty()) {
        said.type = unquote(*one);
      } else if (said.type != unquote(*one)) {
        exact_ = false;
      }
    }
  }

  void take_member(const ObjectCursor::Item& item, Said& said, std::size_t depth) {
    const auto& [name, value] = item;
    if (name == "$ref") {
      take_ref(value, said, depth);
    } else if (name == "allOf") {
      ArrayCursor parts(value);
      while (const auto part = parts.next()) take(*part, said, depth + 1);
    } else if (name == "anyOf" || name == "oneOf") {
      take_any_of(value, said, depth);
    } else if (name == "properties") {
      ObjectCursor properties(value);
      while (const auto property = properties.next()) take_property(*property, said);
    } else if (name == "required") {
      ArrayCursor names(value);
      while (const auto one = names.next()) said.required.push_back(*one);
    } else if (name == "items") {
      if (value.starts_with('{') && said.items.empty()) said.items = value;
    } else if (name == "nullable") {
      said.nullable = said.nullable || value == "true";
    } else if (name == "additionalProperties") {
      // `false` is what Gemini does anyway.
      if (value.starts_with('{')) exact_ = false;
    } else {
      take_keyword(name, value, said);
    }
  }

  void take_keyword(std::string_view name, std::string_view value, Said& said) {
    if (name == "enum") {
      const bool text = is_text_enum(value, said);
      if (text && claim(said, name)) write_enum(value, said);
      exact_ = exact_ && text;
    } else if (name == "const") {
      const bool text = value.starts_with('"');
      if (text && claim(said, "enum")) writer_.key("enum").begin_array().raw(value).end_array();
      exact_ = exact_ && text;
    } else if (name == "format") {
      if (is_one_of(unquote(value), kFormats) && claim(said, name)) writer_.key(name).raw(value);
    } else if (is_one_of(name, kCopied)) {
      if (claim(said, name)) writer_.key(name).raw(value);
    } else if (is_one_of(name, kJsonSchemaOnly)) {
      exact_ = false;
    }
  }

  // Whether the keyword is new in this object.
  static bool claim(Said& said, std::string_view name) {
    if (std::ranges::find(said.names, name) != said.names.end()) return false;
    said.names.push_back(name);
    return true;
  }

  static void take_property(const ObjectCursor::Item& property, Said& said) {
    for (const auto& known : said.properties) {
      if (known.name == property.name) return;
    }
    said.properties.push_back(property);
  }

  void take_ref(std::string_view ref, Said& said, std::size_t depth) {
    const auto target = resolve(ref);
    const auto within = static_cast<std::size_t>(std::ranges::count(refs_, ref));
    if (!target || within >= kMaxInlinedRefs) {
      exact_ = false;
      if (target && find_member(*target, "properties") && said.type.empty()) said.type = "object";
      return;
    }
    refs_.push_back(ref);
    take(*target, said, depth + 1);
  }

  // A branch that is only null makes the whole nullable.
  void take_any_of(std::string_view branches, Said& said, std::size_t depth) {
    if (!said.any_of.empty()) return;
    ArrayCursor cursor(branches);
    while (const auto branch = cursor.next()) {
      if (find_member(*branch, "type") == R"("null")") {
        said.nullable = true;
      } else if (branch->starts_with('{')) {
        said.any_of.push_back(*branch);
      }
    }
    if (said.any_of.size() == 1) take(said.any_of[0], said, depth + 1);
  }

  void write_properties(const Said& said, std::size_t depth) {
    writer_.key("properties").begin_object();
    for (const auto& property : said.properties) {
      writer_.raw_key(property.name);
      clean(property.value, depth + 1);
    }
    writer_.end_object();
    std::vector<std::string_view> required;
    for (const auto name : said.required) {
      const bool known = std::ranges::any_of(
          said.properties, [&](const auto& property) { return property.name == unquote(name); });
      if (known) required.push_back(name);
    }
    if (required.empty()) return;
    writer_.key("required").begin_array();
    for (const auto name : required) writer_.raw(name);
    writer_.end_array();
  }

  static bool is_text_enum(std::string_view values, const Said& said) {
    if (!said.type.empty() && said.type != "string" && said.type != "STRING") return false;
    ArrayCursor cursor(values);
    bool any = false;
    while (const auto value = cursor.next()) {
      if (!value->starts_with('"') && *value != "null") return false;
      any = any || (value->starts_with('"') && *value != R"("")");
    }
    return any;
  }

  // Without null and the empty text, which Gemini refuses in an enum.
  void write_enum(std::string_view values, Said& said) {
    writer_.key("enum").begin_array();
    ArrayCursor cursor(values);
    while (const auto value = cursor.next()) {
      if (*value == "null") said.nullable = true;
      if (value->starts_with('"') && *value != R"("")") writer_.raw(*value);
    }
    writer_.end_array();
  }

  // "#", "#/$defs/Name" and longer paths within the root. Others cannot be followed.
  std::optional<std::string_view> resolve(std::string_view ref) const {
    auto path = unquote(ref);
    if (!path.starts_with('#')) return std::nullopt;
    path.remove_prefix(1);
    std::optional<std::string_view> at = root_;
    while (at && path.starts_with('/')) {
      path.remove_prefix(1);
      const auto name = path.substr(0, path.find('/'));
      path.remove_prefix(name.size());
      at = find_member(*at, name);
    }
    return path.empty() ? at : std::nullopt;
  }

  std::string_view root_;
  std::string& out_;
  Writer writer_;
  std::vector<std::string_view> refs_;  // that led to the object being written, outermost first
  std::size_t steps_ = 0;
  bool exact_ = true;
};

void write_json_schema(std::string_view schema, Writer& writer, std::size_t depth);

void write_json_type(std::string_view value, bool nullable, Writer& writer) {
  std::string type(unquote(value));
  std::ranges::transform(type, type.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  });
  if (nullable) {
    writer.begin_array().string(type).string("null").end_array();
  } else {
    writer.string(type);
  }
}

// A keyword whose value holds schemas. False: it is another.
bool write_json_parts(const ObjectCursor::Item& item, Writer& writer, std::size_t depth) {
  const auto& [name, value] = item;
  if (name == "properties" && value.starts_with('{')) {
    writer.begin_object();
    ObjectCursor properties(value);
    while (const auto property = properties.next()) {
      writer.raw_key(property->name);
      write_json_schema(property->value, writer, depth + 1);
    }
    writer.end_object();
  } else if (name == "items" && value.starts_with('{')) {
    write_json_schema(value, writer, depth + 1);
  } else if (name == "anyOf" && value.starts_with('[')) {
    writer.begin_array();
    ArrayCursor branches(value);
    while (const auto branch = branches.next()) write_json_schema(*branch, writer, depth + 1);
    writer.end_array();
  } else {
    return false;
  }
  return true;
}

// Writes a JSON Schema from one of Gemini's.
void write_json_schema(std::string_view schema, Writer& writer, std::size_t depth) {
  if (!schema.starts_with('{') || depth >= kMaxSchemaDepth) {
    writer.raw(schema);
    return;
  }
  const bool nullable = find_member(schema, "nullable") == "true";
  writer.begin_object();
  ObjectCursor cursor(schema);
  while (const auto item = cursor.next()) {
    const auto& [name, value] = *item;
    if (name == "nullable" || name == "propertyOrdering" || name == "example") continue;
    writer.raw_key(name);
    if (name == "type" && value.starts_with('"')) {
      write_json_type(value, nullable, writer);
    } else if (write_json_parts(*item, writer, depth)) {
      continue;
    } else if ((name.starts_with("min") || name.starts_with("max")) && value.size() > 2 &&
               value.starts_with('"') &&
               std::ranges::all_of(unquote(value), [](char c) { return c >= '0' && c <= '9'; })) {
      writer.raw(unquote(value));  // an int64 stands as text in Google's JSON
    } else {
      writer.raw(value);
    }
  }
  writer.end_object();
}

}  // namespace

std::string_view object_schema(std::string_view schema, Arena& arena) {
  if (!schema.starts_with('{')) return kEmptyObject;
  const auto type = find_member(schema, "type");
  const bool is_object = type == R"("object")";
  const bool has_properties = find_member(schema, "properties").has_value();
  if (is_object && has_properties && !find_member(schema, "$schema")) return schema;
  std::string out;
  Writer writer(out);
  writer.begin_object();
  if (!is_object) writer.member("type", "object");
  ObjectCursor cursor(schema);
  while (const auto item = cursor.next()) {
    if (item->name == "$schema" || (item->name == "type" && !is_object)) continue;
    writer.raw_key(item->name).raw(item->value);
  }
  if (!has_properties) writer.key("properties").begin_object().end_object();
  writer.end_object();
  return arena.copy(out);
}

OpenApiSchema openapi_schema(std::string_view schema, Arena& arena) {
  std::string out;
  OpenApiCleaner cleaner(schema, out);
  cleaner.clean(schema, 0);
  return {out == schema ? schema : arena.copy(out), cleaner.exact()};
}

std::string_view gemini_json_schema(std::string_view schema, Arena& arena) {
  if (!find_member(schema, "$schema")) return schema;
  std::string out;
  Writer writer(out);
  writer.begin_object();
  ObjectCursor cursor(schema);
  while (const auto item = cursor.next()) {
    if (item->name != "$schema") writer.raw_key(item->name).raw(item->value);
  }
  writer.end_object();
  return arena.copy(out);
}

std::string_view from_openapi_schema(std::string_view schema, Arena& arena) {
  if (!schema.starts_with('{')) return schema;
  std::string out;
  Writer writer(out);
  write_json_schema(schema, writer, 0);
  return out == schema ? schema : arena.copy(out);
}

}  // namespace tidegate::llm
