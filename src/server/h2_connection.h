// One HTTP/2 connection from a client: many exchanges at once over one socket.   Thread: the
// worker's.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "async/cancel.h"
#include "async/task_group.h"
#include "exchange/exchange.h"
#include "h2/driver.h"
#include "http/h2_session.h"
#include "io/inbound.h"
#include "server/connection.h"
#include "server/h2_stream.h"

namespace tidegate::server {

class H2Connection final : public Connection,
                           private http::H2SessionListener,
                           private h2::Driver::Owner {
 public:
  H2Connection(io::Inbound& inbound, const exchange::ConnectionFacts& facts,
               RequestHandler& handler);

  async::Task<void> serve() override;
  void drain() override;
  void cancel() override;

 private:
  http::H2StreamListener& on_stream(http::StreamId id) override;
  void on_output() override { driver_.on_output(); }
  void after_receive() override;
  bool stays_when_idle() override { return !streams_.empty(); }

  async::Task<void> serve_stream(H2Stream& stream);
  async::Task<void> shut_down_gracefully();

  io::Inbound& inbound_;
  async::Reactor& reactor_;
  const exchange::ConnectionFacts& facts_;
  RequestHandler& handler_;
  http::H2Server session_;
  h2::Driver driver_;
  std::unordered_map<http::StreamId, std::unique_ptr<H2Stream>> streams_;
  std::vector<H2Stream*> fresh_;  // nobody serves them yet
  async::TaskGroup exchanges_;
  async::CancelScope ending_;
  bool draining_ = false;
};

}  // namespace tidegate::server
