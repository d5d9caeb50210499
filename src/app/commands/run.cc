#include <memory>

#include "app/commands/commands.h"
#include "app/commands/option_groups.h"
#include "app/run_command.h"

namespace tidegate::app {

void add_run(Command cli, int& exit_code) {
  struct Options {
    std::vector<std::string> files;
    ServeOptions serve;
  };
  auto options = std::make_shared<Options>();
  Command run = cli.add_command("run", "Run the gateway from YAML resources");
  run.describe(
      "Run the gateway from YAML resources: Gateway API kinds, and Backend of tidegate.dev.\n"
      "Files are watched: a change takes effect at once, and one with errors leaves the last\n"
      "good configuration in effect. SIGTERM drains, a second one stops at once. SIGHUP reads all\n"
      "files again, retries ports that were in use and opens the access log again.");
  add_files(run, options->files);
  add_serve_options(run, options->serve);
  run.footer(
      "Examples:\n"
      "  tidegate run -f examples/quickstart\n"
      "  tidegate run -f /etc/tidegate --workers 4 --access-log -");
  run.set_work(exit_code, [options] {
    return run_gateway(make_settings(options->serve), options->files, nullptr);
  });
}

}  // namespace tidegate::app
