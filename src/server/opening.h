// A connection of which it is not known yet what it speaks.   Thread: the worker's.
#pragma once

#include <string_view>

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

// Whether bytes that are no HTTP/1 head are a failed connection preface of HTTP/2, or of something
// else: a line of three words without a slash, so neither a path nor a protocol ("name/version")
// among them. Whoever sent it does not read HTTP/1, so the connection is closed without an answer.
// Source: RFC 9113 3.4.
bool is_failed_preface(std::string_view bytes);

}  // namespace tidegate::server
