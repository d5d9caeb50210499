// Configuration of ContentFilter.   Reference: docs/reference/content-filter.md.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tidegate::processors::content_filter {

enum class Action : std::uint8_t {
  kIgnore,  // not looked for
  kReport,  // told in the access log
  kRedact,  // something else takes its place
  kBlock,   // the request is refused; the reply ends
};

struct Category {
  std::string name;
  std::vector<std::string> words;     // whole words
  std::vector<std::string> parts;     // also within words
  std::vector<std::string> patterns;  // patterns/expression.h
  bool match_case = false;
  Action request = Action::kBlock;
  Action response = Action::kRedact;
  std::string replacement;  // of what is redacted
};

struct Config {
  std::vector<Category> categories;
  std::uint64_t max_held_bytes = 256;
  // How long a part of a reply is held back; 0: until it is decided.
  std::chrono::milliseconds max_held_time{0};

  // Whether some category has this action on requests (replies).
  bool on_requests(Action action) const;
  bool on_responses(Action action) const;
};

// Reads the JSON of a processor's `config`. Returns what is wrong, each with its path.
std::vector<std::string> read(std::string_view json, Config& out);

}  // namespace tidegate::processors::content_filter
