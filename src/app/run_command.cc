#include "app/run_command.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>

#include "app/exit_codes.h"
#include "app/resource_check.h"
#include "app/signals.h"
#include "app/startup_memory.h"
#include "feed/file_feed.h"
#include "resource/problem.h"
#include "telemetry/log.h"

namespace tidegate::app {
namespace {

using telemetry::log;
using telemetry::LogLevel;

void log_problems(const std::vector<resource::Problem>& problems) {
  for (const auto& problem : problems) {
    const bool error = problem.severity == resource::Severity::kError;
    const std::string text = resource::format_problem(problem);
    log(error ? LogLevel::kError : LogLevel::kWarn, "resource problem", {{"problem", text}});
  }
}

// What a cluster would be told in status, and a file cannot be: a line for each object that does
// not work.
void log_conditions(std::string_view rest) {
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (end != 0) log(LogLevel::kWarn, "status", {{"text", rest.substr(0, end)}});
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

void apply(Gateway& gateway, const feed::Update& update) {
  const auto started = std::chrono::steady_clock::now();
  const auto problems = gateway.apply(update.resources);
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - started);
  for (const std::string& problem : problems) {
    log(LogLevel::kError, "cannot serve", {{"problem", problem}});
  }
  if (count_objects(*update.resources) == 0) {
    log(LogLevel::kWarn, "no resources found: nothing is served until there are some");
  }
  log_conditions(gateway.new_status_problems());
  log(LogLevel::kInfo, "configuration in effect",
      {{"routes", std::to_string(gateway.route_count())},
       {"microseconds", std::to_string(took.count())}});
}

class Runner {
 public:
  Runner(Gateway& gateway, feed::FileFeed& feed, int signals)
      : gateway_(gateway), feed_(feed), signals_(signals) {}

  void follow() {
    while (!stopping_) {
      std::array<pollfd, 2> waits{pollfd{signals_, POLLIN, 0}, pollfd{feed_.watch_fd(), POLLIN, 0}};
      if (poll(waits.data(), waits.size(), -1) < 0) continue;
      if (waits[1].revents != 0) take_changes();
      if (waits[0].revents != 0) take_signals();
    }
  }

 private:
  void take_changes() {
    auto update = feed_.poll_changes();
    if (!update) return;
    log_problems(update->problems);
    if (update->effect == feed::Effect::kApplied) apply(gateway_, *update);
    if (update->effect == feed::Effect::kKept) log_kept();
  }

  // Reads every file again, prices too, whether it seems changed or not, and opens again what could
  // not be opened before.
  void reload() {
    gateway_.reopen_access_log();
    log(LogLevel::kInfo, "reloading");
    if (auto loaded = gateway_.load_prices(); !loaded) {
      log(LogLevel::kError, "the price file is not taken: the last good one stays in effect",
          {{"problem", loaded.error().detail}});
    }
    const feed::Update update = feed_.load();
    log_problems(update.problems);
    if (update.effect == feed::Effect::kKept) return log_kept();
    apply(gateway_, update);
  }

  static void log_kept() {
    log(LogLevel::kError, "the files have errors: the last good configuration stays in effect");
  }

  void take_signals() {
    signalfd_siginfo info{};
    while (read(signals_, &info, sizeof info) == sizeof info) {
      if (info.ssi_signo == SIGHUP) {
        reload();
      } else {
        stopping_ = true;
      }
    }
  }

  Gateway& gateway_;
  feed::FileFeed& feed_;
  int signals_;
  bool stopping_ = false;
};

}  // namespace

int run_gateway(GatewaySettings settings, std::vector<std::string> paths,
                const std::function<void(const Gateway&)>& on_serving) {
  const int signals = block_signals();
  feed::FileFeed feed(std::move(paths));
  const feed::Update first = feed.load();
  if (first.resources == nullptr) {
    std::fputs(resource::format_problems(first.problems).c_str(), stderr);
    std::fputs("tidegate: the resources have errors; nothing was started\n", stderr);
    return kExitBadResources;
  }
  log_problems(first.problems);
  Gateway gateway(std::move(settings));
  if (auto started = gateway.start(); !started) {
    fmt::print(stderr, "tidegate: {}\n", started.error().detail);
    return kExitFailure;
  }
  apply(gateway, first);
  if (!gateway.admin_address().empty()) {
    log(LogLevel::kInfo, "admin endpoints", {{"address", gateway.admin_address()}});
  }
  if (on_serving) on_serving(gateway);
  give_back_startup_memory();
  Runner(gateway, feed, signals).follow();
  log(LogLevel::kInfo, "draining");
  restore_signals();
  gateway.drain();
  log(LogLevel::kInfo, "stopped");
  return kExitOk;
}

}  // namespace tidegate::app
