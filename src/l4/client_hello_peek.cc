#include "l4/client_hello_peek.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/arena.h"
#include "http/client_hello.h"

namespace tidegate::l4 {
namespace {

// Awaitable: peeks until the hello is whole. New bytes are new edges, so waiting for the next edge
// after a peek is enough.
class Peek final : public async::Operation {
 public:
  Peek(io::Socket& socket, async::TimeoutList* timeout)
      : Operation(socket.reactor(), timeout), socket_(socket) {}
  bool await_ready() { return perform(); }
  void await_suspend(std::coroutine_handle<> handle) {
    socket_.descriptor().set_reader(this);
    start_waiting(handle);
  }
  Result<std::string> await_resume() {
    const bool ended =
        outcome() == async::Outcome::kTimeout || outcome() == async::Outcome::kCancelled;
    if (ended) return std::unexpected(error_of(outcome(), socket_.side(), "ClientHello"));
    socket_.descriptor().mark_readable();
    return std::move(result_);
  }

  bool perform() override {
    // One more than allowed, so that the parser sees that it is too much.
    std::array<char, http::kMaxClientHelloBytes + 1> bytes;
    const ssize_t got =
        ::recv(socket_.descriptor().fd(), bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return wait();
    if (got < 0) return finish(socket_.error_of(failed(errno), "ClientHello"));
    Arena arena;
    auto hello = http::parse_client_hello({bytes.data(), static_cast<std::size_t>(got)}, arena);
    if (!hello) return finish(std::move(hello).error());
    if (!hello->complete) {
      const bool over = got == 0 || socket_.descriptor().hung_up();
      return over ? finish(socket_.error_of(end(), "ClientHello")) : wait();
    }
    std::string name(hello->server_name);
    for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    if (!name.empty() && name.back() == '.') name.pop_back();
    result_ = std::move(name);
    return true;
  }

 private:
  static io::Attempt failed(int error) { return {io::Attempt::Kind::kFailed, 0, error}; }
  static io::Attempt end() { return {io::Attempt::Kind::kEnd, 0, 0}; }
  bool wait() {
    socket_.descriptor().clear_readable();
    return false;
  }
  bool finish(Error error) {
    result_ = std::unexpected(std::move(error));
    return true;
  }
  void detach() override { socket_.descriptor().set_reader(nullptr); }

  io::Socket& socket_;
  Result<std::string> result_;
};

}  // namespace

async::Task<Result<std::string>> peek_server_name(io::Socket& socket, async::TimeoutList* timeout) {
  co_return co_await Peek(socket, timeout);
}

}  // namespace tidegate::l4
