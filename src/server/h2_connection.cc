#include "server/h2_connection.h"

#include <utility>

#include "async/event.h"
#include "base/limits.h"
#include "server/linger.h"

namespace tidegate::server {

H2Connection::H2Connection(io::Inbound& inbound, const exchange::ConnectionFacts& facts,
                           RequestHandler& handler)
    : inbound_(inbound),
      reactor_(inbound.socket().reactor()),
      facts_(facts),
      handler_(handler),
      session_(*this),
      driver_(inbound, session_, *this, limits::kDownstreamIdleTimeout),
      exchanges_(reactor_) {}

async::Task<void> H2Connection::serve() {
  co_await driver_.run();
  ending_.request();
  co_await exchanges_.drain();
  co_await driver_.finish();
  co_await linger(inbound_);
}

http::H2StreamListener& H2Connection::on_stream(http::StreamId id) {
  auto stream = std::make_unique<H2Stream>(reactor_, facts_, session_, id);
  H2Stream& result = *stream;
  streams_[id] = std::move(stream);
  fresh_.push_back(&result);
  return result;
}

// Behind receive(): handling may read into the buffer that the session was fed from.
void H2Connection::after_receive() {
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
  while (!stream.is_closed()) {
    [[maybe_unused]] const async::Outcome outcome = co_await stream.changed();
  }
  streams_.erase(stream.id());
}

void H2Connection::drain() {
  if (std::exchange(draining_, true)) return;
  session_.announce_shutdown();
  exchanges_.spawn(shut_down_gracefully());
}

// Requests that were on their way when the client was told are still served.
async::Task<void> H2Connection::shut_down_gracefully() {
  async::Sleep round_trip(reactor_, limits::kGoAwayDelay, &ending_);
  co_await round_trip;
  session_.shutdown(http::H2Error::kNoError);
  driver_.on_output();
}

void H2Connection::cancel() {
  draining_ = true;
  for (auto& [id, stream] : streams_)
    stream->exchange().cancel_for(exchange::CancelReason::kShutdown);
  session_.shutdown(http::H2Error::kNoError);
  driver_.stop();
}

}  // namespace tidegate::server
