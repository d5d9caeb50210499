#include "proxy/deadline.h"

#include "async/event.h"

namespace tidegate::proxy {

RequestDeadline::RequestDeadline(Flight& flight) : group_(flight.exchange.reactor) {
  const auto time = flight.rule().request_timeout;
  if (time && time->count() > 0) group_.spawn(run(flight, *time, stopped_));
}

async::Task<void> RequestDeadline::run(Flight& flight, std::chrono::milliseconds time,
                                       async::CancelScope& stopped) {
  async::Sleep sleep(flight.exchange.reactor, time, &stopped);
  const async::Outcome outcome = co_await sleep;
  if (outcome == async::Outcome::kTimeout) {
    flight.exchange.cancel_for(exchange::CancelReason::kRequestTimeout);
  }
}

async::Task<void> RequestDeadline::stop() {
  if (group_.size() == 0) co_return;
  stopped_.request();
  co_await group_.drain();
}

}  // namespace tidegate::proxy
