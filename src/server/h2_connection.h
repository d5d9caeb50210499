// One HTTP/2 connection from a client: many exchanges at once over one socket.
//
// A reader task feeds the session, a writer task sends what the session has, and every stream is an
// exchange of its own.   Thread: the worker's.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "async/event.h"
#include "async/task_group.h"
#include "exchange/exchange.h"
#include "http/h2_session.h"
#include "io/inbound.h"
#include "server/connection.h"
#include "server/h2_stream.h"

namespace tidegate::server {

class H2Connection final : public Connection, private http::H2SessionListener {
 public:
  H2Connection(io::Inbound& inbound, const exchange::ConnectionFacts& facts,
               RequestHandler& handler);

  async::Task<void> serve() override;
  void drain() override;
  void cancel() override;

 private:
  http::H2StreamListener& on_stream(http::StreamId id) override;
  void on_output() override { output_.set(); }

  async::Task<void> read();
  async::Task<void> write();
  async::Task<void> serve_stream(H2Stream& stream);
  async::Task<void> shut_down_gracefully();
  void start_waiting_streams();

  io::Inbound& inbound_;
  const exchange::ConnectionFacts& facts_;
  RequestHandler& handler_;
  http::H2Server session_;
  std::unordered_map<http::StreamId, std::unique_ptr<H2Stream>> streams_;
  std::vector<H2Stream*> fresh_;  // made by the session in this read
  async::Event output_;
  async::TaskGroup exchanges_;
  async::TaskGroup writer_;
  async::CancelScope ending_;
  bool writer_done_ = false;
  bool writing_ = false;  // bytes of the session are on their way to the socket
  bool draining_ = false;
};

}  // namespace tidegate::server
