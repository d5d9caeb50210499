// The instructions of a program: a machine with a stack of values, and slots for what macros bind.
#pragma once

#include <cstdint>

namespace tidegate::cel {

// Slots of one macro, counted from its first.
inline constexpr std::uint32_t kFirstVariable = 0;
inline constexpr std::uint32_t kSecondVariable = 1;
inline constexpr std::uint32_t kRange = 2;
inline constexpr std::uint32_t kPositionSlot = 3;
inline constexpr std::uint32_t kResult = 4;
inline constexpr std::uint32_t kMacroSlots = 5;

// "target" is the index of an instruction in `operand`; "slot" is in `slot`.
enum class Op : std::uint8_t {
  kConstant,  // pushes constant `operand`
  kVariable,  // pushes what the host gives for variable `operand`
  kLocal,     // pushes a slot
  kStore,     // pops into a slot

  kCall,  // function `operand` over `count` values; so do all operators up to kIn
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kNegate,
  kNot,
  kIndex,
  kOptionalIndex,
  kIn,
  kMatches,  // the top against pattern `operand`

  kSelect,          // replaces the top by its field, constant `operand`; the next constant is the
                    // error when there is none
  kOptionalSelect,  // the same as an optional
  kHas,             // whether the top has the field
  kIsSet,           // whether the top, a variable, is there: has(request.path)

  kJumpIfFalse,  // leaves the top; && jumps when it decides
  kJumpIfTrue,   // the same for ||
  kAnd,          // joins the two on top
  kOr,
  kBranch,  // pops a condition; when false goes to the target, when it is no condition leaves an
            // error and goes to the instruction before the target, which jumps to the end
  kJump,

  kListStart,       // a builder into a slot
  kAppend,          // pops an element into the builder
  kAppendOptional,  // pops an optional: what it holds
  kListEnd,         // pushes the list
  kMapStart,
  kInsert,  // pops a value and a key
  kInsertOptional,
  kMerge,  // pops a map: all its entries
  kMapEnd,

  kIterate,     // pops a range into the macro's slots; an error goes to the target, left on top
  kNext,        // binds the next `count` variables; at the end goes to the target
  kAllStep,     // pops a verdict into the result; unless it decides goes to the target
  kExistsStep,  // the same
  kOneStep,     // pops a verdict, counts it, goes to the target
  kOneResult,   // pushes whether the count was one
  kFilter,      // pops a verdict; unless true goes to the target (an error stays with the builder)
  kSort,        // pops keys and elements: pushes the elements in the keys' order

  kOptionalBranch,  // pops an optional; what it holds goes to a slot; none and errors are left on
                    // top and go to the target
  kWrapOptional,    // the top as an optional
  kOptionalElse,    // goes to the target when the top is an optional with a value, which takes its
                    // place when `count` is 1
  kReturn,
};

struct Instruction {
  Op op = Op::kReturn;
  std::uint8_t count = 0;
  std::uint16_t slot = 0;
  std::uint32_t operand = 0;
  std::uint32_t offset = 0;  // of the source
};

}  // namespace tidegate::cel
