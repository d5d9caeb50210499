// Equality and order of values: numbers compare across kinds by what they are worth, everything
// else only within its kind.
// Source: CEL language definition, "Equality" and "Ordering".
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

#include "base/arena.h"
#include "cel/value.h"

namespace tidegate::cel {

// Whether two values are equal; those of different kinds are not. Lists and maps are compared
// deeply. `work` is lessened by the elements and bytes looked at; false when it falls below zero,
// which the caller must look for.
bool equal(const Value& left, const Value& right, Arena& arena, std::int64_t& work);

// Nothing when the two have no order: of different kinds, of kinds without order. NaN is unordered.
std::optional<std::partial_ordering> order(const Value& left, const Value& right);

// An integer beside a double is compared as a double, as the specification's cases have it: beyond
// 2^53 neighbours may be equal.
std::partial_ordering order_numbers(const Value& left, const Value& right);

// Equal keys have equal hashes (see same_key() in collections.h).
std::uint64_t hash_key(const Value& key);

}  // namespace tidegate::cel
