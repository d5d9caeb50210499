#include "server/h2_stream.h"

#include <utility>

#include "base/limits.h"
#include "io/inbound.h"

namespace tidegate::server {

using http::EndStream;
using stream::End;
using stream::Piece;

H2Stream::H2Stream(async::Reactor& reactor, const exchange::ConnectionFacts& facts,
                   http::H2Server& session, http::StreamId id)
    : session_(session),
      id_(id),
      exchange_(reactor, facts),
      readable_(reactor),
      writable_(reactor) {
  exchange_.body = this;
  exchange_.response = this;
}

void H2Stream::on_request(http::RequestHead& head) {
  exchange_.request = head;
  exchange_.request.scheme = exchange_.connection.tls ? "https" : "http";
  has_head_ = true;
}

void H2Stream::on_refused(http::RequestHead& head, const Error& error) {
  on_request(head);
  refused_ = error;
}

void H2Stream::on_data(std::string_view bytes) {
  received_.append(bytes);
  readable_.set();
}

void H2Stream::on_trailers(http::HeaderMap& fields) { trailers_ = fields; }

void H2Stream::on_end() {
  ended_ = true;
  readable_.set();
}

void H2Stream::on_close(http::H2Error) {
  closed_ = true;
  readable_.set();
  writable_.set();
  if (!finished_) exchange_.cancel_for(exchange::CancelReason::kClientGone);
}

void H2Stream::give_back() {
  if (given_back_) return;
  given_back_ = true;
  if (!closed_) session_.consume(id_, given_.size());
}

async::Task<Result<Piece>> H2Stream::next() {
  give_back();
  while (received_.empty() && !ended_) {
    if (closed_) {
      co_return fail(ErrorCode::kConnectionReset, Origin::kDownstream,
                     "stream reset by the client");
    }
    auto* idle = exchange_.reactor.timeouts(limits::kRequestBodyIdleTimeout);
    const async::Outcome outcome = co_await readable_.wait(idle);
    if (outcome != async::Outcome::kDone) {
      co_return std::unexpected(
          async::Operation::error_of(outcome, Origin::kDownstream, "request body"));
    }
  }
  given_ = std::exchange(received_, std::string());
  given_total_ += given_.size();
  given_back_ = given_.empty();
  co_return Piece{given_, ended_ ? End::kYes : End::kNo};
}

std::optional<std::string_view> H2Stream::whole() {
  if (!ended_) return std::nullopt;
  std::string* text = nullptr;
  if (given_total_ == 0) text = &received_;
  if (given_total_ == given_.size() && received_.empty()) text = &given_;
  if (text == nullptr) return std::nullopt;
  text->reserve(text->size() + io::kSlackBytes);
  return *text;
}

bool H2Stream::rewind() {
  if (given_total_ == 0) return true;
  if (!ended_ || given_total_ != given_.size() || !received_.empty()) return false;
  received_ = given_;
  given_total_ = 0;
  return true;
}

async::Task<Result<void>> H2Stream::send_interim(const http::ResponseHead& head) {
  if (closed_) co_return Result<void>();
  co_return session_.send_interim(id_, head);
}

void H2Stream::start(const http::ResponseHead& head) {
  started_ = true;
  head_ = &head;
}

Result<void> H2Stream::send_head(EndStream end) {
  if (head_ == nullptr) return {};
  committed_ = true;
  return session_.send_response(id_, *std::exchange(head_, nullptr), end);
}

async::Task<Result<void>> H2Stream::write(std::string_view bytes, End end,
                                          const http::HeaderMap* trailers) {
  if (closed_) co_return fail(ErrorCode::kConnectionReset, Origin::kDownstream, "stream is closed");
  const bool has_trailers = trailers != nullptr && !trailers->empty();
  const bool last = end == End::kYes && !has_trailers;
  if (last) finished_ = true;
  if (head_ != nullptr && last && bytes.empty()) co_return send_head(EndStream::kYes);
  if (auto sent = send_head(EndStream::kNo); !sent) co_return sent;
  const EndStream ends = last ? EndStream::kYes : EndStream::kNo;
  if (!bytes.empty() || last) {
    TIDEGATE_CO_TRY_VOID(send_some(bytes, ends));
  }
  if (end == End::kYes && has_trailers) {
    finished_ = true;
    co_return session_.send_trailers(id_, *trailers);
  }
  co_return Result<void>();
}

async::Task<Result<void>> H2Stream::send_some(std::string_view bytes, EndStream end) {
  auto taken = session_.send_data(id_, bytes, end);
  if (!taken) co_return std::unexpected(std::move(taken).error());
  if (*taken == bytes.size()) co_return Result<void>();
  // What windows and buffer have no room for must outlive the wait.
  const std::string rest(bytes.substr(*taken));
  std::size_t sent = 0;
  while (sent < rest.size()) {
    auto* timeout = exchange_.reactor.timeouts(limits::kDownstreamWriteTimeout);
    const async::Outcome outcome = co_await writable_.wait(timeout);
    if (outcome != async::Outcome::kDone) {
      co_return std::unexpected(async::Operation::error_of(outcome, Origin::kDownstream, "write"));
    }
    if (closed_)
      co_return fail(ErrorCode::kConnectionReset, Origin::kDownstream, "stream is closed");
    auto more = session_.send_data(id_, std::string_view(rest).substr(sent), end);
    if (!more) co_return std::unexpected(std::move(more).error());
    sent += *more;
  }
  co_return Result<void>();
}

async::Task<Result<void>> H2Stream::flush() {
  if (closed_) co_return fail(ErrorCode::kConnectionReset, Origin::kDownstream, "stream is closed");
  co_return send_head(EndStream::kNo);
}

void H2Stream::abort() {
  finished_ = true;
  if (!closed_) session_.reset(id_, http::H2Error::kInternalError);
}

void H2Stream::finish() {
  give_back();
  if (closed_) return;
  if (!finished_) {
    abort();
  } else if (!ended_) {
    // The response is whole and the rest of the request is of no use. Source: RFC 9113 8.1.
    session_.reset(id_, http::H2Error::kNoError);
  }
}

}  // namespace tidegate::server
