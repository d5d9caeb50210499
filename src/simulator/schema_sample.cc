#include "simulator/schema_sample.h"

#include <array>
#include <cstddef>
#include <optional>

#include "json/cursor.h"
#include "json/writer.h"

namespace tidegate::simulator {
namespace {

constexpr std::size_t kMaxDepth = 12;
constexpr std::size_t kMaxBytes = 64 * 1024;
constexpr std::array<std::string_view, 8> kTexts = {"harbour", "river", "lantern", "copper",
                                                    "north",   "seven", "signal",  "tide"};

class Sampler {
 public:
  Sampler(std::string_view root, Random& random, std::string& out)
      : root_(root), random_(random), out_(out), writer_(out) {}

  void value(std::string_view schema) {
    if (++depth_ > kMaxDepth || out_.size() > kMaxBytes) {
      writer_.null();
    } else if (const auto inner = find_inner(schema)) {
      value(*inner);
    } else {
      typed(schema);
    }
    --depth_;
  }

 private:
  // The schema that this one stands for: a reference or the first of several.
  std::optional<std::string_view> find_inner(std::string_view schema) const {
    if (const auto reference = json::find_member(schema, "$ref")) {
      return resolve(json::unquote(*reference));
    }
    for (const std::string_view keyword : {"anyOf", "oneOf", "allOf"}) {
      const auto list = json::find_member(schema, keyword);
      if (list) return json::ArrayCursor(*list).next();
    }
    return std::nullopt;
  }

  std::optional<std::string_view> resolve(std::string_view reference) const {
    for (const std::string_view place : {"$defs", "definitions"}) {
      const auto slash = reference.rfind('/');
      const auto all = json::find_member(root_, place);
      if (!all || slash == reference.npos) continue;
      if (const auto found = json::find_member(*all, reference.substr(slash + 1))) return found;
    }
    return std::nullopt;
  }

  void typed(std::string_view schema) {
    if (const auto constant = json::find_member(schema, "const")) {
      writer_.raw(*constant);
      return;
    }
    if (const auto list = json::find_member(schema, "enum")) {
      writer_.raw(json::ArrayCursor(*list).next().value_or("null"));
      return;
    }
    auto type = json::find_member(schema, "type").value_or("");
    if (type.starts_with('[')) type = json::ArrayCursor(type).next().value_or("");
    std::string lower(json::unquote(type));  // Gemini writes STRING, OBJECT, ...
    for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    plain(lower, schema);
  }

  void plain(std::string_view type, std::string_view schema) {
    if (type == "string") {
      writer_.string(kTexts[random_.below(kTexts.size())]);
    } else if (type == "integer") {
      writer_.number(random_.below(100));
    } else if (type == "number") {
      writer_.number(static_cast<double>(random_.below(1000)) / 8.0);
    } else if (type == "boolean") {
      writer_.boolean(random_.below(2) == 0 ? json::Writer::Bool::kFalse
                                            : json::Writer::Bool::kTrue);
    } else if (type == "null") {
      writer_.null();
    } else if (type == "array") {
      writer_.begin_array();
      if (const auto items = json::find_member(schema, "items")) value(*items);
      writer_.end_array();
    } else {
      object(schema);
    }
  }

  void object(std::string_view schema) {
    writer_.begin_object();
    json::ObjectCursor properties(json::find_member(schema, "properties").value_or("{}"));
    while (const auto property = properties.next()) {
      writer_.raw_key(property->name);
      value(property->value);
    }
    writer_.end_object();
  }

  std::string_view root_;
  Random& random_;
  std::string& out_;
  json::Writer writer_;
  std::size_t depth_ = 0;
};

}  // namespace

std::string sample_schema(std::string_view schema, Random& random) {
  std::string out;
  Sampler(schema, random, out).value(schema);
  return out;
}

}  // namespace tidegate::simulator
