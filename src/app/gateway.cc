#include "app/gateway.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "app/addresses.h"
#include "app/io_backend.h"
#include "app/random_seed.h"
#include "feed/file_reader.h"
#include "gatewayapi/status_format.h"

namespace tidegate::app {
namespace {

std::size_t usable_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return static_cast<std::size_t>(std::max(1, CPU_COUNT(&set)));
}

}  // namespace

Gateway::Gateway(GatewaySettings settings)
    : settings_(std::move(settings)), exchange_metrics_(metrics_) {
  settings_.compile.processors = &processors_.types();
  if (settings_.workers == 0) settings_.workers = usable_cpus();
}

Gateway::~Gateway() = default;

Result<void> Gateway::start() {
  TIDEGATE_TRY_VOID(load_prices());
  if (settings_.access_log) {
    telemetry::AccessLogWriter::Settings log;
    log.path = *settings_.access_log;
    TIDEGATE_TRY(writer, telemetry::AccessLogWriter::start(log));
    access_log_ = std::move(writer);
  }
  if (!settings_.admin_address.empty()) {
    TIDEGATE_TRY(address, parse_listen_address(settings_.admin_address));
    admin_ = std::make_unique<admin::AdminServer>(clock_, metrics_);
    TIDEGATE_TRY_VOID(admin_->start(address));
  }
  const server::WorkerSettings worker{clock_, exchange_metrics_, access_log_.get(),
                                      choose_poller(settings_.io),
                                      fmt::format("tidegate-{:016x}", random_seed())};
  for (std::size_t i = 0; i < settings_.workers; ++i) {
    workers_.push_back(std::make_unique<server::Worker>(worker, random_seed()));
    workers_.back()->start();
  }
  return {};
}

std::vector<std::string> Gateway::apply(std::shared_ptr<const resource::ResourceSet> resources) {
  const bool first = compilation_.document == nullptr;
  // What was before ends with this function: when the workers have gone over, and on this thread.
  const gatewayapi::Compilation before = compilation_;
  const std::shared_ptr<const proxy::Snapshot> old_snapshot = snapshot_;
  const gatewayapi::Compilation* previous = first ? nullptr : &before;
  compilation_ = gatewayapi::compile(std::move(resources), settings_.compile, previous);
  snapshot_ = std::make_shared<const proxy::Snapshot>(*compilation_.document, route_cache_,
                                                      old_snapshot.get(), prices_, &processors_);
  std::vector<std::string> problems = adopt_on_all_workers();
  new_status_problems_ = gatewayapi::format_new_problems(compilation_, previous);
  problems.insert(problems.end(), snapshot_->problems().begin(), snapshot_->problems().end());
  if (admin_ != nullptr) admin_->set_ready(true);
  return problems;
}

// Returns when every worker serves the snapshot; a problem that several report is told once.
std::vector<std::string> Gateway::adopt_on_all_workers() {
  std::mutex mutex;
  std::condition_variable all_done;
  std::size_t waiting = workers_.size();
  std::vector<std::string> problems;
  for (const auto& worker : workers_) {
    worker->adopt(snapshot_, [&](std::vector<std::string> found) {
      const std::lock_guard lock(mutex);
      for (auto& problem : found) {
        if (std::ranges::find(problems, problem) == problems.end())
          problems.push_back(std::move(problem));
      }
      if (--waiting == 0) all_done.notify_one();
    });
  }
  std::unique_lock lock(mutex);
  all_done.wait(lock, [&] { return waiting == 0; });
  return problems;
}

std::vector<std::string> Gateway::listening() const {
  std::vector<std::string> addresses;
  if (snapshot_ == nullptr) return addresses;
  for (const auto& port : snapshot_->ports()) addresses.push_back(port->key);
  return addresses;
}

std::string Gateway::admin_address() const {
  return admin_ == nullptr ? std::string() : admin_->address().to_string();
}

void Gateway::reopen_access_log() {
  if (access_log_ != nullptr) access_log_->reopen();
}

Result<void> Gateway::load_prices() {
  if (settings_.prices.empty()) return {};
  TIDEGATE_TRY(file, feed::read_file(settings_.prices));
  auto table = llm::PriceTable::parse(file.text.view());
  if (!table) {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal,
                settings_.prices + ": " + table.error().detail);
  }
  prices_ = std::make_shared<const llm::PriceTable>(std::move(*table));
  return {};
}

void Gateway::drain() {
  if (admin_ != nullptr) admin_->set_ready(false);
  for (const auto& worker : workers_) worker->drain(settings_.drain_time);
  for (const auto& worker : workers_) worker->join();
  workers_.clear();
  if (admin_ != nullptr) admin_->stop();
}

}  // namespace tidegate::app
