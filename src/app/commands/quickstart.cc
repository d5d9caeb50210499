#include "app/quickstart/quickstart.h"

#include <cstdlib>
#include <memory>

#include "app/commands/commands.h"
#include "app/commands/option_groups.h"

namespace tidegate::app {
namespace {

std::string read_environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

}  // namespace

void add_quickstart(Command cli, int& exit_code) {
  struct Options {
    QuickstartSettings quickstart;
    ServeOptions serve;
    bool simulator = false;
    bool print = false;
  };
  auto options = std::make_shared<Options>();
  options->serve.log.level = "warn";
  Command quickstart = cli.add_command("quickstart", "Serve what this machine has, right now");
  quickstart.describe(
      "Serve what this machine has: OPENAI_API_KEY (and OPENAI_BASE_URL), ANTHROPIC_API_KEY, and\n"
      "model servers on loopback (Ollama 11434, vLLM 8000, LM Studio 1234). With none of these\n"
      "the built-in simulator answers, so that a first run always works. The YAML it chooses is\n"
      "written to $XDG_STATE_HOME/tidegate/quickstart (or ~/.local/state/...); keys go to a\n"
      "secrets.yaml there that only you can read, and are never printed.");
  quickstart
      .add_option("--listen", options->quickstart.listen,
                  "Where to listen; :8080 opens it to other machines")
      .type("ADDRESS:PORT")
      .show_default();
  quickstart.add_flag("--simulator", options->simulator, "The simulator, whatever else there is");
  quickstart.add_flag("--print", options->print, "Print the YAML, without keys, and serve nothing");
  add_serve_options(quickstart, options->serve);
  quickstart.footer(
      "Examples:\n"
      "  tidegate quickstart\n"
      "  OPENAI_API_KEY=... tidegate quickstart --listen :8080\n"
      "  tidegate quickstart --print > gateway.yaml");
  quickstart.set_work(exit_code, [options] {
    QuickstartSettings& settings = options->quickstart;
    settings.gateway = make_settings(options->serve);
    if (options->simulator) settings.sources = Sources::kSimulator;
    return options->print ? print_quickstart(settings, read_environment)
                          : run_quickstart(settings, read_environment);
  });
}

}  // namespace tidegate::app
