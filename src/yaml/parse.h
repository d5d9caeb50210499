// YAML and JSON text to Values.
//
// Both entrances give the same tree for the same content. YAML is read with the 1.2 core types:
// only true/false are booleans ("yes", "on" and "off" stay strings). A key stands once in a map,
// aliases may not blow a document up, and only UTF-8 without control characters is taken.
//
// Thread: any; the result belongs to the arena's owner.    Source: YAML 1.2.2 section 10.3 (core
// schema), RFC 8259.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "yaml/value.h"

namespace tidegate::yaml {

// Lists and maps inside each other. Resources need fewer than 20; bounds all recursion.
inline constexpr std::size_t kMaxDepth = 64;
// Nodes that aliases may add to a document over what is written out ("billion laughs").
inline constexpr std::size_t kMaxAliasNodes = 100'000;

struct Problem {
  Mark mark;
  std::string message;
};

struct Parsed {
  // Null when the text is not YAML (or JSON) at all; an empty text is a null value.
  const Value* root = nullptr;
  std::vector<Problem> problems;
};

// Parses one YAML document, with or without its `---` line.
// Input:   `first_line` is the number of the text's first line in its file.
// Returns: the tree, in `arena` (strings are copied; `text` may go), and every problem found.
//          Syntax ends at its first error; duplicate keys and their like are all reported, and the
//          tree is given all the same.
Parsed parse_yaml(std::string_view text, Arena& arena, std::uint32_t first_line = 1);

// The same for JSON text.
Parsed parse_json(std::string_view text, Arena& arena);

}  // namespace tidegate::yaml
