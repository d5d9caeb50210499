#include "server/h2_connection.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"

namespace tidegate::server {

H2Connection::H2Connection(io::Inbound& inbound, const exchange::ConnectionFacts& facts,
                           RequestHandler& handler)
    : inbound_(inbound),
      facts_(facts),
      handler_(handler),
      session_(*this),
      output_(inbound.socket().reactor()),
      exchanges_(inbound.socket().reactor()),
      writer_(inbound.socket().reactor()) {}

async::Task<void> H2Connection::serve() {
  writer_.spawn(write());
  co_await read();
  session_.abort(http::H2Error::kCancel);
  ending_.request();
  co_await exchanges_.drain();
  writer_done_ = true;
  output_.set();
  co_await writer_.drain();
}

async::Task<void> H2Connection::read() {
  auto& reactor = inbound_.socket().reactor();
  while (!session_.done()) {
    if (inbound_.empty()) {
      auto got = co_await inbound_.fill(reactor.timeouts(limits::kDownstreamIdleTimeout));
      if (!got && got.error().code == ErrorCode::kTimeout && !streams_.empty()) continue;
      if (!got || *got == 0) co_return;
    }
    const std::string_view bytes = inbound_.unread();
    auto received = session_.receive(bytes, reactor.now());
    inbound_.consume(bytes.size());
    if (!received) {
      // The GOAWAY that says why goes out before the connection ends.
      const std::string_view last = session_.begin_write();
      const io::Parts parts(last);
      if (!last.empty() && !writing_) {
        [[maybe_unused]] auto sent =
            co_await inbound_.socket().write(parts, reactor.timeouts(limits::kLingerTimeout));
      }
      inbound_.socket().shutdown_write();
      co_return;
    }
    start_waiting_streams();
  }
}

async::Task<void> H2Connection::write() {
  auto& reactor = inbound_.socket().reactor();
  while (!writer_done_) {
    const std::string_view bytes = session_.begin_write();
    if (bytes.empty()) {
      session_.end_write();
      if (session_.done()) {
        inbound_.socket().descriptor().cancel_reader();
        co_return;
      }
      [[maybe_unused]] const async::Outcome outcome = co_await output_.wait();
      continue;
    }
    const io::Parts parts(bytes);
    writing_ = true;
    auto sent =
        co_await inbound_.socket().write(parts, reactor.timeouts(limits::kDownstreamWriteTimeout));
    writing_ = false;
    session_.end_write();
    if (!sent) {
      inbound_.socket().descriptor().cancel_reader();
      co_return;
    }
  }
}

http::H2StreamListener& H2Connection::on_stream(http::StreamId id) {
  auto stream = std::make_unique<H2Stream>(inbound_.socket().reactor(), facts_, session_, id);
  H2Stream& result = *stream;
  streams_[id] = std::move(stream);
  fresh_.push_back(&result);
  return result;
}

// Behind receive(): handling may read into the buffer that the session was fed from.
void H2Connection::start_waiting_streams() {
  auto fresh = std::exchange(fresh_, {});
  for (H2Stream* stream : fresh) {
    if (stream->is_waiting()) {
      stream->start_serving();
      exchanges_.spawn(serve_stream(*stream));
    } else if (stream->is_closed()) {
      streams_.erase(stream->id());
    } else {
      fresh_.push_back(stream);  // its head is still to come
    }
  }
}

async::Task<void> H2Connection::serve_stream(H2Stream& stream) {
  if (stream.refused()) {
    co_await handler_.refuse(stream.exchange(), *stream.refused());
  } else {
    co_await handler_.handle(stream.exchange());
  }
  stream.finish();
  while (!stream.is_closed()) co_await stream.closed();
  streams_.erase(stream.id());
}

void H2Connection::drain() {
  if (std::exchange(draining_, true)) return;
  session_.announce_shutdown();
  exchanges_.spawn(shut_down_gracefully());
}

// Requests that were on their way when the client was told are still served.
async::Task<void> H2Connection::shut_down_gracefully() {
  async::Sleep round_trip(inbound_.socket().reactor(), limits::kGoAwayDelay, &ending_);
  co_await round_trip;
  session_.shutdown(http::H2Error::kNoError);
  if (session_.done()) inbound_.socket().descriptor().cancel_reader();
}

void H2Connection::cancel() {
  draining_ = true;
  for (auto& [id, stream] : streams_)
    stream->exchange().cancel_for(exchange::CancelReason::kShutdown);
  session_.shutdown(http::H2Error::kNoError);
  inbound_.socket().descriptor().cancel_waiters();
}

}  // namespace tidegate::server
