#include "server/h1_connection.h"

#include <utility>

#include "base/limits.h"
#include "h1/body.h"
#include "http/h1_parse.h"
#include "server/h1_writer.h"
#include "server/linger.h"
#include "server/opening.h"

namespace tidegate::server {

using exchange::CancelReason;
using exchange::Exchange;

namespace {

// A request body that answers "Expect: 100-continue" when it is first waited for.
class RequestBody final : public h1::Body {
 public:
  RequestBody(io::Inbound& in, Exchange& exchange, async::TimeoutList* idle, H1Writer& writer)
      : Body(in, exchange.request.body, exchange.arena, idle, h1::Retain::kWhenWhole),
        expected_(exchange.request.expect_continue),
        exchange_(exchange),
        writer_(writer) {}

 private:
  async::Task<Result<void>> before_first_wait() override {
    if (!expected_ || writer_.committed()) co_return Result<void>();
    http::ResponseHead head(exchange_.arena);
    head.status = 100;
    co_return co_await writer_.send_interim(head);
  }
  bool expected_;
  Exchange& exchange_;
  H1Writer& writer_;
};

}  // namespace

async::Task<void> H1Connection::serve() {
  while (true) {
    const Next waited = co_await wait_for_request();
    if (waited == Next::kClose) co_return;
    const Next served = co_await serve_one();
    if (served == Next::kClose || draining_) co_return;
  }
}

async::Task<H1Connection::Next> H1Connection::wait_for_request() {
  if (!inbound_.empty()) co_return Next::kServe;
  idle_ = true;
  auto got =
      co_await inbound_.fill(inbound_.socket().reactor().timeouts(limits::kDownstreamIdleTimeout));
  idle_ = false;
  co_return got && *got != 0 ? Next::kServe : Next::kClose;
}

Result<bool> H1Connection::take_head(Exchange& exchange) {
  auto taken = http::take_request_head(inbound_.unread(), http::H1Limits(), exchange.arena,
                                       exchange.request);
  if (!taken) {
    if (is_first_ && !facts_.tls && is_failed_preface(inbound_.unread())) {
      return fail(ErrorCode::kProtocolViolation, Origin::kDownstream, "not HTTP/1");
    }
    return std::unexpected(std::move(taken).error());
  }
  inbound_.consume(taken->head_bytes);
  exchange.request.scheme = facts_.tls ? "https" : "http";
  if (taken->complete()) is_first_ = false;
  return taken->complete();
}

async::Task<Result<void>> H1Connection::wait_for_head(Exchange& exchange) {
  const http::H1Limits limits;
  std::size_t scanned = 0;
  const SteadyTime deadline = exchange.reactor.now() + limits::kRequestHeadTimeout;
  while (http::find_head_end(inbound_.unread(), scanned) == 0) {
    if (inbound_.unread().size() > limits.max_head_bytes) {
      const bool in_line = inbound_.unread().find('\n') == std::string_view::npos;
      co_return fail(in_line ? ErrorCode::kUriTooLong : ErrorCode::kHeadTooLarge,
                     Origin::kDownstream, "request head over the limit");
    }
    // The whole head has one deadline: a byte now and then does not buy more time.
    if (exchange.reactor.now() >= deadline) {
      co_return fail(ErrorCode::kTimeout, Origin::kDownstream, "request head took too long");
    }
    TIDEGATE_CO_TRY(got, inbound_.fill(exchange.reactor.timeouts(limits::kRequestHeadTimeout)));
    if (got == 0)
      co_return fail(ErrorCode::kEndOfStream, Origin::kDownstream, "closed within a head");
  }
  auto taken = take_head(exchange);
  if (!taken) co_return std::unexpected(std::move(taken).error());
  co_return Result<void>();
}

async::Task<H1Connection::Next> H1Connection::serve_one() {
  Exchange exchange(inbound_.socket().reactor(), facts_);
  std::optional<Error> failure;
  auto taken = take_head(exchange);  // most heads come in one piece
  if (!taken) {
    failure = std::move(taken).error();
  } else if (!*taken) {
    auto waited = co_await wait_for_head(exchange);
    if (!waited) failure = std::move(waited).error();
  }
  if (failure) {
    const bool gone = failure->code == ErrorCode::kEndOfStream ||
                      failure->code == ErrorCode::kConnectionReset ||
                      failure->code == ErrorCode::kCancelled ||
                      failure->code == ErrorCode::kProtocolViolation;  // reads no answer
    if (!gone) co_await refuse(exchange, *std::move(failure));
    co_return Next::kClose;
  }
  co_return co_await exchange_bodies(exchange);
}

async::Task<H1Connection::Next> H1Connection::exchange_bodies(Exchange& exchange) {
  auto& reactor = exchange.reactor;
  H1Writer writer(inbound_, exchange.request, exchange.arena,
                  reactor.timeouts(limits::kDownstreamWriteTimeout));
  if (draining_) writer.close_after();
  RequestBody body(inbound_, exchange, reactor.timeouts(limits::kRequestBodyIdleTimeout), writer);
  writer.close_unless_read(body);
  exchange.body = &body;
  exchange.response = &writer;

  current_ = &exchange;
  writer_ = &writer;
  inbound_.socket().descriptor().set_hang_up_listener(this);
  co_await handler_.handle(exchange);
  inbound_.socket().descriptor().set_hang_up_listener(nullptr);
  current_ = nullptr;
  writer_ = nullptr;

  const bool request_read = body.release();
  if (!writer.finished() || !inbound_.socket().is_open()) {
    if (writer.committed()) writer.abort();
    co_return Next::kClose;
  }
  if (writer.keep_alive() && request_read) co_return Next::kServe;
  if (!cancelled_) co_await linger(inbound_);
  co_return Next::kClose;
}

async::Task<void> H1Connection::refuse(Exchange& exchange, Error error) {
  auto& reactor = exchange.reactor;
  exchange.request.keep_alive = false;
  if (exchange.request.method.empty()) exchange.request.method = "GET";
  H1Writer writer(inbound_, exchange.request, exchange.arena,
                  reactor.timeouts(limits::kDownstreamWriteTimeout));
  h1::Body body(inbound_, http::BodyLength::none(), exchange.arena, nullptr, h1::Retain::kNo);
  exchange.body = &body;
  exchange.response = &writer;
  co_await handler_.refuse(exchange, std::move(error));
  if (!cancelled_) co_await linger(inbound_);
}

void H1Connection::on_hang_up() {
  if (writer_ != nullptr && writer_->is_tunnel()) return;
  if (current_ != nullptr) current_->cancel_for(CancelReason::kClientGone);
}

void H1Connection::drain() {
  draining_ = true;
  if (writer_ != nullptr) writer_->close_after();
  if (idle_) inbound_.socket().descriptor().cancel_waiters();
}

void H1Connection::cancel() {
  draining_ = cancelled_ = true;
  if (current_ != nullptr) current_->cancel_for(CancelReason::kShutdown);
  inbound_.socket().descriptor().cancel_waiters();
}

}  // namespace tidegate::server
