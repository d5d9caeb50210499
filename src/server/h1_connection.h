// One HTTP/1 connection from a client: requests in order, one at a time, until either side closes.
//
// Pipelined requests wait in the socket. The client's close is noticed while a request is being
// served and cancels it; a client that closes only its sending side counts as gone (docs/adr/0004).
// Thread: the worker's.
#pragma once

#include "async/task.h"
#include "exchange/exchange.h"
#include "io/inbound.h"
#include "server/connection.h"

namespace tidegate::server {

class H1Writer;

class H1Connection final : public Connection, private async::HangUpListener {
 public:
  H1Connection(io::Inbound& inbound, const exchange::ConnectionFacts& facts,
               RequestHandler& handler)
      : inbound_(inbound), facts_(facts), handler_(handler) {}

  // Serves until the connection is done. The caller closes the socket.
  async::Task<void> serve() override;
  void drain() override;
  void cancel() override;

 private:
  enum class Next : std::uint8_t { kServe, kClose };
  async::Task<Next> wait_for_request();
  // False: the head is not all here.
  Result<bool> take_head(exchange::Exchange& exchange);
  async::Task<Result<void>> wait_for_head(exchange::Exchange& exchange);
  // With a frame of its own, which exists while a request is served: inlined, its few kilobytes
  // would be part of every idle connection.
  [[gnu::noinline]] async::Task<Next> serve_one();
  async::Task<Next> exchange_bodies(exchange::Exchange& exchange);
  async::Task<void> refuse(exchange::Exchange& exchange, Error error);
  void on_hang_up() override;

  io::Inbound& inbound_;
  const exchange::ConnectionFacts& facts_;
  RequestHandler& handler_;
  exchange::Exchange* current_ = nullptr;
  H1Writer* writer_ = nullptr;  // of current_
  bool idle_ = false;
  bool is_first_ = true;  // no request was read yet
  bool draining_ = false;
  bool cancelled_ = false;
};

}  // namespace tidegate::server
