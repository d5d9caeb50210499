#include "upstream/tunnel.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

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

// The status of a whole reply head; 0 while it is not whole.
Result<std::uint16_t> read_status(std::string_view bytes) {
  Arena arena;
  http::ResponseHead head(arena);
  TIDEGATE_TRY(parsed, http::parse_response_head(bytes, http::H1Limits(), "CONNECT", head));
  if (!parsed.complete()) return std::uint16_t{0};
  // The destination speaks second: what comes before we have said a word is not its.
  const bool opened = head.status >= 200 && head.status < 300;
  if (opened && parsed.head_bytes != bytes.size()) {
    return fail(ErrorCode::kMalformed, Origin::kUpstream, "bytes behind the reply");
  }
  return head.status;
}

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
  std::string reply;
  std::array<char, 2048> buffer;
  while (true) {
    auto got = co_await socket.read_into(buffer.data(), buffer.size(), timeout);
    if (!got) {
      got.error().retry = Retry::kSafe;
      co_return std::unexpected(std::move(got).error());
    }
    if (*got == 0) co_return refuse(ErrorCode::kEndOfStream, "closed without an answer");
    reply.append(buffer.data(), *got);
    auto status = read_status(reply);
    if (!status) co_return refuse(ErrorCode::kMalformed, status.error().detail);
    if (*status >= 200 && *status < 300) co_return Result<void>();
    if (*status == 407)
      co_return refuse(ErrorCode::kConnectFailed, "it wants other credentials (407)");
    if (*status >= 300) {
      co_return refuse(ErrorCode::kConnectFailed,
                       fmt::format("no way to {}: status {}", tunnel.authority, *status));
    }
    if (*status != 0) co_return refuse(ErrorCode::kMalformed, "an interim answer to CONNECT");
    if (reply.size() > kMaxReplyBytes) co_return refuse(ErrorCode::kMalformed, "endless answer");
  }
}

}  // namespace tidegate::upstream
