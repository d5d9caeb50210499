#include "h2/driver.h"

#include <utility>

#include "base/limits.h"

namespace tidegate::h2 {

Driver::Driver(io::Inbound& inbound, http::H2Session& session, Owner& owner,
               std::chrono::milliseconds idle)
    : inbound_(inbound),
      session_(session),
      owner_(owner),
      idle_(inbound.socket().reactor().timeouts(idle)),
      write_timeout_(inbound.socket().reactor().timeouts(limits::kDownstreamWriteTimeout)),
      output_(inbound.socket().reactor()),
      writer_(inbound.socket().reactor()) {}

async::Task<void> Driver::run() {
  writer_.spawn(write());
  co_await read();
  session_.abort(http::H2Error::kCancel);
}

async::Task<void> Driver::finish() {
  finished_ = true;
  output_.set();
  if (lost_) inbound_.socket().descriptor().cancel_waiters();
  co_await writer_.drain();
}

async::Task<void> Driver::read() {
  while (!session_.done()) {
    if (inbound_.empty()) {
      auto got = co_await inbound_.fill(idle_);
      const bool idle = !got && got.error().code == ErrorCode::kTimeout;
      if (idle && owner_.stays_when_idle()) continue;
      if (idle) {
        session_.shutdown(http::H2Error::kNoError);
        co_await write_last();
        co_return;
      }
      if (!got || *got == 0) {
        if (!got) read_failure_ = std::move(got).error();
        lost_ = true;
        co_return;
      }
    }
    const std::string_view bytes = inbound_.unread();
    auto received = session_.receive(bytes, inbound_.socket().reactor().now());
    inbound_.consume(bytes.size());
    if (!received) {
      co_await write_last();
      co_return;
    }
    owner_.after_receive();
  }
}

// The GOAWAY that says why goes out before the connection ends.
async::Task<void> Driver::write_last() {
  if (writing_) {
    lost_ = true;  // the peer does not take what it was sent before, either
    co_return;
  }
  const io::Parts parts(session_.begin_write());
  writing_ = true;
  [[maybe_unused]] auto sent = co_await inbound_.socket().write(parts, write_timeout_);
  writing_ = false;
  session_.end_write();
  inbound_.socket().shutdown_write();
}

async::Task<void> Driver::write() {
  async::Reactor& reactor = inbound_.socket().reactor();
  while (true) {
    // A system call costs more than a frame: what all streams have to say in one turn leaves in
    // one, however many events the turn has.
    co_await reactor.turn_end();
    if (finished_) break;
    output_.reset();
    const std::string_view bytes = writing_ ? std::string_view() : session_.begin_write();
    if (bytes.empty()) {
      if (!writing_) session_.end_write();
      if (session_.done()) break;
      [[maybe_unused]] const async::Outcome outcome = co_await output_.wait();
      continue;
    }
    const io::Parts parts(bytes);
    writing_ = true;
    auto sent = co_await inbound_.socket().write(parts, write_timeout_);
    writing_ = false;
    session_.end_write();
    if (!sent) break;
  }
  stop();
}

}  // namespace tidegate::h2
