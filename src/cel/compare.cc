#include "cel/compare.h"

#include <cmath>
#include <functional>
#include <limits>
#include <string_view>

namespace tidegate::cel {
namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;
constexpr double kTwoTo64 = 18446744073709551616.0;

std::partial_ordering order_int_uint(std::int64_t left, std::uint64_t right) {
  if (left < 0) return std::partial_ordering::less;
  return static_cast<std::uint64_t>(left) <=> right;
}

std::partial_ordering reverse(std::partial_ordering order) { return 0 <=> order; }

bool equal_lists(const List& left, const List& right, Arena& arena, std::int64_t& work) {
  const std::size_t size = left.size();
  if (size != right.size()) return false;
  for (std::size_t i = 0; i < size; ++i) {
    if (!equal(left.at(i, arena), right.at(i, arena), arena, work)) return false;
  }
  return true;
}

bool equal_maps(const Map& left, const Map& right, Arena& arena, std::int64_t& work) {
  const std::size_t size = left.size();
  if (size != right.size()) return false;
  for (std::size_t i = 0; i < size; ++i) {
    const auto other = right.find(left.key_at(i, arena), arena);
    if (!other || !equal(left.value_at(i, arena), *other, arena, work)) return false;
  }
  return true;
}

bool equal_text(const Value& left, const Value& right, std::int64_t& work) {
  const auto a = left.as_text();
  const auto b = right.as_text();
  if (a.size() != b.size()) return false;
  work -= static_cast<std::int64_t>(a.size() / 64);
  return a == b;
}

}  // namespace

std::partial_ordering order_numbers(const Value& left, const Value& right) {
  switch (left.kind()) {
    case Kind::kInt:
      if (right.is(Kind::kInt)) return left.as_int() <=> right.as_int();
      if (right.is(Kind::kUint)) return order_int_uint(left.as_int(), right.as_uint());
      return static_cast<double>(left.as_int()) <=> right.as_double();
    case Kind::kUint:
      if (right.is(Kind::kUint)) return left.as_uint() <=> right.as_uint();
      if (right.is(Kind::kInt)) return reverse(order_int_uint(right.as_int(), left.as_uint()));
      return static_cast<double>(left.as_uint()) <=> right.as_double();
    default:
      if (right.is(Kind::kDouble)) return left.as_double() <=> right.as_double();
      if (right.is(Kind::kInt)) return left.as_double() <=> static_cast<double>(right.as_int());
      return left.as_double() <=> static_cast<double>(right.as_uint());
  }
}

bool equal(const Value& left, const Value& right, Arena& arena, std::int64_t& work) {
  if (--work < 0) return false;
  if (left.is_number() && right.is_number()) return order_numbers(left, right) == 0;
  if (left.kind() != right.kind()) return false;
  switch (left.kind()) {
    case Kind::kBool:
      return left.as_bool() == right.as_bool();
    case Kind::kString:
    case Kind::kBytes:
    case Kind::kType:
      return equal_text(left, right, work);
    case Kind::kList:
      return equal_lists(left.as_list(), right.as_list(), arena, work);
    case Kind::kMap:
      return equal_maps(left.as_map(), right.as_map(), arena, work);
    case Kind::kTimestamp:
    case Kind::kDuration:
      return left.as_time() == right.as_time();
    case Kind::kOptional: {
      const Value* a = left.as_optional();
      const Value* b = right.as_optional();
      if (a == nullptr || b == nullptr) return a == b;
      return equal(*a, *b, arena, work);
    }
    case Kind::kOpaque: {
      const Opaque& a = left.as_opaque();
      const Opaque& b = right.as_opaque();
      return a.type_name() == b.type_name() && a.equals(b);
    }
    default:
      return true;  // null
  }
}

std::optional<std::partial_ordering> order(const Value& left, const Value& right) {
  if (left.is_number() && right.is_number()) return order_numbers(left, right);
  if (left.kind() != right.kind()) return std::nullopt;
  switch (left.kind()) {
    case Kind::kBool:
      return left.as_bool() <=> right.as_bool();
    case Kind::kString:
    case Kind::kBytes:
      return left.as_text() <=> right.as_text();
    case Kind::kTimestamp:
    case Kind::kDuration:
      return left.as_time() <=> right.as_time();
    default:
      return std::nullopt;
  }
}

std::uint64_t hash_key(const Value& key) {
  switch (key.kind()) {
    case Kind::kBool:
      return key.as_bool() ? 0x9e3779b97f4a7c15u : 0x7f4a7c159e3779b9u;
    case Kind::kInt:
      return std::hash<std::uint64_t>{}(static_cast<std::uint64_t>(key.as_int())) *
             0x9e3779b97f4a7c15u;
    case Kind::kUint:
      return std::hash<std::uint64_t>{}(key.as_uint()) * 0x9e3779b97f4a7c15u;
    case Kind::kDouble: {
      const double number = key.as_double();
      if (number >= -kTwoTo63 && number < kTwoTo63) {
        return hash_key(Value::integer(static_cast<std::int64_t>(number)));
      }
      if (number >= kTwoTo63 && number < kTwoTo64) {
        return hash_key(Value::unsigned_integer(static_cast<std::uint64_t>(number)));
      }
      return 0;
    }
    case Kind::kString:
      return std::hash<std::string_view>{}(key.as_text());
    default:
      return static_cast<std::uint64_t>(key.kind());
  }
}

}  // namespace tidegate::cel
