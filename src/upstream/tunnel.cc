#include "upstream/tunnel.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/arena.h"
#include "http/h1_parse.h"

namespace tidegate::upstream {
namespace {

constexpr std::size_t kMaxReplyBytes = 8192;

std::string format_connect(const Tunnel& tunnel) {
  std::string head = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n", tunnel.authority);
  if (!tunnel.authorization.empty()) {
    head += fmt::format("Proxy-Authorization: {}\r\n", tunnel.authorization.reveal());
  }
  return head + "\r\n";
}

std::unexpected<Error> refuse(ErrorCode code, std::string detail) {
  return std::unexpected(
      Error(code, Origin::kUpstream, "forward proxy: " + std::move(detail), Retry::kSafe));
}

// Awaitable: takes the reply's head off the socket and not a byte behind it, which may be the
// destination's. New bytes are new edges, so waiting for the next edge after a peek is enough.
class ReadReply final : public async::Operation {
 public:
  ReadReply(io::Socket& socket, FirstWord first, async::TimeoutList* timeout)
      : Operation(socket.reactor(), timeout), socket_(socket), first_(first) {}
  bool await_ready() { return perform(); }
  void await_suspend(std::coroutine_handle<> handle) {
    socket_.descriptor().set_reader(this);
    start_waiting(handle);
  }
  // The reply's status.
  Result<std::uint16_t> await_resume() {
    const bool ended =
        outcome() == async::Outcome::kTimeout || outcome() == async::Outcome::kCancelled;
    if (ended) {
      Error error = error_of(outcome(), socket_.side(), "forward proxy");
      error.retry = Retry::kSafe;
      return std::unexpected(std::move(error));
    }
    socket_.descriptor().mark_readable();
    return std::move(status_);
  }

  bool perform() override {
    while (true) {
      std::array<char, 2048> bytes;
      const ssize_t got =
          ::recv(socket_.descriptor().fd(), bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
      if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        socket_.descriptor().clear_readable();
        return false;
      }
      if (got < 0) return finish(refuse(ErrorCode::kConnectionReset, std::strerror(errno)));
      if (got == 0) return finish(refuse(ErrorCode::kEndOfStream, "closed without an answer"));
      if (take({bytes.data(), static_cast<std::size_t>(got)})) return true;
    }
  }

 private:
  // Takes what is the reply's of the bytes that are there. True: it is whole, or will never be.
  bool take(std::string_view next) {
    const std::size_t before = reply_.size();
    reply_.append(next);
    Arena arena;
    http::ResponseHead head(arena);
    const auto parsed = http::parse_response_head(reply_, http::H1Limits(), "CONNECT", head);
    if (!parsed) return finish(refuse(ErrorCode::kMalformed, parsed.error().detail));
    const std::size_t taken = parsed->complete() ? parsed->head_bytes - before : next.size();
    if (!discard(taken)) return finish(refuse(ErrorCode::kConnectionReset, "cut short"));
    if (!parsed->complete()) {
      if (reply_.size() <= kMaxReplyBytes) return false;
      return finish(refuse(ErrorCode::kMalformed, "endless answer"));
    }
    const bool opened = head.status >= 200 && head.status < 300;
    if (opened && first_ == FirstWord::kOurs && taken < next.size()) {
      return finish(refuse(ErrorCode::kMalformed, "bytes behind the reply"));
    }
    status_ = head.status;
    return true;
  }
  bool discard(std::size_t bytes) {
    std::array<char, 2048> taken;
    return ::recv(socket_.descriptor().fd(), taken.data(), bytes, MSG_DONTWAIT) ==
           static_cast<ssize_t>(bytes);
  }
  bool finish(std::unexpected<Error> error) {
    status_ = std::move(error);
    return true;
  }
  void detach() override { socket_.descriptor().set_reader(nullptr); }

  io::Socket& socket_;
  FirstWord first_;
  std::string reply_;
  Result<std::uint16_t> status_ = std::uint16_t{0};
};

}  // namespace

async::Task<Result<void>> open_tunnel(io::Socket& socket, const Tunnel& tunnel,
                                      async::TimeoutList* timeout) {
  const std::string request = format_connect(tunnel);
  const io::Parts parts((std::string_view(request)));
  auto sent = co_await socket.write(parts, timeout);
  if (!sent) {
    sent.error().retry = Retry::kSafe;
    co_return sent;
  }
  TIDEGATE_CO_TRY(status, ReadReply(socket, tunnel.first_word, timeout));
  if (status >= 200 && status < 300) co_return Result<void>();
  if (status == 407)
    co_return refuse(ErrorCode::kConnectFailed, "it wants other credentials (407)");
  if (status < 200) co_return refuse(ErrorCode::kMalformed, "an interim answer to CONNECT");
  co_return refuse(ErrorCode::kConnectFailed,
                   fmt::format("no way to {}: status {}", tunnel.authority, status));
}

}  // namespace tidegate::upstream
