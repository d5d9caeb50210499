#include "app/commands/command_line.h"

#include "app/commands/command.h"
#include "app/commands/commands.h"
#include "app/exit_codes.h"

namespace tidegate::app {

int run_command_line(int argc, char** argv) {
  int exit_code = kExitOk;
  CommandLine command_line(
      "tidegate", "Tidegate, an AI gateway: Gateway API routing and policy for AI traffic.",
      TIDEGATE_VERSION);
  Command root = command_line.root();
  add_run(root, exit_code);
  add_quickstart(root, exit_code);
  add_simulate(root, exit_code);
  add_validate(root, exit_code);
  add_explain(root, exit_code);
  add_route(root, exit_code);
  add_version(root, exit_code);
  add_completion(root, exit_code);
  root.footer(
      "Exit codes:\n"
      "  0  done\n"
      "  1  could not run (a port in use, say), or explain found nothing that answers\n"
      "  2  the command line is wrong\n"
      "  3  the resources are wrong\n"
      "\n"
      "Start here: tidegate quickstart\n"
      "Each command tells more: tidegate run --help");
  return command_line.run(argc, argv, exit_code);
}

}  // namespace tidegate::app
