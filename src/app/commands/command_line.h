// The whole command line, and its run.
#pragma once

namespace tidegate::app {

// Parses, does what is asked, and returns the exit code. What is wrong with the command line is
// told on standard error.
int run_command_line(int argc, char** argv);

}  // namespace tidegate::app
