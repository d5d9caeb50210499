// What may be put in place of a finding.   Thread: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "pii/detector.h"

namespace tidegate::pii {

enum class Action : std::uint8_t {
  kReport,       // nothing is changed
  kRedact,       // [EMAIL]
  kMask,         // **** **** **** 1111
  kHash,         // [EMAIL:5e884898da28]: the same value gives the same text
  kPlaceholder,  // <EMAIL_5e884898da>: the reply's are restored (placeholder.h)
  kBlock,        // the request is refused
};
// "Report", "Redact", "Mask", "Hash", "Placeholder", "Block"; empty optional: none of them.
std::optional<Action> find_action(std::string_view name);

// The form in which spellings of one value are equal: numbers without separators, addresses in
// lower case.
std::string normalise(const Rule& rule, std::string_view text);

std::string redact(const Rule& rule);
// Letters and digits but the last four become '*'; of a text that has no more than eight, all.
std::string mask(std::string_view text);
// HMAC-SHA-256 under `key` of kind and normalised value, its first twelve digits.
std::string hash(const Rule& rule, std::string_view text, const Secret& key);

// The first `digits` hexadecimal digits of that HMAC. `round` > 0 gives another one.
std::string keyed_digits(const Rule& rule, std::string_view normal, const Secret& key, int round,
                         std::size_t digits);

}  // namespace tidegate::pii
