#include "app/commands/option_groups.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <optional>

#include "app/exit_codes.h"
#include "telemetry/log.h"

namespace tidegate::app {
namespace {

std::optional<double> find_unit(std::string_view unit) {
  if (unit == "us") return 1.0;
  if (unit == "ms") return 1e3;
  if (unit == "s") return 1e6;
  if (unit == "m") return 6e7;
  return std::nullopt;
}

std::optional<std::chrono::microseconds> parse_time(std::string_view text) {
  if (text == "0") return std::chrono::microseconds(0);
  double number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || number < 0 || number > 1e9) return std::nullopt;
  const auto digits = static_cast<std::size_t>(parsed.ptr - text.data());
  const auto unit = find_unit(text.substr(digits));
  if (!unit || number * *unit > 1e15) return std::nullopt;
  return std::chrono::microseconds(static_cast<std::int64_t>(number * *unit));
}

}  // namespace

CLI::Option* add_duration(CLI::App& command, const std::string& flag,
                          std::chrono::microseconds& target, const std::string& description) {
  const auto take = [&target, flag](const std::string& text) {
    const auto time = parse_time(text);
    if (!time) {
      throw CLI::ValidationError(
          flag, fmt::format("\"{}\" is no length of time such as 20ms, 1.5s, 2m or 0", text));
    }
    target = *time;
  };
  return command.add_option_function<std::string>(flag, take, description)->type_name("TIME");
}

void add_log_options(CLI::App& command, LogOptions& options) {
  command.add_option("--log-level", options.level, "What is logged on standard error")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
      ->capture_default_str();
  command
      .add_option("--log-format", options.format,
                  "text for people, json for machines; auto: text on a terminal")
      ->check(CLI::IsMember({"auto", "text", "json"}))
      ->capture_default_str();
}

void configure_log(const LogOptions& options) {
  using telemetry::LogFormat;
  const LogFormat format = options.format == "text"   ? LogFormat::kText
                           : options.format == "json" ? LogFormat::kJson
                                                      : LogFormat::kAuto;
  const auto level = telemetry::parse_log_level(options.level);
  telemetry::configure_log(level.value_or(telemetry::LogLevel::kInfo), format);
}

void add_serve_options(CLI::App& command, ServeOptions& options) {
  command
      .add_option("--workers", options.gateway.workers,
                  "Worker threads; 0: one per CPU that this process may use")
      ->check(CLI::Range(0, 1024))
      ->type_name("N")
      ->capture_default_str();
  const std::map<std::string, IoBackend> backends{{"epoll", IoBackend::kEpoll},
                                                  {"uring", IoBackend::kUring}};
  command
      .add_option("--io", options.gateway.io,
                  "Kernel interface: epoll, or uring (epoll where the kernel refuses it)")
      ->transform(CLI::CheckedTransformer(backends))
      ->type_name("NAME")
      ->default_str("epoll");
  command
      .add_option("--admin", options.gateway.admin_address,
                  "Where /healthz, /readyz and /metrics are served; \"\": nowhere")
      ->type_name("ADDRESS:PORT")
      ->capture_default_str();
  command
      .add_option("--access-log", options.access_log,
                  "One JSON line for each request goes there; -: standard output; absent: off")
      ->type_name("FILE");
  add_duration(command, "--drain-timeout", options.drain_time,
               "How long requests may go on after SIGTERM")
      ->default_str("30s");
  add_log_options(command, options.log);
}

GatewaySettings make_settings(const ServeOptions& options) {
  configure_log(options.log);
  GatewaySettings settings = options.gateway;
  settings.drain_time = std::chrono::duration_cast<std::chrono::milliseconds>(options.drain_time);
  if (!options.access_log.empty()) settings.access_log = options.access_log;
  settings.compile.default_class = "tidegate";
  return settings;
}

void set_work(CLI::App& command, int& exit_code, std::function<int()> work) {
  command.callback([&exit_code, work = std::move(work)] {
    try {
      exit_code = work();
    } catch (const std::exception& error) {
      fmt::print(stderr, "tidegate: {}\n", error.what());
      exit_code = kExitFailure;
    }
  });
}

}  // namespace tidegate::app
