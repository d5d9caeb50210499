#include "upstream/connector.h"

#include <utility>

#include "io/connect.h"
#include "upstream/postgres_tls.h"

namespace tidegate::upstream {
namespace {

// The waits of tunnel and handshake end with the exchange.
class WaitCancel final : private async::CancelHook {
 public:
  WaitCancel(io::Socket& socket, async::CancelScope& scope) : socket_(socket) { hook_into(scope); }

 private:
  void on_cancel() override { socket_.descriptor().cancel_waiters(); }
  io::Socket& socket_;
};

}  // namespace

Connector::Connector(async::Reactor& reactor, io::Address address,
                     std::shared_ptr<const io::ClientTls> tls,
                     std::chrono::milliseconds connect_timeout,
                     std::shared_ptr<const Tunnel> tunnel, TlsFailureReport report,
                     TlsStart tls_start)
    : reactor_(&reactor),
      address_(address),
      name_(address.to_string()),
      tls_(std::move(tls)),
      session_(tls_ != nullptr ? std::make_shared<io::ResumableSession>() : nullptr),
      connect_timeout_(connect_timeout),
      tunnel_(std::move(tunnel)),
      report_(std::move(report)),
      tls_start_(tls_start) {}

void note_tls_failure(const TlsFailureReport& report, const Error& error,
                      const io::Socket& socket) {
  if (error.code != ErrorCode::kTlsFailure || socket.tls() == nullptr) return;
  report.note(io::find_tls_fault(socket.tls()));
}

void Connector::note_failure(const Error& error, const io::Socket& socket) const {
  note_tls_failure(report_, error, socket);
}

async::Task<Result<std::unique_ptr<io::Socket>>> Connector::connect(
    async::CancelScope& scope) const {
  auto* timeout = reactor_->timeouts(connect_timeout_);
  TIDEGATE_CO_TRY(socket, io::connect(*reactor_, address_, timeout, scope));
  if (tls_ == nullptr && tunnel_ == nullptr) co_return std::move(socket);
  const WaitCancel cancel(*socket, scope);
  if (tunnel_ != nullptr) {
    TIDEGATE_CO_TRY_VOID(open_tunnel(*socket, *tunnel_, timeout));
    if (tls_ == nullptr) co_return std::move(socket);
  }
  if (tls_start_ == TlsStart::kPostgres) {
    TIDEGATE_CO_TRY_VOID(ask_postgres_for_tls(*socket, timeout));
  }
  socket->set_tls(tls_->make_session(*session_));
  auto shaken = co_await socket->handshake(timeout);
  if (!shaken) {
    note_failure(shaken.error(), *socket);
    shaken.error().retry = Retry::kSafe;  // no request was sent
    co_return std::unexpected(std::move(shaken).error());
  }
  co_return std::move(socket);
}

}  // namespace tidegate::upstream
