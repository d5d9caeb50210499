// One text of an HTTP request, as rules look at it.   Thread: plain values.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "guard/rule.h"

namespace tidegate::waf {

// Texts of one request. Forms have hundreds, honest JSON documents thousands; one costs about 2 us.
inline constexpr std::size_t kMaxParts = 10'000;

struct Part {
  guard::Channel channel = guard::Channel::kField;
  std::string_view name;   // of the parameter, field or header; of a JSON value its member's
  std::string_view value;  // escapes of its place (percent, JSON) undone once
};

// A file that is uploaded.
struct Upload {
  std::string_view field;
  std::string_view file_name;
  std::string_view media_type;  // as declared, without parameters; empty: none
  std::string_view content;
};

// What is wrong with how a request is written, whatever it says.
enum class Flaw : std::uint8_t {
  kTooManyParts,
  kBrokenEscape,  // a percent sign without two digits behind it
  kMultipart,     // read in more than one way
  kJson,          // says JSON and is none
  kBodyCut,       // only its beginning was looked at
  kBodyOfGet,
};

struct Parts {
  std::vector<Part> parts;
  std::vector<Upload> uploads;
  std::vector<Flaw> flaws;

  void add(guard::Channel channel, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    if (parts.size() == kMaxParts) return add(Flaw::kTooManyParts);
    parts.push_back({channel, name, value});
  }
  void add(Flaw flaw) {
    for (const auto known : flaws)
      if (known == flaw) return;
    flaws.push_back(flaw);
  }
};

}  // namespace tidegate::waf
