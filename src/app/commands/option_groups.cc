#include "app/commands/option_groups.h"

#include "app/exit_codes.h"
#include "telemetry/log.h"

namespace tidegate::app {

Option add_files(Command& command, std::vector<std::string>& files) {
  return command.add_option("-f,--file", files, "File, or directory with *.yaml; may be repeated")
      .required()
      .existing_path()
      .type("PATH");
}

void add_log_options(Command& command, LogOptions& options) {
  command.add_option("--log-level", options.level, "What is logged on standard error")
      .one_of({"debug", "info", "warn", "error"})
      .show_default();
  command
      .add_option("--log-format", options.format,
                  "text for people, json for machines; auto: text on a terminal")
      .one_of({"auto", "text", "json"})
      .show_default();
}

void configure_log(const LogOptions& options) {
  using telemetry::LogFormat;
  const LogFormat format = options.format == "text"   ? LogFormat::kText
                           : options.format == "json" ? LogFormat::kJson
                                                      : LogFormat::kAuto;
  const auto level = telemetry::parse_log_level(options.level);
  telemetry::configure_log(level.value_or(telemetry::LogLevel::kInfo), format);
}

void add_serve_options(Command& command, ServeOptions& options) {
  command
      .add_option("--workers", options.gateway.workers,
                  "Worker threads; 0: one per CPU that this process may use")
      .between(0, 1024)
      .type("N")
      .show_default();
  command
      .add_option("--io", options.io,
                  "Kernel interface: epoll, or uring (epoll where the kernel refuses it)")
      .one_of({"epoll", "uring"})
      .type("NAME")
      .show_default();
  command
      .add_option("--admin", options.gateway.admin_address,
                  "Where /healthz, /readyz and /metrics are served; \"\": nowhere")
      .type("ADDRESS:PORT")
      .show_default();
  command
      .add_option("--access-log", options.access_log,
                  "One JSON line for each request goes there; -: standard output; absent: off")
      .type("FILE");
  command
      .add_option("--prices", options.gateway.prices,
                  "Price file in place of the built-in one; read again on SIGHUP")
      .existing_path()
      .type("FILE");
  command
      .add_option("--node", options.gateway.compile.location.node,
                  "The node that the gateway runs on: Services with trafficDistribution prefer\n"
                  "endpoints there, and so do processors")
      .from_environment("TIDEGATE_NODE")
      .type("NAME");
  command.add_option("--zone", options.gateway.compile.location.zone, "The same of its zone")
      .from_environment("TIDEGATE_ZONE")
      .type("NAME");
  command
      .add_option("--drain-timeout", options.drain_time,
                  "How long requests may go on after SIGTERM")
      .show_default("30s");
  add_log_options(command, options.log);
}

GatewaySettings make_settings(const ServeOptions& options) {
  configure_log(options.log);
  GatewaySettings settings = options.gateway;
  if (options.io == "uring") settings.io = IoBackend::kUring;
  settings.drain_time = std::chrono::duration_cast<std::chrono::milliseconds>(options.drain_time);
  if (!options.access_log.empty()) settings.access_log = options.access_log;
  settings.compile.default_class = "tidegate";
  return settings;
}

}  // namespace tidegate::app
