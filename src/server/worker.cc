#include "server/worker.h"

#include <utility>

#include "base/limits.h"
#include "server/server_port.h"
#include "server/udp_port.h"

namespace tidegate::server {

namespace {

// Without one (no /etc/resolv.conf, say) backends with a name answer with a DNS failure.
std::unique_ptr<io::Resolver> make_resolver(async::Reactor& reactor) {
  auto made = io::Resolver::make(reactor, io::ResolverOptions());
  return made ? std::move(*made) : nullptr;
}

}  // namespace

Worker::Worker(const WorkerSettings& settings, std::uint64_t seed)
    : settings_(settings),
      reactor_(settings.make_poller(), settings.clock),
      random_(seed),
      background_(reactor_),
      resolver_(make_resolver(reactor_)),
      upstreams_(upstream::WorkerResources{reactor_, shared_buffer_, random_, background_,
                                           resolver_.get(), &tls_failures_}),
      recorder_(settings.metrics),
      series_(settings.metrics),
      tls_failures_(recorder_, series_),
      housekeeping_(reactor_),
      token_calls_(reactor_, shared_buffer_, resolver_.get()),
      credentials_({reactor_, background_, stopping_, token_calls_, surroundings_, &recorder_}),
      context_{reactor_,
               upstreams_,
               random_,
               background_,
               stopping_,
               settings.access_log != nullptr ? &settings.access_log->make_channel() : nullptr,
               recorder_,
               series_,
               credentials_,
               settings_.gateway_id} {}

Worker::~Worker() { join(); }

void Worker::start() {
  thread_ = std::thread([this] { run(); });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::run() {
  housekeeping_.spawn(keep_house());
  reactor_.run();
}

void Worker::adopt(std::shared_ptr<const proxy::Snapshot> snapshot,
                   std::function<void(std::vector<std::string>)> done) {
  reactor_.post([this, snapshot = std::move(snapshot), done = std::move(done)]() mutable {
    done(adopt_now(std::move(snapshot)));
  });
}

Result<std::unique_ptr<Listening>> Worker::open(
    const std::shared_ptr<const proxy::Snapshot>& snapshot, const proxy::Port& port) {
  if (port.kind == proxy::PortKind::kUdp) {
    if (datagrams_ == nullptr) datagrams_ = std::make_unique<io::DatagramBatch>();
    return UdpPort::open(snapshot, port, context_, *datagrams_);
  }
  return ServerPort::open(snapshot, port, context_, shared_buffer_);
}

std::vector<std::string> Worker::adopt_now(std::shared_ptr<const proxy::Snapshot> snapshot) {
  std::vector<std::string> problems;
  if (draining_) return problems;
  for (auto& [key, open] : ports_) {
    if (snapshot->find_port(key) == nullptr) open->drain();
  }
  for (const auto& port : snapshot->ports()) {
    const auto known = ports_.find(port->key);
    if (known != ports_.end() && known->second->accepting()) {
      known->second->adopt(snapshot, *port);
      continue;
    }
    auto opened = open(snapshot, *port);
    if (opened) {
      if (known != ports_.end()) retired_.push_back(std::move(known->second));
      ports_[port->key] = std::move(*opened);
    } else {
      problems.push_back(std::move(opened).error().detail);
    }
  }
  const auto find_backend = [&snapshot](const std::string& id) {
    return snapshot->find_backend(id);
  };
  upstreams_.adopt(find_backend, *snapshot);
  for (const auto& backend : snapshot->checked_backends()) upstreams_.find(backend, *snapshot);
  credentials_.adopt(find_backend);
  series_.clear();
  snapshot_ = std::move(snapshot);
  return problems;
}

void Worker::drain(std::chrono::milliseconds time) {
  reactor_.post([this, time] { housekeeping_.spawn(drain_now(time)); });
}

async::Task<void> Worker::drain_now(std::chrono::milliseconds time) {
  if (std::exchange(draining_, true)) co_return;
  const SteadyTime deadline = reactor_.now() + time;
  // Housekeeping goes on meanwhile and must not take these away.
  auto ending = std::exchange(retired_, {});
  for (auto& [key, port] : ports_) ending.push_back(std::move(port));
  ports_.clear();
  for (auto& port : ending) port->drain();
  for (auto& port : ending) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - reactor_.now());
    if (left.count() <= 0) break;
    const bool ended = co_await port->done(reactor_.timeouts(left));
    if (!ended) break;
  }
  for (auto& port : ending) port->cancel();
  for (auto& port : ending) co_await port->done(nullptr);
  stopping_.request();
  upstreams_.clear();
  co_await background_.drain();
  reactor_.stop();
}

// Closes connections that were idle for long and ports whose last connection has ended.
async::Task<void> Worker::keep_house() {
  while (!stopping_.requested()) {
    async::Sleep sleep(reactor_, limits::kHousekeepingInterval, &stopping_);
    const async::Outcome outcome = co_await sleep;
    if (outcome == async::Outcome::kCancelled) co_return;
    upstreams_.close_idle(reactor_.now() - limits::kUpstreamIdleTimeout);
    std::erase_if(retired_, [](const auto& port) { return port->finished(); });
  }
}

}  // namespace tidegate::server
