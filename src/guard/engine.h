// Looks through texts for what rules say, whatever the texts are disguised as.
//
// Thread: immutable once made; what a look needs for itself belongs to the thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "guard/policy.h"
#include "guard/rule.h"
#include "patterns/pattern_set.h"

namespace tidegate::guard {

class Engine {
 public:
  // Each list of rules is compiled for itself, and shared with all engines that have the same list.
  // The built-in rules were compiled when the project was built.
  // Errors: kInvalidConfig, with the id of the rule that does not compile.
  static Result<Engine> make(std::vector<std::vector<Rule>> lists, Policy policy);

  // Appends what is found in a text; `number` is told in each hit. A hit is the sentence up to the
  // end of the match, or where the text is encoded, what was encoded.
  // Errors: as PatternSet::scan.
  Result<void> look(std::string_view text, Channel channel, std::uint32_t number,
                    std::vector<Hit>& hits) const;

  const Policy& policy() const { return policy_; }
  // Bytes of the compiled rules.
  std::size_t size_bytes() const;

 private:
  enum class Use : std::uint8_t { kOff, kShadow, kCounts };
  struct List {
    List(std::vector<Rule> r, patterns::PatternSet p, std::vector<Use> u)
        : rules(std::move(r)), patterns(std::move(p)), uses(std::move(u)) {}
    std::vector<Rule> rules;
    patterns::PatternSet patterns;
    std::vector<Use> uses;  // by rule
  };
  class Look;

  explicit Engine(Policy policy) : policy_(std::move(policy)) {}
  Use use_of(const Rule& rule) const;

  Policy policy_;
  std::vector<std::shared_ptr<const List>> lists_;
  std::vector<Use> anomaly_uses_;
};

}  // namespace tidegate::guard
