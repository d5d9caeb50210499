// Marks of texts that are made up to look like something else, counted.
//
// Thread: pure functions; all take folded texts.
#pragma once

#include <cstddef>
#include <string_view>

namespace tidegate::guard {

struct LineMarks {
  std::size_t roles = 0;    // lines that begin as a turn of a dialogue does: "system:"
  std::size_t answers = 0;  // and as an answer does: "a:", "assistant:"
};
LineMarks count_line_marks(std::string_view folded);

// Tokens of chat templates: <|...|>, [inst], <<sys>>, <start_of_turn>.
std::size_t count_special_tokens(std::string_view folded);

struct ScriptSwitches {
  std::size_t words = 0;
  std::size_t switches = 0;  // from one word to the next
};
// Between alphabets whose languages are seldom mixed within a sentence; Chinese, Japanese and
// Korean do not count.
ScriptSwitches count_script_switches(std::string_view folded);

// The most words, of any 32 in a row, that tell somebody what to do, where one of the 32 also says
// who: you, assistant, model.
std::size_t densest_instructions(std::string_view folded);

}  // namespace tidegate::guard
