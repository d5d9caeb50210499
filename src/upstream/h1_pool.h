// The HTTP/1 connections of one worker to one endpoint: idle ones to reuse, a limit, and a queue at
// the limit.
//
// A peer that closes an idle connection is noticed at once and the connection dropped. Replaced
// endpoints are retired: their idle connections close, those in use close when their exchange ends.
// Thread: the worker's.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "async/cancel.h"
#include "async/event.h"
#include "async/task.h"
#include "base/error.h"
#include "base/limits.h"
#include "io/inbound.h"
#include "io/socket.h"
#include "upstream/connector.h"

namespace tidegate::upstream {

class H1Pool;

// A connection to an endpoint and what was read from it.
class H1Connection final : private async::HangUpListener {
 public:
  H1Connection(std::unique_ptr<io::Socket> socket, io::SharedBuffer& shared)
      : socket_(std::move(socket)), inbound(*socket_, shared) {}

  io::Socket& socket() { return *socket_; }

 private:
  std::unique_ptr<io::Socket> socket_;

 public:
  io::Inbound inbound;
  bool reused = false;
  // Of other protocols than HTTP: what it was set up for (pipeline/dialogue.h).
  std::string session;

 private:
  friend class H1Pool;
  void on_hang_up() override;
  void on_unexpected_bytes() override;
  H1Pool* idle_in_ = nullptr;
  SteadyTime idle_since_{};
};

enum class Reuse : std::uint8_t { kAllowed, kFreshOnly };

class H1Pool final : public std::enable_shared_from_this<H1Pool> {
 public:
  // A connection on loan. Closes it on destruction unless keep() gave it back.
  class Lease {
   public:
    Lease() = default;
    Lease(std::shared_ptr<H1Pool> pool, std::unique_ptr<H1Connection> connection)
        : pool_(std::move(pool)), connection_(std::move(connection)) {}
    Lease(Lease&& other) noexcept = default;
    Lease& operator=(Lease&& other) noexcept {
      drop();
      pool_ = std::move(other.pool_);
      connection_ = std::move(other.connection_);
      return *this;
    }
    ~Lease() { drop(); }

    explicit operator bool() const { return connection_ != nullptr; }
    H1Connection& operator*() const { return *connection_; }
    H1Connection* operator->() const { return connection_.get(); }
    // Gives the connection back for reuse.
    void keep();
    // Closes the connection.
    void drop();

   private:
    std::shared_ptr<H1Pool> pool_;
    std::unique_ptr<H1Connection> connection_;
  };

  // `max_connections` 0: no limit. `max_pending` may wait for one at the limit.
  H1Pool(Connector connector, io::SharedBuffer& shared, std::size_t max_connections,
         std::size_t max_pending = limits::kMaxPoolQueue);
  ~H1Pool();

  // An idle connection, if there is one; nothing is waited for.
  Lease take();
  // An idle connection, or a new one, or the next that is given back when the limit is reached.
  // Errors: those of Connector::connect; kUnavailable when the queue is full; kTimeout in the
  // queue.
  async::Task<Result<Lease>> acquire(Reuse reuse, async::CancelScope& scope);

  // Connections that are idle since before `before` are closed.
  void close_idle(SteadyTime before);
  void retire();
  std::size_t in_use() const { return open_ - idle_.size(); }
  std::size_t idle() const { return idle_.size(); }
  const Connector& connector() const { return connector_; }

 private:
  friend class H1Connection;
  class Waiter;
  static bool is_quiet(H1Connection& connection);
  std::unique_ptr<H1Connection> take_idle();
  async::Task<Result<void>> wait_for_room(async::CancelScope& scope);
  void give_back(std::unique_ptr<H1Connection> connection);
  void forget(std::unique_ptr<H1Connection> connection);
  void evict(H1Connection& connection);
  void wake_waiter();

  Connector connector_;
  io::SharedBuffer& shared_;
  std::size_t max_connections_;
  std::size_t max_pending_;
  std::size_t open_ = 0;  // idle, on loan and being opened
  bool retired_ = false;
  std::vector<std::unique_ptr<H1Connection>> idle_;  // the most recently used last
  std::deque<Waiter*> waiters_;
};

}  // namespace tidegate::upstream
