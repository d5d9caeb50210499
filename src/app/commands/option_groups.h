// Options that several commands share, and the types of values that CLI11 does not know.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "app/gateway.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace tidegate::app {

// Adds an option whose value is a length of time: "20ms", "1.5s", "300us", "2m", "0".
CLI::Option* add_duration(CLI::App& command, const std::string& flag,
                          std::chrono::microseconds& target, const std::string& description);

// How the process tells about itself, on standard error.
struct LogOptions {
  std::string level = "info";
  std::string format = "auto";
};
void add_log_options(CLI::App& command, LogOptions& options);
// REQUIRES: values that add_log_options() let through.
void configure_log(const LogOptions& options);

// How a gateway process runs, whatever it serves.
struct ServeOptions {
  GatewaySettings gateway;
  std::chrono::microseconds drain_time = limits::kDrainTimeout;
  std::string access_log;
  LogOptions log;
};
void add_serve_options(CLI::App& command, ServeOptions& options);
// Configures the log and completes the settings.
GatewaySettings make_settings(const ServeOptions& options);

// Runs a command's work as its callback; what it throws is told and becomes kExitFailure.
void set_work(CLI::App& command, int& exit_code, std::function<int()> work);

}  // namespace tidegate::app
