// How to open a connection to one endpoint: TCP, a tunnel where there is a forward proxy, then TLS
// where the backend says so.
// Thread: the worker's.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "async/cancel.h"
#include "async/task.h"
#include "base/error.h"
#include "io/address.h"
#include "io/socket.h"
#include "io/tls_context.h"
#include "upstream/tls_failures.h"
#include "upstream/tunnel.h"

namespace tidegate::upstream {

// What has to be said before TLS may begin.
enum class TlsStart : std::uint8_t { kAtOnce, kPostgres };

class Connector {
 public:
  // `tls` null: plaintext. `connect_timeout` covers TCP connect, opening the tunnel and the TLS
  // handshake each. `tunnel`: `address` is a forward proxy's; null: it is the destination's.
  Connector(async::Reactor& reactor, io::Address address, std::shared_ptr<const io::ClientTls> tls,
            std::chrono::milliseconds connect_timeout,
            std::shared_ptr<const Tunnel> tunnel = nullptr, TlsFailureReport report = {},
            TlsStart tls_start = TlsStart::kAtOnce);

  // Errors: kConnectionRefused, kConnectFailed, kTlsFailure, kTimeout, kCancelled; origin upstream,
  // safe to retry elsewhere since no request was sent.
  async::Task<Result<std::unique_ptr<io::Socket>>> connect(async::CancelScope& scope) const;

  // Tells of a TLS failure on a connection of ours, if `error` is one.
  void note_failure(const Error& error, const io::Socket& socket) const;

  // For those who outlive this.
  const TlsFailureReport& report() const { return report_; }

  async::Reactor& reactor() const { return *reactor_; }
  const io::Address& address() const { return address_; }
  const std::string& name() const { return name_; }  // "10.0.0.7:8080"
  std::chrono::milliseconds connect_timeout() const { return connect_timeout_; }

 private:
  async::Reactor* reactor_;
  io::Address address_;
  std::string name_;
  std::shared_ptr<const io::ClientTls> tls_;
  std::shared_ptr<io::ResumableSession> session_;  // null: plaintext
  std::chrono::milliseconds connect_timeout_;
  std::shared_ptr<const Tunnel> tunnel_;
  TlsFailureReport report_;
  TlsStart tls_start_;
};

// The same for a connection whose pool may have gone.
void note_tls_failure(const TlsFailureReport& report, const Error& error, const io::Socket& socket);

}  // namespace tidegate::upstream
