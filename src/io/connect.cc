#include "io/connect.h"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace tidegate::io {
namespace {

// Waits until a connecting socket is writable, which is when the attempt has ended either way.
class Connected final : public async::Operation, private async::CancelHook {
 public:
  Connected(Socket& socket, async::TimeoutList* timeout, async::CancelScope& scope)
      : Operation(socket.reactor(), timeout), socket_(socket), scope_(scope) {}
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> handle) {
    socket_.descriptor().clear_writable();
    socket_.descriptor().set_writer(this);
    start_waiting(handle);
    hook_into(scope_);
  }
  async::Outcome await_resume() {
    unhook();
    return outcome();
  }
  bool perform() override { return true; }

 private:
  void detach() override { socket_.descriptor().set_writer(nullptr); }
  void on_cancel() override { complete(async::Outcome::kCancelled); }
  Socket& socket_;
  async::CancelScope& scope_;
};

Error connect_error(int error, const Address& address) {
  const auto code =
      error == ECONNREFUSED ? ErrorCode::kConnectionRefused : ErrorCode::kConnectFailed;
  return Error(code, Origin::kUpstream,
               fmt::format("connect to {}: {}", address.to_string(), std::strerror(error)),
               Retry::kSafe);
}

}  // namespace

async::Task<Result<std::unique_ptr<Socket>>> connect(async::Reactor& reactor,
                                                     const Address& address,
                                                     async::TimeoutList* timeout,
                                                     async::CancelScope& scope) {
  const int fd = ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) co_return std::unexpected(connect_error(errno, address));
  auto socket = std::make_unique<Socket>(reactor, fd, Origin::kUpstream);
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const int started = ::connect(fd, address.data(), address.size());
  if (started != 0 && errno != EINPROGRESS)
    co_return std::unexpected(connect_error(errno, address));
  if (auto watched = socket->watch(); !watched) co_return std::unexpected(watched.error());
  if (started != 0) {
    const async::Outcome outcome = co_await Connected(*socket, timeout, scope);
    if (outcome != async::Outcome::kDone) {
      Error error = async::Operation::error_of(outcome, Origin::kUpstream,
                                               "connect to " + address.to_string());
      error.retry = Retry::kSafe;
      co_return std::unexpected(std::move(error));
    }
    int failure = 0;
    socklen_t size = sizeof failure;
    ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size);
    if (failure != 0) co_return std::unexpected(connect_error(failure, address));
  }
  co_return socket;
}

}  // namespace tidegate::io
