// The command line: what each command is for stands with the command.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/run_command.h"
#include "telemetry/log.h"

namespace tidegate::app {
namespace {

struct RunOptions {
  GatewaySettings gateway;
  std::vector<std::string> files;
  std::string access_log;
  std::string log_level = "info";
};

void add_run(CLI::App& cli, RunOptions& options, int& exit_code) {
  CLI::App* run =
      cli.add_subcommand("run", "Run the gateway from YAML resources and follow their changes");
  run->add_option("-f,--file", options.files, "File or directory with resources; may be repeated")
      ->required()
      ->check(CLI::ExistingPath);
  run->add_option("--workers", options.gateway.workers, "Worker threads; 0: one per CPU");
  const std::map<std::string, IoBackend> backends{{"epoll", IoBackend::kEpoll},
                                                  {"uring", IoBackend::kUring}};
  run->add_option("--io", options.gateway.io, "Kernel interface: epoll or uring")
      ->transform(CLI::CheckedTransformer(backends));
  run->add_option("--admin", options.gateway.admin_address,
                  "ADDRESS:PORT of /healthz, /readyz and /metrics; empty: none")
      ->capture_default_str();
  run->add_option("--access-log", options.access_log,
                  "Access log file; - for standard output; none when absent");
  run->add_option("--log-level", options.log_level, "debug, info, warn or error")
      ->capture_default_str();
  run->callback([&options, &exit_code] {
    const auto level = telemetry::parse_log_level(options.log_level);
    telemetry::configure_log(level.value_or(telemetry::LogLevel::kInfo),
                             telemetry::LogFormat::kAuto);
    if (!options.access_log.empty()) options.gateway.access_log = options.access_log;
    options.gateway.compile.default_class = "tidegate";
    exit_code = run_gateway(options.gateway, options.files);
  });
}

int run_cli(int argc, char** argv) {
  CLI::App cli("Tidegate, an AI gateway: Gateway API routing and policy for AI traffic.",
               "tidegate");
  cli.require_subcommand(1);
  int exit_code = kExitOk;
  RunOptions run;
  add_run(cli, run, exit_code);
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = cli.exit(error);
    return code == 0 ? kExitOk : kExitUsage;
  }
  return exit_code;
}

}  // namespace
}  // namespace tidegate::app

int main(int argc, char** argv) { return tidegate::app::run_cli(argc, argv); }
