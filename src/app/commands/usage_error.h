// What is wrong with a command line, told so that its writer can mend it.   Thread: pure functions.
#pragma once

#include <string>
#include <vector>

namespace tidegate::app {

// A command line that does not parse.
struct UsageError {
  std::string command;                // the one that was meant: "tidegate run"
  std::vector<std::string> flags;     // that it knows: "--file", "-f"
  std::vector<std::string> commands;  // below it; empty when it has none
  std::vector<std::string> unknown;   // words that it knows nothing to do with, in order
  std::string detail;                 // what the parser says
};

// Two lines for standard error: which command, which word, what was probably meant, and where help
// is. A word that is not known is told before anything that is missing.
std::string explain_usage_error(const UsageError& error);

}  // namespace tidegate::app
