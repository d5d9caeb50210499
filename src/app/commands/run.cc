#include <CLI/CLI.hpp>
#include <memory>

#include "app/commands/commands.h"
#include "app/commands/option_groups.h"
#include "app/run_command.h"

namespace tidegate::app {

void add_run(CLI::App& cli, int& exit_code) {
  struct Options {
    std::vector<std::string> files;
    ServeOptions serve;
  };
  auto options = std::make_shared<Options>();
  CLI::App* run = cli.add_subcommand("run", "Run the gateway from YAML resources");
  run->description(
      "Run the gateway from YAML resources: Gateway API kinds, and Backend of tidegate.dev.\n"
      "Files are watched: a change takes effect at once, and one with errors leaves the last\n"
      "good configuration in effect. SIGTERM drains, SIGHUP opens the access log again.");
  run->add_option("-f,--file", options->files, "File, or directory with *.yaml; may be repeated")
      ->required()
      ->check(CLI::ExistingPath)
      ->type_name("PATH");
  add_serve_options(*run, options->serve);
  run->footer(
      "Examples:\n"
      "  tidegate run -f examples/quickstart\n"
      "  tidegate run -f /etc/tidegate --workers 4 --access-log -");
  set_work(*run, exit_code, [options] {
    return run_gateway(make_settings(options->serve), options->files, nullptr);
  });
}

}  // namespace tidegate::app
