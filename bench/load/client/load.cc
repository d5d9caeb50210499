#include "bench/load/client/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "bench/load/client/h1_client.h"
#include "bench/load/client/h2_client.h"
#include "bench/load/fatal.h"
#include "bench/load/measure/cpu_watch.h"
#include "bench/load/net/sockets.h"

namespace tidegate::bench {
namespace {

constexpr Duration kConnectLimit = std::chrono::seconds(10);
constexpr Duration kDrainLimit = std::chrono::milliseconds(300);
constexpr Duration kAnswerLimit = std::chrono::seconds(120);  // for a run that counts requests

// Set by SIGTERM: the window ends now, and what was measured so far is the result.
volatile std::sig_atomic_t stop_wanted = 0;

bool uses_tls(Protocol protocol) {
  return protocol == Protocol::kHttp1Tls || protocol == Protocol::kHttp2Tls;
}
bool is_h2(Protocol protocol) {
  return protocol == Protocol::kHttp2 || protocol == Protocol::kHttp2Tls;
}

class Load final : public Driver {
 public:
  explicit Load(const LoadOptions& options);
  int run();

  void on_free(Client& client) override;
  void on_reply(Instant scheduled) override;
  void on_failure(std::string_view reason) override;

 private:
  std::unique_ptr<Client> make_client();
  void connect_all();
  void turn(Instant until);  // one round of events and due requests
  void issue_due();
  void issue(Client& client, Instant scheduled);
  bool may_issue() const {
    return stage_ == Stage::kRunning && (options_.requests == 0 || issued_ < options_.requests);
  }

  const LoadOptions& options_;
  int slots_;  // requests that can be in flight
  std::string h1_request_;
  SSL_CTX* tls_ = nullptr;
  Poller poller_;
  Recorder recorder_;
  std::vector<std::unique_ptr<Client>> clients_;

  enum class Stage : std::uint8_t { kConnecting, kRunning, kDraining } stage_ = Stage::kConnecting;
  std::deque<Client*> idle_;  // one entry per free slot
  Duration step_{0};          // between scheduled requests
  Instant next_start_;        // when the next scheduled request is due
  int ramped_ = 0;            // closed loop: slots that have had their first request
  std::int64_t issued_ = 0;
  std::int64_t answered_ = 0;
};

Load::Load(const LoadOptions& options)
    : options_(options),
      slots_(options.connections * (is_h2(options.protocol) ? options.streams : 1)),
      h1_request_(make_h1_request(options.work, options.host)) {
  if (uses_tls(options.protocol))
    tls_ = make_client_tls(is_h2(options.protocol) ? "h2" : "http/1.1");
  step_ = options.rate > 0 ? Duration(static_cast<std::int64_t>(1e9 / options.rate))
                           : options.ramp / slots_;
}

std::unique_ptr<Client> Load::make_client() {
  const int socket = start_connect(options_.address, options_.port);
  const ResponseCheck check(options_.work.expected, recorder_);
  std::unique_ptr<Client> client;
  if (is_h2(options_.protocol)) {
    const H2Client::Target target{.scheme = tls_ == nullptr ? "http" : "https",
                                  .authority = options_.host,
                                  .streams = options_.streams};
    client = std::make_unique<H2Client>(socket, tls_, options_.work, target, check, *this);
  } else {
    client = std::make_unique<H1Client>(socket, tls_, h1_request_, check, *this);
  }
  poller_.add(socket, *client);
  return client;
}

void Load::connect_all() {
  const Instant limit = Clock::now() + kConnectLimit;
  for (int i = 0; i < options_.connections; ++i) clients_.push_back(make_client());
  while (idle_.size() < static_cast<std::size_t>(slots_)) {
    if (Clock::now() > limit || recorder_.failed()) fatal("could not open every connection");
    poller_.wait(limit);
  }
}

void Load::on_free(Client& client) {
  if (may_issue() && options_.rate == 0 && ramped_ == slots_) return issue(client, Clock::now());
  idle_.push_back(&client);
}

void Load::on_reply(Instant scheduled) {
  ++answered_;
  recorder_.response(Clock::now() - scheduled);
}

void Load::on_failure(std::string_view reason) {
  ++answered_;
  recorder_.failure(std::string(reason));
}

void Load::issue(Client& client, Instant scheduled) {
  ++issued_;
  client.issue(scheduled);
}

void Load::issue_due() {
  const Instant now = Clock::now();
  while (may_issue() && !idle_.empty() && next_start_ <= now) {
    Client& client = *idle_.front();
    idle_.pop_front();
    if (options_.rate == 0) ++ramped_;
    issue(client, options_.rate > 0 ? next_start_ : now);
    next_start_ += step_;
  }
}

void Load::turn(Instant until) {
  issue_due();
  poller_.wait(may_issue() && !idle_.empty() ? std::min(next_start_, until) : until);
}

int Load::run() {
  std::optional<CpuWatch> watch;
  if (!options_.watch_pids.empty()) watch.emplace(options_.watch_pids);
  auto cpu_used = [&watch] { return watch ? watch->used() : Duration(0); };

  connect_all();
  stage_ = Stage::kRunning;
  next_start_ = Clock::now();
  const Instant warm = next_start_ + options_.warmup;
  while (Clock::now() < warm) turn(warm);

  const Duration cpu_before = cpu_used();
  const Instant opened = Clock::now();
  recorder_.open();
  const bool counts = options_.duration == Duration(0);
  const Instant end = opened + (counts ? kAnswerLimit : options_.duration);
  auto over = [&] {
    return Clock::now() >= end || stop_wanted != 0 || (counts && answered_ >= options_.requests);
  };
  while (!over()) turn(end);
  const Instant closed = Clock::now();
  const Duration cpu = cpu_used() - cpu_before;
  recorder_.close();
  if (counts && answered_ < options_.requests) recorder_.failure("not every request was answered");

  stage_ = Stage::kDraining;
  const Instant limit = closed + kDrainLimit;
  while (Clock::now() < limit && idle_.size() < static_cast<std::size_t>(slots_)) turn(limit);
  fmt::print("{}\n", recorder_.to_json(closed - opened, cpu));
  return recorder_.failed() ? 1 : 0;
}

}  // namespace

int run_load(const LoadOptions& options) {
  std::signal(SIGTERM, [](int) { stop_wanted = 1; });
  return Load(options).run();
}

}  // namespace tidegate::bench
