// Moves the bytes of one HTTP/2 session over its socket, for either side.   Thread: the reactor's.
#pragma once

#include <chrono>
#include <optional>

#include "async/event.h"
#include "async/task_group.h"
#include "http/h2_session.h"
#include "io/inbound.h"

namespace tidegate::h2 {

class Driver {
 public:
  // What the owner of the session does between reads.
  class Owner {
   public:
    // Behind receive(): start here what a listener only noted.
    virtual void after_receive() = 0;
    // Nothing came for the idle time: whether to go on waiting.
    virtual bool stays_when_idle() = 0;

   protected:
    ~Owner() = default;
  };

  Driver(io::Inbound& inbound, http::H2Session& session, Owner& owner,
         std::chrono::milliseconds idle);

  // Runs until the connection ends, for whatever reason; the session is aborted then. What still
  // uses the session must end before finish().
  async::Task<void> run();
  // Lets the writer end. Await before destruction.
  async::Task<void> finish();
  // What the last read failed by; absent: it did not, or the peer ended orderly.
  const std::optional<Error>& read_failure() const { return read_failure_; }
  // The session has something to write.
  void on_output() { output_.set(); }
  // Ends run() from outside.
  void stop() { inbound_.socket().descriptor().cancel_reader(); }

 private:
  async::Task<void> read();
  async::Task<void> write();
  async::Task<void> write_last();

  io::Inbound& inbound_;
  http::H2Session& session_;
  Owner& owner_;
  async::TimeoutList* idle_;
  async::TimeoutList* write_timeout_;
  async::Event output_;
  async::TaskGroup writer_;
  bool writing_ = false;
  bool finished_ = false;
  bool lost_ = false;  // nobody is there any more to write to
  std::optional<Error> read_failure_;
};

}  // namespace tidegate::h2
