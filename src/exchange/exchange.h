// One request and its response: everything that the steps between listener and backend share.
//
// Made by a downstream connection for each request, used by proxy/handle.cc, gone when the response
// has been written. Lives in the connection's coroutine frame or stream object; never copied.
// Thread: the worker's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "async/cancel.h"
#include "async/reactor.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "exchange/response_writer.h"
#include "http/message.h"
#include "stream/body.h"

namespace tidegate::exchange {

// What holds for every exchange of one downstream connection.
struct ConnectionFacts {
  std::string client_ip;
  std::uint16_t client_port = 0;
  std::uint16_t local_port = 0;
  bool tls = false;
  std::string server_name;  // SNI; empty: none
  bool client_certificate_verified = false;
};

// Why an exchange is being cancelled; the first reason counts.
enum class CancelReason : std::uint8_t { kNone, kClientGone, kRequestTimeout, kShutdown };

struct Exchange {
  Exchange(async::Reactor& r, const ConnectionFacts& c)
      : reactor(r), connection(c), request(arena), started(r.clock().steady_now()) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Ends everything this exchange waits for. Idempotent; the first reason is kept.
  void cancel_for(CancelReason reason) {
    if (cancel_reason == CancelReason::kNone) cancel_reason = reason;
    cancel.request();
  }

  Arena arena;
  async::Reactor& reactor;
  const ConnectionFacts& connection;
  http::RequestHead request;
  stream::BodySource* body = nullptr;  // never null once handled
  ResponseWriter* response = nullptr;  // never null once handled
  async::CancelScope cancel;
  CancelReason cancel_reason = CancelReason::kNone;
  SteadyTime started;
};

}  // namespace tidegate::exchange
