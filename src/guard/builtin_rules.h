// The files of data/guard as parts of the binary. Made from them when the project is built.
#pragma once

#include <span>
#include <string_view>

namespace tidegate::guard {

// The texts of the files, one after another.
std::span<const std::string_view> prompt_rule_files();
std::span<const std::string_view> web_rule_files();

// What patterns::PatternSet::store() gave for all of them (compile_rules.cc).
std::string_view compiled_prompt_rules();
std::string_view compiled_web_rules();

}  // namespace tidegate::guard
