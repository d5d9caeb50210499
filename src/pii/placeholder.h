// Placeholders that stand for values towards the model, and are undone in its reply.
//
// <EMAIL_5e884898da>: kind, and ten digits of an HMAC of the normalised value under the tenant's
// key. The same value has the same placeholder in every turn of a conversation and on every
// replica, without anything kept between requests; what it stands for is known only while the
// request that mentioned it lives. A new value whose placeholder the texts already hold, or another
// value has, gets the next round of the HMAC.   Thread: one owner.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "pii/rule.h"

namespace tidegate::pii {

class Placeholders {
 public:
  static constexpr std::size_t kDigits = 10;

  // The key outlives the object.
  explicit Placeholders(const Secret& key) : key_(key) {}

  // Takes notice of a text that goes to the model: what looks like a placeholder in it stands for
  // itself. To be called with all texts before the first value is replaced.
  void take_notice(std::string_view text);

  // The placeholder for a value that `rule` has found. Valid as long as the object.
  std::string_view replace(const Rule& rule, std::string_view value);

  // Placeholders and what they stand for, as first spelled.
  const std::map<std::string, std::string, std::less<>>& values() const { return values_; }
  bool empty() const { return values_.empty(); }

 private:
  const Secret& key_;
  std::map<std::string, std::string, std::less<>> values_;    // by placeholder
  std::map<std::string, std::string, std::less<>> by_value_;  // kind and normalised value
  std::set<std::string, std::less<>> taken_;                  // in lower case
};

}  // namespace tidegate::pii
