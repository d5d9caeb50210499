// Looks through the texts of an HTTP request for what rules say.
//
// Rules, points and paranoia levels are those of src/guard; here a text is looked at as decoded and
// folded text, and each rule in the form it asks for (waf/normal.h).
// Thread: immutable once made; what a look needs for itself belongs to the thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "guard/policy.h"
#include "guard/rule.h"
#include "patterns/pattern_set.h"
#include "waf/checks.h"
#include "waf/part.h"

namespace tidegate::waf {

// Rules that do not count in some places.
struct Exclusion {
  std::vector<std::string> rules;  // as guard::Policy::exclude; empty: all
  guard::ChannelSet channels;      // empty: all
  std::vector<std::string> names;  // of parameters, fields and headers, "note*" too; empty: all
};

struct Settings {
  guard::Policy policy;
  std::vector<Exclusion> exclusions;
  UploadPolicy uploads;
  // What is looked at of the texts of a request; what is behind it is told as protocol.body-cut.
  std::size_t max_text_bytes = std::size_t{1} << 20U;
};

class Engine {
 public:
  // Errors: kInvalidConfig, with the pattern that does not compile.
  static Result<Engine> make(std::vector<std::vector<guard::Rule>> lists, Settings settings);

  // Appends what is found, each rule once. Hits tell no place in the text.
  // Errors: as PatternSet::scan.
  Result<void> look(const Parts& parts, std::vector<guard::Hit>& hits) const;

  const guard::Policy& policy() const { return settings_.policy; }
  // Bytes of the compiled rules.
  std::size_t size_bytes() const;

 private:
  struct List {
    List(std::vector<guard::Rule> r, patterns::PatternSet p)
        : rules(std::move(r)), patterns(std::move(p)) {}
    std::vector<guard::Rule> rules;
    patterns::PatternSet patterns;
  };
  class Look;

  explicit Engine(Settings settings) : settings_(std::move(settings)) {}

  Settings settings_;
  std::vector<std::shared_ptr<const List>> lists_;
};

}  // namespace tidegate::waf
