#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "app/commands/commands.h"
#include "app/commands/option_groups.h"
#include "app/exit_codes.h"
#include "app/resource_check.h"
#include "app/terminal.h"

namespace tidegate::app {
namespace {

struct ValidateOptions {
  std::vector<std::string> files;
  bool json = false;
};

int validate(const ValidateOptions& options) {
  const ResourceCheck check = check_resources(options.files);
  if (options.json) {
    std::fputs(format_json(check).c_str(), stdout);
    return check.good() ? kExitOk : kExitBadResources;
  }
  const Paint paint = paint_for(stderr);
  std::fputs(paint.problems(resource::format_problems(check.problems)).c_str(), stderr);
  if (check.compilation) {
    const std::string conditions =
        gatewayapi::format_text(*check.compilation, gatewayapi::Detail::kAll);
    std::fputs(conditions.c_str(), stdout);
  }
  if (check.good()) {
    fmt::print("{} and found good\n", check.summary());
    return kExitOk;
  }
  std::fflush(stdout);
  fmt::print(stderr, "{}: {}\n", check.summary(), paint.red(check.verdict()));
  return kExitBadResources;
}

}  // namespace

void add_validate(Command cli, int& exit_code) {
  auto options = std::make_shared<ValidateOptions>();
  Command command = cli.add_command("validate", "Check resources without serving them");
  command.describe(
      "Check resources without serving them. Tells every problem at once, as\n"
      "file:line: object: path: message, and then the status conditions that a cluster would be\n"
      "told.");
  add_files(command, options->files);
  command.add_flag("--json", options->json, "As JSON: problems, and the statuses of all objects");
  command.footer(
      "Exit code 0: all is good; 3: problems, or a condition that says so.\n"
      "Examples:\n"
      "  tidegate validate -f examples/quickstart\n"
      "  tidegate validate -f gateway.yaml --json");
  command.set_work(exit_code, [options] { return validate(*options); });
}

}  // namespace tidegate::app
