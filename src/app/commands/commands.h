// The commands of `tidegate`: one function each, which adds it to the command line.
//
// A command's work is done in its callback, which stores an exit code (exit_codes.h) in
// `exit_code`. Both parameters must outlive parsing.
#pragma once

namespace CLI {
class App;
}  // namespace CLI

namespace tidegate::app {

void add_run(CLI::App& cli, int& exit_code);
void add_quickstart(CLI::App& cli, int& exit_code);
void add_simulate(CLI::App& cli, int& exit_code);
void add_validate(CLI::App& cli, int& exit_code);
void add_explain(CLI::App& cli, int& exit_code);
void add_version(CLI::App& cli, int& exit_code);
void add_completion(CLI::App& cli, int& exit_code);

}  // namespace tidegate::app
