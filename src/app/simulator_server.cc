#include "app/simulator_server.h"

#include <fmt/format.h>

#include <cstdio>
#include <thread>
#include <unordered_set>
#include <utility>

#include "app/addresses.h"
#include "app/exit_codes.h"
#include "app/random_seed.h"
#include "app/signals.h"
#include "async/event.h"
#include "async/reactor.h"
#include "async/task_group.h"
#include "base/random.h"
#include "io/acceptor.h"
#include "io/inbound.h"
#include "server/h1_connection.h"
#include "server/h2_connection.h"
#include "server/opening.h"
#include "telemetry/log.h"
#include "upstream/simulator_call.h"

namespace tidegate::app {

using exchange::Exchange;
using stream::End;

namespace {

// The request's body in one piece: where it lies when it is here already, else in `text`.
async::Task<Result<std::string_view>> read_body(stream::BodySource& body, std::string& text) {
  if (const auto whole = body.whole()) co_return *whole;
  while (true) {
    TIDEGATE_CO_TRY(piece, body.next());
    if (text.size() + piece.bytes.size() > limits::kMaxBufferedBodyBytes) {
      co_return fail(ErrorCode::kBodyTooLarge, Origin::kDownstream, "body over the limit");
    }
    text.append(piece.bytes);
    if (piece.end == End::kYes) co_return std::string_view(text);
  }
}

async::Task<Result<void>> play(upstream::SimulatedBody& body, exchange::ResponseWriter& response) {
  const auto length = body.reply().content_length();
  std::uint64_t sent = 0;
  while (true) {
    TIDEGATE_CO_TRY(piece, body.next());
    sent += piece.bytes.size();
    // The last byte of a known length ends the message: head and body leave together.
    const bool complete = piece.end == End::kYes || (length && sent == *length);
    TIDEGATE_CO_TRY_VOID(response.write(piece.bytes, complete ? End::kYes : End::kNo, nullptr));
    if (piece.end == End::kYes) co_return Result<void>();
    if (!complete) continue;
    // Only kEnd is left of the plan; a reply that is dropped before it would count as aborted.
    TIDEGATE_CO_TRY_VOID(body.next());
    co_return Result<void>();
  }
}

async::Task<void> answer_plainly(Exchange& exchange, std::uint16_t status, std::string_view text) {
  http::ResponseHead head(exchange.arena);
  head.status = status;
  head.fields.add("content-type", "text/plain; charset=utf-8");
  head.body = http::BodyLength::known(text.size());
  exchange.response->start(head);
  [[maybe_unused]] auto sent = co_await exchange.response->write(text, End::kYes, nullptr);
}

}  // namespace

class SimulatorServer::Worker final : private server::RequestHandler {
 public:
  Worker(simulator::Simulator& simulator, const Clock& clock)
      : simulator_(simulator),
        random_(random_seed()),
        reactor_(async::make_epoll_poller(), clock),
        connections_(reactor_),
        stopping_(reactor_) {}

  Result<io::Address> listen(const io::Address& address) {
    TIDEGATE_TRY(acceptor, io::Acceptor::listen(reactor_, address));
    acceptor_ = std::move(acceptor);
    return acceptor_->local_address();
  }
  io::Address address() const { return acceptor_->local_address(); }
  void start() {
    thread_ = std::thread([this] {
      connections_.spawn(accept_all());
      reactor_.run();
    });
  }
  void drain(std::chrono::milliseconds time) {
    reactor_.post([this, time] { stopping_.spawn(shut_down(time)); });
  }
  void join() {
    if (thread_.joinable()) thread_.join();
  }

 private:
  async::Task<void> accept_all();
  async::Task<void> serve(int fd);
  async::Task<void> run(server::Connection& connection);
  async::Task<void> shut_down(std::chrono::milliseconds time);
  async::Task<void> handle(Exchange& exchange) override;
  async::Task<void> refuse(Exchange& exchange, Error error) override;

