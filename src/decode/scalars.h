// Readers of single values, to be named in field lists: texts under a rule, integers in a range,
// words out of a list, durations, string maps.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decode/field_reader.h"
#include "resource/meta.h"

namespace tidegate::decode {

// A string within a length in bytes that passes a test. `must` completes "must ..." when it does
// not.
struct Text {
  std::size_t min = 0;
  std::size_t max = SIZE_MAX;
  bool (*valid)(std::string_view) = nullptr;
  std::string_view must;

  void operator()(const Node& node, std::string& out) const;
  // Only the checks.
  bool check(const Node& node) const;
};

// An integer in a closed range; by default whatever T holds.
bool read_int(const Node& node, std::int64_t min, std::int64_t max, std::int64_t& out);
template <class T>
struct Int {
  std::int64_t min = std::numeric_limits<T>::min();
  std::int64_t max = std::numeric_limits<T>::max();

  void operator()(const Node& node, T& out) const {
    std::int64_t number = 0;
    if (read_int(node, min, max, number)) out = static_cast<T>(number);
  }
};

// One word of a list.
template <class E>
struct Choice {
  std::string_view word;
  E value;
};
void report_choice(const Node& node, std::span<const std::string_view> words);
template <class E>
struct OneOf {
  std::span<const Choice<E>> choices;

  void operator()(const Node& node, E& out) const {
    if (!node.is(yaml::Kind::kString)) return;
    std::vector<std::string_view> words;
    for (const auto& choice : choices) {
      if (choice.word == node.value.text()) {
        out = choice.value;
        return;
      }
    }
    for (const auto& choice : choices) words.push_back(choice.word);
    report_choice(node, words);
  }
};
template <class E, std::size_t N>
OneOf<E> one_of(const Choice<E> (&choices)[N]) {
  return {choices};
}

// The same where the word itself is kept.
struct Word {
  std::span<const std::string_view> words;
  void operator()(const Node& node, std::string& out) const;
};

void read_bool(const Node& node, bool& out);
// A finite number in a closed range.
struct Number {
  double min = std::numeric_limits<double>::lowest();
  double max = std::numeric_limits<double>::max();
  void operator()(const Node& node, double& out) const;
};
// GEP-2257: "1h30m", "500ms".
void read_duration(const Node& node, std::chrono::milliseconds& out);
// The same, and "250us".
void read_fine_duration(const Node& node, std::chrono::microseconds& out);
// RFC 3339 to seconds since the epoch; a fraction of a second is dropped.
void read_timestamp(const Node& node, std::int64_t& out);

// A map of strings.
struct Strings {
  std::size_t max = SIZE_MAX;  // entries
  Text key;
  Text value;
  void operator()(const Node& node, resource::StringMap& out) const;
};

// Calls `visit(const Path&, const yaml::Entry&)` for each entry of a map; reports a value that is
// none.
template <class Visit>
void for_each_entry(const Node& node, const Visit& visit) {
  if (!node.is(yaml::Kind::kMap)) return;
  for (const auto& entry : node.value.entries()) {
    const Path path{&node.path, entry.key.text()};
    visit(path, entry);
  }
}

}  // namespace tidegate::decode
