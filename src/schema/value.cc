#include "schema/value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <memory>
#include <ranges>

#include "json/cursor.h"
#include "json/text.h"
#include "json/value.h"

namespace tidegate::schema {
namespace {

using json::Kind;

class Builder {
 public:
  Builder(Arena& arena, std::size_t max_values) : arena_(arena), left_(max_values) {}

  // False: there are too many values. Depth is bounded by json::kMaxDepth.
  bool build(std::string_view raw, Value& out) {
    if (left_ == 0) return false;
    --left_;
    out.kind = json::kind_of(raw);
    switch (out.kind) {
      case Kind::kObject:
        return build_members(raw, out);
      case Kind::kArray:
        return build_items(raw, out);
      case Kind::kString:
        out.text = decode(json::unquote(raw));
        return true;
      case Kind::kNumber:
        out.text = arena_.copy(raw);
        out.number = number_of(raw);
        return true;
      default:
        return true;
    }
  }

 private:
  bool build_members(std::string_view raw, Value& out) {
    json::ObjectCursor cursor(raw);
    while (const auto item = cursor.next()) {
      Value::Member& member = out.members.emplace_back();
      member.name = decode(item->name);
      if (!build(item->value, member.value)) return false;
    }
    return true;
  }
  bool build_items(std::string_view raw, Value& out) {
    json::ArrayCursor cursor(raw);
    while (const auto item = cursor.next()) {
      if (!build(*item, out.items.emplace_back())) return false;
    }
    return true;
  }
  std::string_view decode(std::string_view raw) {
    auto* out = static_cast<char*>(arena_.allocate(raw.size(), 1));
    return {out, json::decode_escapes(raw, out)};
  }
  static long double number_of(std::string_view raw) {
    long double number = 0;
    const auto parsed = std::from_chars(raw.data(), raw.data() + raw.size(), number);
    if (parsed.ec != std::errc::result_out_of_range) return number;
    // Beyond what there is, or nearer to nothing than that.
    const bool is_tiny = raw.find("e-") != raw.npos || raw.find("E-") != raw.npos;
    const auto most = std::numeric_limits<long double>::infinity();
    return is_tiny ? 0 : (raw.starts_with('-') ? -most : most);
  }

  Arena& arena_;
  std::size_t left_;
};

bool equal_members(const Value& left, const Value& right, std::size_t& steps) {
  if (left.members.size() != right.members.size()) return false;
  return std::ranges::all_of(left.members, [&](const Value::Member& one) {
    const std::size_t looked = std::min(steps, right.members.size());
    steps -= looked;
    const Value* other = right.find(one.name);
    return other != nullptr && equal(one.value, *other, steps);
  });
}

}  // namespace

const Value* Value::find(std::string_view name) const {
  const auto found =
      std::ranges::find(members.rbegin(), members.rend(), name, &Value::Member::name);
  return found == members.rend() ? nullptr : &found->value;
}

bool Value::is_integer() const {
  return is(Kind::kNumber) && std::isfinite(number) && std::trunc(number) == number;
}

Result<Document> Document::parse(std::string_view json, std::size_t max_values, Origin origin) {
  TIDEGATE_TRY(range, json::validate(json, origin));
  Document made;
  Builder builder(*made.arena_, max_values);
  if (!builder.build(range.of(json), *made.root_)) {
    return fail(ErrorCode::kLimit, origin, "has too many values");
  }
  return made;
}

bool equal(const Value& left, const Value& right, std::size_t& steps) {
  if (steps == 0) return false;
  --steps;
  if (left.kind != right.kind) return false;
  switch (left.kind) {
    case Kind::kObject:
      return equal_members(left, right, steps);
    case Kind::kArray:
      return std::ranges::equal(left.items, right.items,
                                [&](const Value& a, const Value& b) { return equal(a, b, steps); });
    case Kind::kString:
      return left.text == right.text;
    case Kind::kNumber:
      return left.number == right.number;
    default:
      return true;
  }
}

std::string_view describe(const Value& value) {
  switch (value.kind) {
    case Kind::kObject:
      return "an object";
    case Kind::kArray:
      return "an array";
    case Kind::kString:
      return "a string";
    case Kind::kNumber:
      return value.is_integer() ? "an integer" : "a number";
    case Kind::kTrue:
    case Kind::kFalse:
      return "a boolean";
    default:
      return "null";
  }
}

}  // namespace tidegate::schema
