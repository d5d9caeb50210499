// The syntax tree of one expression, in the arena of its compilation.
//
// The parser makes it with macros already recognised; the resolver fills in what names mean; the
// checker reads types off it; the emitter turns it into a program. Gone once that is done.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "cel/value.h"

namespace tidegate::cel {

struct Function;

enum class NodeKind : std::uint8_t {
  kConstant,     // constant
  kName,         // name, perhaps with a leading dot
  kSelect,       // operands[0].name
  kPresence,     // has(operands[0].name)
  kCall,         // name(operands...); for a method the receiver is operands[0]
  kList,         // operands are the elements
  kMap,          // operands are keys and values in turn
  kAnd,          // all operands
  kOr,           // any of the operands
  kConditional,  // operands[0] ? operands[1] : operands[2]
  kMacro,        // a macro that binds variables over operands[0]
};

enum class Macro : std::uint8_t {
  kAll,
  kExists,
  kExistsOne,
  kMap,                // operands: range, [filter,] element
  kFilter,             // operands: range, filter
  kTransformMap,       // operands: range, [filter,] value
  kTransformMapEntry,  // operands: range, [filter,] map of new entries
  kSortBy,             // operands: range, key
  kBind,               // operands: value, body
  kOptionalMap,        // operands: optional, body
  kOptionalFlatMap,    // operands: optional, body that is optional
};

// What a name means, once resolved.
enum class NameKind : std::uint8_t { kUnresolved, kLocal, kVariable, kConstant, kUndeclared };

struct Node {
  NodeKind kind = NodeKind::kConstant;
  Macro macro = Macro::kAll;
  NameKind name_kind = NameKind::kUnresolved;  // of kName, and of kSelect/kPresence whose whole
                                               // chain is one declared name
  bool is_optional = false;                    // kSelect: .?   kCall of an index: [?]
  bool is_method = false;                      // kCall: operands[0] is the receiver
  bool has_leading_dot = false;                // kName
  std::uint16_t height = 1;                    // of the tree below, itself included
  std::uint32_t offset = 0;                    // where to point when it is wrong
  std::uint32_t index = 0;  // of the variable or the local it names; a macro's first local
  std::string_view name;
  std::string_view variables[2];  // kMacro: what it binds; the second may be empty
  std::span<Node*> operands;
  std::span<const bool> optional_flags;  // kList, kMap: which entries are `?entry`; empty for none
  Value constant;                        // kConstant, or what a kConstant name means
  const Function* function = nullptr;    // kCall, once resolved
};

}  // namespace tidegate::cel