  simulator::Simulator& simulator_;
  Random random_;
  async::Reactor reactor_;
  io::SharedBuffer shared_buffer_;
  std::unique_ptr<io::Acceptor> acceptor_;
  async::TaskGroup connections_;
  async::TaskGroup stopping_;
  std::unordered_set<server::Connection*> open_;
  bool draining_ = false;
  std::thread thread_;
};

async::Task<void> SimulatorServer::Worker::accept_all() {
  while (true) {
    auto accepted = co_await acceptor_->accept();
    if (accepted) {
      connections_.spawn(serve(*accepted));
      continue;
    }
    if (accepted.error().code == ErrorCode::kCancelled) co_return;
    telemetry::log(telemetry::LogLevel::kError, "cannot accept",
                   {{"error", accepted.error().detail}});
    async::Sleep pause(reactor_, limits::kAcceptPause);
    co_await pause;
  }
}

async::Task<void> SimulatorServer::Worker::serve(int fd) {
  io::Socket socket(reactor_, fd, Origin::kDownstream);
  if (!socket.watch()) co_return;
  const exchange::ConnectionFacts facts;
  io::Inbound inbound(socket, shared_buffer_);
  server::Opening opening(socket);
  open_.insert(&opening);
  auto h2 = co_await server::begins_with_h2_preface(inbound);
  open_.erase(&opening);
  if (!h2) co_return;
  if (*h2) {
    server::H2Connection connection(inbound, facts, *this);
    co_await run(connection);
  } else {
    server::H1Connection connection(inbound, facts, *this);
    co_await run(connection);
  }
}

async::Task<void> SimulatorServer::Worker::run(server::Connection& connection) {
  open_.insert(&connection);
  if (draining_) connection.drain();
  co_await connection.serve();
  open_.erase(&connection);
}

async::Task<void> SimulatorServer::Worker::shut_down(std::chrono::milliseconds time) {
  draining_ = true;
  acceptor_->close();
  for (server::Connection* connection : open_) connection->drain();
  bool ended = false;
  if (time.count() > 0) ended = co_await connections_.drain_for(reactor_.timeouts(time));
  if (!ended) {
    for (server::Connection* connection : open_) connection->cancel();
    co_await connections_.drain();
  }
  reactor_.stop();
}

async::Task<void> SimulatorServer::Worker::handle(Exchange& exchange) {
  std::string text;
  auto request = co_await read_body(*exchange.body, text);
  if (!request) co_return co_await refuse(exchange, std::move(request).error());
  const WallTime now = reactor_.clock().wall_now();
  upstream::SimulatedBody body(simulator_.respond(exchange.request, *request, now, random_),
                               reactor_, exchange.cancel);
  http::ResponseHead head(exchange.arena);
  upstream::fill_head(body.reply(), exchange.request.method, exchange.arena, head);
  exchange.response->start(head);
  if (!http::response_has_body(exchange.request.method, head.status)) {
    [[maybe_unused]] auto sent =
        co_await exchange.response->write(std::string_view(), End::kYes, nullptr);
    co_return;
  }
  auto played = co_await play(body, *exchange.response);
  if (!played) exchange.response->abort();
}

async::Task<void> SimulatorServer::Worker::refuse(Exchange& exchange, Error error) {
  const std::uint16_t status = error.code == ErrorCode::kBodyTooLarge ? 413 : 400;
  const std::string_view text = exchange.arena.concat({error.detail, "\n"});
  co_await answer_plainly(exchange, status, text);
}

SimulatorServer::SimulatorServer(SimulatorServerSettings settings)
    : settings_(std::move(settings)), simulator_(settings_.answers) {}

SimulatorServer::~SimulatorServer() { drain(); }

Result<void> SimulatorServer::start() {
  TIDEGATE_TRY(address, parse_listen_address(settings_.listen));
  std::vector<std::unique_ptr<Worker>> workers;
  for (std::size_t i = 0; i < settings_.workers; ++i) {
    workers.push_back(std::make_unique<Worker>(simulator_, clock_));
    // Port 0: the others share what the first one got.
    TIDEGATE_TRY(bound, workers.back()->listen(address));
    address = bound;
  }
  workers_ = std::move(workers);
  for (const auto& worker : workers_) worker->start();
  return {};
}

std::string SimulatorServer::address() const { return workers_.front()->address().to_string(); }

void SimulatorServer::drain() {
  for (const auto& worker : workers_) worker->drain(settings_.drain_time);
  for (const auto& worker : workers_) worker->join();
  workers_.clear();
}

int run_simulator(SimulatorServerSettings settings) {
  const int signals = block_signals();
  SimulatorServer server(std::move(settings));
  if (auto started = server.start(); !started) {
    fmt::print(stderr, "tidegate: {}\n", started.error().detail);
    return kExitFailure;
  }
  fmt::print("simulator listening on http://{}\n", server.address());
  std::fflush(stdout);
  wait_for_end(signals);
  restore_signals();
  server.drain();
  return kExitOk;
}

}  // namespace tidegate::app
