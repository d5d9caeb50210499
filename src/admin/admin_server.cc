#include "admin/admin_server.h"

#include <string>
#include <utility>

#include "async/event.h"
#include "base/limits.h"
#include "exchange/refusal_status.h"
#include "server/h1_connection.h"
#include "telemetry/exposition.h"

namespace tidegate::admin {
namespace {

struct Answer {
  Answer(std::uint16_t s, std::string_view type, std::string text)
      : status(s), content_type(type), body(std::move(text)) {}
  std::uint16_t status;
  std::string_view content_type;
  std::string body;
};

// Of metrics, written at once: some tenths of a millisecond of work.
constexpr std::size_t kPieceBytes = 32 * 1024;
constexpr std::string_view kText = "text/plain; charset=utf-8";

async::Task<void> send(exchange::Exchange& exchange, Answer answer) {
  http::ResponseHead head(exchange.arena);
  head.status = answer.status;
  head.fields.add("content-type", answer.content_type);
  if (answer.status == 405) head.fields.add("allow", "GET, HEAD");
  head.body = http::BodyLength::known(answer.body.size());
  exchange.response->start(head);
  const std::string_view body =
      exchange.request.method == "HEAD" ? std::string_view() : answer.body;
  [[maybe_unused]] auto sent = co_await exchange.response->write(body, stream::End::kYes, nullptr);
}

}  // namespace

AdminServer::AdminServer(const Clock& clock, telemetry::Registry& metrics)
    : metrics_(metrics),
      reactor_(async::make_epoll_poller(), clock),
      connections_(reactor_),
      stopping_(reactor_) {}

AdminServer::~AdminServer() { stop(); }

Result<void> AdminServer::start(const io::Address& address) {
  TIDEGATE_TRY(acceptor, io::Acceptor::listen(reactor_, address));
  acceptor_ = std::move(acceptor);
  thread_ = std::thread([this] {
    connections_.spawn(accept_all());
    reactor_.run();
  });
  return {};
}

void AdminServer::stop() {
  if (!thread_.joinable()) return;
  reactor_.post([this] { stopping_.spawn(shut_down()); });
  thread_.join();
}

async::Task<void> AdminServer::shut_down() {
  acceptor_->close();
  for (server::Connection* connection : open_) connection->cancel();
  co_await connections_.drain();
  reactor_.stop();
}

async::Task<void> AdminServer::accept_all() {
  while (true) {
    auto accepted = co_await acceptor_->accept();
    if (accepted) {
      connections_.spawn(serve(*accepted));
      continue;
    }
    if (accepted.error().code == ErrorCode::kCancelled) co_return;
    // Out of descriptors, usually: some that are open will close.
    async::Sleep pause(reactor_, limits::kAcceptPause);
    co_await pause;
  }
}

async::Task<void> AdminServer::serve(int fd) {
  io::Socket socket(reactor_, fd, Origin::kDownstream);
  if (!socket.watch()) co_return;
  const exchange::ConnectionFacts facts;
  io::Inbound inbound(socket, shared_buffer_);
  server::H1Connection connection(inbound, facts, *this);
  open_.push_back(&connection);
  co_await connection.serve();
  std::erase(open_, &connection);
}

async::Task<void> AdminServer::handle(exchange::Exchange& exchange) {
  const std::string_view path = exchange.request.path();
  const std::string_view method = exchange.request.method;
  if (method != "GET" && method != "HEAD") {
    co_return co_await send(exchange, Answer(405, kText, "method not allowed\n"));
  }
  if (path == "/healthz") co_return co_await send(exchange, Answer(200, kText, "ok\n"));
  if (path == "/readyz") {
    const bool ready = ready_.load(std::memory_order_acquire);
    co_return co_await send(exchange,
                            Answer(ready ? 200 : 503, kText, ready ? "ready\n" : "not ready\n"));
  }
  if (path == "/metrics") {
    co_return co_await send_metrics(exchange);
  }
  co_await send(exchange, Answer(404, kText, "not found: /healthz, /readyz, /metrics\n"));
}

// Sends pieces as they are made, and lets other connections have their turn in between: with
// thousands of routes the whole is megabytes of text.
async::Task<void> AdminServer::send_metrics(exchange::Exchange& exchange) {
  const auto accept = exchange.request.fields.find(http::HeaderId::kAccept).value_or("");
  const auto exposition = telemetry::choose_exposition(accept);
  http::ResponseHead head(exchange.arena);
  head.status = 200;
  head.fields.add("content-type", telemetry::content_type(exposition));
  head.body = http::BodyLength::chunked();
  exchange.response->start(head);
  if (exchange.request.method == "HEAD") {
    [[maybe_unused]] auto sent =
        co_await exchange.response->write(std::string_view(), stream::End::kYes, nullptr);
    co_return;
  }
  metrics_.sweep(reactor_.now());
  telemetry::Scrape scrape(metrics_, exposition);
  std::string piece;
  auto progress = telemetry::Scrape::Progress::kMore;
  while (progress == telemetry::Scrape::Progress::kMore) {
    piece.clear();
    while (progress == telemetry::Scrape::Progress::kMore && piece.size() < kPieceBytes) {
      progress = scrape.next(piece);
    }
    const bool done = progress == telemetry::Scrape::Progress::kDone;
    auto sent = co_await exchange.response->write(
        piece, done ? stream::End::kYes : stream::End::kNo, nullptr);
    if (!sent) co_return;
    async::NextTurn turn(reactor_);
    co_await turn;
  }
}

async::Task<void> AdminServer::refuse(exchange::Exchange& exchange, Error error) {
  co_await send(exchange, Answer(exchange::refusal_status(error), kText, error.detail + "\n"));
}

}  // namespace tidegate::admin
