// A connection of which it is not known yet what it speaks.   Thread: the worker's.
#pragma once

#include "async/task.h"
#include "io/inbound.h"
#include "server/connection.h"

namespace tidegate::server {

// Stands in for the connection, so that drain and cancel reach it: both end its waits.
class Opening final : public Connection {
 public:
  explicit Opening(io::Socket& socket) : socket_(socket) {}
  async::Task<void> serve() override { co_return; }
  void drain() override { cancel(); }
  void cancel() override { socket_.descriptor().cancel_waiters(); }

 private:
  io::Socket& socket_;
};

// Waits for as many bytes as tell HTTP/2 by prior knowledge, known by its preface with which no
// HTTP/1 request can begin; they stay in `inbound`.
// Errors: kEndOfStream before that, and the socket's own.
async::Task<Result<bool>> begins_with_h2_preface(io::Inbound& inbound);

}  // namespace tidegate::server
