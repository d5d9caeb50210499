#include "upstream/postgres_tls.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

namespace tidegate::upstream {
namespace {

// Its length, and a code in the place of a version.
constexpr std::string_view kRequest("\0\0\0\x08\x04\xd2\x16\x2f", 8);

std::unexpected<Error> refuse(ErrorCode code, std::string detail) {
  return fail(code, Origin::kUpstream, "PostgreSQL: " + std::move(detail), Retry::kSafe);
}

// Awaitable: takes one byte off the socket and none behind it, which TLS must see. (Socket's own
// reads may have the kernel receive ahead.)
class ReadLetter final : public async::Operation {
 public:
  ReadLetter(io::Socket& socket, async::TimeoutList* timeout)
      : Operation(socket.reactor(), timeout), socket_(socket) {}
  bool await_ready() { return perform(); }
  void await_suspend(std::coroutine_handle<> handle) {
    socket_.descriptor().set_reader(this);
    start_waiting(handle);
  }
  Result<char> await_resume() {
    const bool ended =
        outcome() == async::Outcome::kTimeout || outcome() == async::Outcome::kCancelled;
    if (ended) {
      Error error = error_of(outcome(), socket_.side(), "PostgreSQL's TLS");
      error.retry = Retry::kSafe;
      return std::unexpected(std::move(error));
    }
    socket_.descriptor().mark_readable();
    return std::move(letter_);
  }

  bool perform() override {
    char letter = 0;
    const ssize_t got = ::recv(socket_.descriptor().fd(), &letter, 1, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
      socket_.descriptor().clear_readable();
      return false;
    }
    if (got < 0) {
      letter_ = refuse(ErrorCode::kConnectionReset, std::strerror(errno));
    } else if (got == 0) {
      letter_ = refuse(ErrorCode::kEndOfStream, "closed when it was asked for TLS");
    } else {
      letter_ = letter;
    }
    return true;
  }

 private:
  void detach() override { socket_.descriptor().set_reader(nullptr); }
  io::Socket& socket_;
  Result<char> letter_ = '\0';
};

}  // namespace

async::Task<Result<void>> ask_postgres_for_tls(io::Socket& socket, async::TimeoutList* timeout) {
  const io::Parts parts(kRequest);
  auto sent = co_await socket.write(parts, timeout);
  if (!sent) {
    sent.error().retry = Retry::kSafe;
    co_return sent;
  }
  TIDEGATE_CO_TRY(letter, ReadLetter(socket, timeout));
  if (letter == 'S') co_return Result<void>();
  if (letter == 'N') co_return refuse(ErrorCode::kTlsFailure, "the server has no TLS");
  co_return refuse(ErrorCode::kMalformed, "no answer to the question for TLS");
}

}  // namespace tidegate::upstream
