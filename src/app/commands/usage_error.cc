#include "app/commands/usage_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "decode/spelling.h"

namespace tidegate::app {
namespace {

bool is_flag(std::string_view word) { return word.starts_with('-') && word != "-"; }

std::string suggest(const std::vector<std::string>& known, std::string_view word) {
  const std::vector<std::string_view> views(known.begin(), known.end());
  const auto similar = decode::find_similar(word.substr(0, word.find('=')), views);
  return similar ? fmt::format("; did you mean {}?", *similar) : "";
}

// What follows a misspelt command belongs to that command: only its own name tells anything.
std::string describe_unknown(const UsageError& error) {
  const auto word = std::ranges::find_if_not(error.unknown, is_flag);
  if (!error.commands.empty() && word != error.unknown.end()) {
    return fmt::format("there is no command \"{}\"{}", *word, suggest(error.commands, *word));
  }
  const auto flag = std::ranges::find_if(error.unknown, is_flag);
  if (flag != error.unknown.end()) {
    return fmt::format("there is no option \"{}\"{}", *flag, suggest(error.flags, *flag));
  }
  return fmt::format("there is no argument \"{}\"", error.unknown.front());
}

std::string describe(const UsageError& error) {
  if (!error.unknown.empty()) return describe_unknown(error);
  if (error.commands.empty()) return error.detail;
  return fmt::format("a command is missing: {}", fmt::join(error.commands, ", "));
}

}  // namespace

std::string explain_usage_error(const UsageError& error) {
  return fmt::format("{0}: {1}\nRun \"{0} --help\" for what it takes.\n", error.command,
                     describe(error));
}

}  // namespace tidegate::app
