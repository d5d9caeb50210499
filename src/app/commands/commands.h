// The commands of `tidegate`: one function each, which adds it to the command line.
//
// A command's work is done in its callback, which stores an exit code (exit_codes.h) in
// `exit_code`. Both parameters must outlive parsing.
#pragma once

#include "app/commands/command.h"

namespace tidegate::app {

void add_run(Command cli, int& exit_code);
void add_quickstart(Command cli, int& exit_code);
void add_simulate(Command cli, int& exit_code);
void add_validate(Command cli, int& exit_code);
void add_explain(Command cli, int& exit_code);
void add_route(Command cli, int& exit_code);
void add_version(Command cli, int& exit_code);
void add_completion(Command cli, int& exit_code);

}  // namespace tidegate::app
