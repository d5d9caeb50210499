// The whole command line as one tree, and its run.
#pragma once

#include <memory>

namespace CLI {
class App;
}  // namespace CLI

namespace tidegate::app {

// Every command of `tidegate`. `exit_code` must outlive the tree.
std::unique_ptr<CLI::App> make_command_line(int& exit_code);

// Parses, does what is asked, and returns the exit code. What is wrong with the command line is
// told on standard error.
int run_command_line(int argc, char** argv);

}  // namespace tidegate::app
