#include "app/commands/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/commands/commands.h"
#include "app/exit_codes.h"

namespace tidegate::app {
namespace {

// The options that a failed parse was about: those of the command named, if any.
const CLI::App& deepest_parsed(const CLI::App& cli) {
  const auto parsed = cli.get_subcommands();
  return parsed.empty() ? cli : deepest_parsed(*parsed.front());
}

std::string full_name(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return parent == nullptr ? command.get_name() : full_name(*parent) + " " + command.get_name();
}

int explain_usage_error(const CLI::App& cli, const CLI::ParseError& error) {
  const std::string name = full_name(deepest_parsed(cli));
  fmt::print(stderr, "{}: {}\nRun \"{} --help\" for what it takes.\n", name, error.what(), name);
  return kExitUsage;
}

}  // namespace

std::unique_ptr<CLI::App> make_command_line(int& exit_code) {
  auto cli = std::make_unique<CLI::App>(
      "Tidegate, an AI gateway: Gateway API routing and policy for AI traffic.", "tidegate");
  cli->require_subcommand(1);
  add_run(*cli, exit_code);
  add_quickstart(*cli, exit_code);
  add_simulate(*cli, exit_code);
  add_validate(*cli, exit_code);
  add_explain(*cli, exit_code);
  add_version(*cli, exit_code);
  add_completion(*cli, exit_code);
  cli->footer(
      "Exit codes:\n"
      "  0  done\n"
      "  1  could not run (a port in use, say), or explain found nothing that answers\n"
      "  2  the command line is wrong\n"
      "  3  the resources are wrong\n"
      "\n"
      "Start here: tidegate quickstart\n"
      "Each command tells more: tidegate run --help");
  return cli;
}

int run_command_line(int argc, char** argv) {
  int exit_code = kExitOk;
  const auto cli = make_command_line(exit_code);
  try {
    cli->parse(argc, argv);
  } catch (const CLI::Success& asked_for_help) {
    return cli->exit(asked_for_help);
  } catch (const CLI::ParseError& error) {
    return explain_usage_error(*cli, error);
  }
  return exit_code;
}

}  // namespace tidegate::app
