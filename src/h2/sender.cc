#include "h2/sender.h"

#include <string>

namespace tidegate::h2 {

using http::EndStream;
using stream::End;

void Sender::close() {
  closed_ = true;
  writable_.set();
}

async::Task<Result<void>> Sender::send(std::string_view bytes, End end,
                                       const http::HeaderMap* trailers) {
  const bool has_trailers = trailers != nullptr && !trailers->empty();
  const bool last = end == End::kYes && !has_trailers;
  if (!bytes.empty() || last) {
    TIDEGATE_CO_TRY_VOID(send_bytes(bytes, last ? EndStream::kYes : EndStream::kNo));
  }
  if (end == End::kYes && has_trailers) co_return session_.send_trailers(id_, *trailers);
  co_return Result<void>();
}

async::Task<Result<void>> Sender::send_bytes(std::string_view bytes, EndStream end) {
  if (closed_) co_return fail(ErrorCode::kConnectionReset, origin_, "stream is closed");
  auto taken = session_.send_data(id_, bytes, end);
  if (!taken) co_return std::unexpected(std::move(taken).error());
  if (*taken == bytes.size()) co_return Result<void>();
  // What windows and buffer have no room for must outlive the wait.
  const std::string rest(bytes.substr(*taken));
  std::size_t sent = 0;
  while (sent < rest.size()) {
    const async::Outcome outcome = co_await writable_.wait(timeout_);
    if (outcome != async::Outcome::kDone) {
      co_return std::unexpected(async::Operation::error_of(outcome, origin_, "write"));
    }
    if (closed_) co_return fail(ErrorCode::kConnectionReset, origin_, "stream is closed");
    auto more = session_.send_data(id_, std::string_view(rest).substr(sent), end);
    if (!more) co_return std::unexpected(std::move(more).error());
    sent += *more;
  }
  co_return Result<void>();
}

}  // namespace tidegate::h2
