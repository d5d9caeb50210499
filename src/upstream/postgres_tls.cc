#include "upstream/postgres_tls.h"

#include <string_view>
#include <utility>

namespace tidegate::upstream {
namespace {

// Its length, and a code in the place of a version.
constexpr std::string_view kRequest("\0\0\0\x08\x04\xd2\x16\x2f", 8);

std::unexpected<Error> refuse(ErrorCode code, std::string detail) {
  return fail(code, Origin::kUpstream, "PostgreSQL: " + std::move(detail), Retry::kSafe);
}

}  // namespace

async::Task<Result<void>> ask_postgres_for_tls(io::Socket& socket, async::TimeoutList* timeout) {
  const io::Parts parts(kRequest);
  auto sent = co_await socket.write(parts, timeout);
  if (!sent) {
    sent.error().retry = Retry::kSafe;
    co_return sent;
  }
  char letter = 0;
  auto got = co_await socket.read_into(&letter, 1, timeout);
  if (!got) {
    got.error().retry = Retry::kSafe;
    co_return std::unexpected(std::move(got).error());
  }
  if (*got == 0) co_return refuse(ErrorCode::kEndOfStream, "closed when it was asked for TLS");
  if (letter == 'S') co_return Result<void>();
  if (letter == 'N') co_return refuse(ErrorCode::kTlsFailure, "the server has no TLS");
  co_return refuse(ErrorCode::kMalformed, "no answer to the question for TLS");
}

}  // namespace tidegate::upstream
