// Options that several commands share.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "app/commands/command.h"
#include "app/gateway.h"

namespace tidegate::app {

// -f FILE_OR_DIR..., required.
Option add_files(Command& command, std::vector<std::string>& files);

// How the process tells about itself, on standard error.
struct LogOptions {
  std::string level = "info";
  std::string format = "auto";
};
void add_log_options(Command& command, LogOptions& options);
// REQUIRES: values that add_log_options() let through.
void configure_log(const LogOptions& options);

// How a gateway process runs, whatever it serves.
struct ServeOptions {
  GatewaySettings gateway;
  std::string io = "epoll";
  std::chrono::microseconds drain_time = limits::kDrainTimeout;
  std::string access_log;
  LogOptions log;
};
void add_serve_options(Command& command, ServeOptions& options);
// Configures the log and completes the settings.
GatewaySettings make_settings(const ServeOptions& options);

}  // namespace tidegate::app
