#include "upstream/h1_call.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/limits.h"
#include "http/h1_format.h"
#include "http/h1_parse.h"

namespace tidegate::upstream {

using stream::End;
using stream::Piece;

namespace {

// Source: RFC 9110 9.2.2; draft-ietf-httpapi-idempotency-key-header for methods that are not.
bool is_idempotent(const http::RequestHead& head) {
  static constexpr std::string_view kIdempotent[] = {"GET", "HEAD",   "OPTIONS",
                                                     "PUT", "DELETE", "TRACE"};
  return std::ranges::find(kIdempotent, head.method) != std::end(kIdempotent) ||
         head.fields.find("idempotency-key");
}

// A body over this may wait for the peer to read, while the peer's answer may be there already.
constexpr std::size_t kMaxDirectBytes = limits::kReadBufferBytes;

}  // namespace

H1Call::H1Call(std::shared_ptr<H1Pool> pool, Reuse reuse, const CallTimeouts& timeouts,
               Arena& arena, async::CancelScope& scope)
    : pool_(std::move(pool)),
      reuse_(reuse),
      timeouts_(timeouts),
      arena_(arena),
      scope_(scope),
      request_pump_(pool_->connector().reactor()) {
  facts_.endpoint = pool_->connector().name();
}

H1Call::~H1Call() = default;

void H1Call::on_cancel() {
  if (body_) body_->cancel();
  if (lease_) lease_->socket().descriptor().cancel_waiters();
}

async::Task<Result<void>> H1Call::send(const http::RequestHead& head, stream::BodySource& body,
                                       http::ResponseHead& response) {
  if (reuse_ == Reuse::kAllowed) lease_ = pool_->take();
  if (!lease_) {
    TIDEGATE_CO_TRY(lease, pool_->acquire(reuse_, scope_));
    lease_ = std::move(lease);
  }
  facts_.reused = lease_->reused;
  hook_into(scope_);
  if (scope_.requested())
    co_return fail(ErrorCode::kCancelled, Origin::kUpstream, "before sending");
  auto sent = co_await send_request(head, body);
  // A peer that answers early and stops reading makes the send fail: its answer may be there all
  // the same.
  if (!sent && sent.error().origin != Origin::kUpstream) co_return sent;
  auto received = co_await read_head(head, response);
  if (received) co_return received;
  if (request_error_ && request_error_->origin == Origin::kDownstream) {
    co_return std::unexpected(*request_error_);
  }
  pool_->connector().note_failure(received.error(), lease_->socket());
  // Where nothing of the request could be sent, that says more than what the read found.
  const bool unsent = !sent && sent.error().retry == Retry::kSafe;
  co_return std::unexpected(
      stale_or(unsent ? std::move(sent).error() : std::move(received).error(), head));
}

async::Task<Result<void>> H1Call::send_request(const http::RequestHead& head,
                                               stream::BodySource& body) {
  http::HeadBuffer buffer(arena_);
  auto formatted = http::format_request_head(
      head, head.upgrade.empty() ? http::H1Connection::kKeepAlive : http::H1Connection::kUpgrade,
      buffer);
  if (!formatted) co_return std::unexpected(std::move(formatted).error());
  framing_ = *formatted;
  if (framing_ == http::BodyFraming::kNone) {
    const Piece nothing(std::string_view(), End::kYes);
    co_return co_await write_piece(buffer.view(), nothing, nullptr);
  }
  // What is here already leaves with the head in one write; the rest follows while the answer is
  // awaited.
  Piece first;
  if (auto here = body.next_now()) first = *here;
  if (first.bytes.size() > kMaxDirectBytes) {
    request_body_ = &body;
    request_pump_.spawn(pump_all(buffer.view(), first, body));
    co_return Result<void>();
  }
  TIDEGATE_CO_TRY_VOID(write_piece(buffer.view(), first, body.trailers()));
  if (first.end == End::kNo) {
    request_body_ = &body;
    request_pump_.spawn(pump_request(body));
  }
  co_return Result<void>();
}

async::Task<Result<void>> H1Call::write_piece(std::string_view head, Piece piece,
                                              const http::HeaderMap* trailers) {
  io::Parts parts;
  parts.add(head);
  const bool chunked = framing_ == http::BodyFraming::kChunked;
  const http::ChunkPrefix prefix(piece.bytes.size());
  http::HeadBuffer tail(arena_);
  if (chunked && !piece.bytes.empty()) {
    parts.add(prefix.view());
    parts.add(piece.bytes);
    parts.add(http::kChunkEnd);
  } else {
    parts.add(piece.bytes);
  }
  if (chunked && piece.end == End::kYes) {
    if (trailers != nullptr) {
      if (auto formatted = http::format_trailers(*trailers, tail); !formatted) {
        co_return std::unexpected(std::move(formatted).error());
      }
      parts.add(tail.view());
    } else {
      parts.add(http::kLastChunk);
    }
  }
  request_bytes_ += parts.bytes();
  auto* timeout = pool_->connector().reactor().timeouts(timeouts_.write);
  auto written = co_await lease_->socket().write(parts, timeout);
  if (written && piece.end == End::kYes) request_done_ = true;
  co_return written;
}

// Runs beside the wait for the response. A failure to read the request ends that wait; a failure to
// write it does not, since the peer may have answered.
async::Task<void> H1Call::pump_request(stream::BodySource& body) {
  while (true) {
    auto piece = co_await body.next();
    if (!piece) {
      request_error_ = std::move(piece).error();
      if (body_) body_->cancel();
      lease_->socket().descriptor().cancel_waiters();
      co_return;
    }
    auto written = co_await write_piece(std::string_view(), *piece, body.trailers());
    if (!written) {
      request_error_ = std::move(written).error();
      co_return;
    }
    if (piece->end == End::kYes) co_return;
  }
}

async::Task<void> H1Call::pump_all(std::string_view head, Piece first, stream::BodySource& body) {
  auto written = co_await write_piece(head, first, body.trailers());
  if (!written) {
    request_error_ = std::move(written).error();
  } else if (first.end == End::kNo) {
    co_await pump_request(body);
  }
}

async::Task<Result<void>> H1Call::read_head(const http::RequestHead& head,
                                            http::ResponseHead& response) {
  auto& reactor = pool_->connector().reactor();
  auto* timeout = reactor.timeouts(timeouts_.first_byte);
  io::Inbound& inbound = lease_->inbound;
  std::size_t scanned = 0;
  std::size_t interim_bytes = 0;
  bool searching = false;  // once a head did not come in one piece
  while (true) {
    const std::string_view unread = inbound.unread();
    if (!unread.empty() && (!searching || http::find_head_end(unread, scanned) != 0)) {
      auto taken =
          http::take_response_head(unread, http::H1Limits(), head.method, arena_, response);
      if (!taken) co_return std::unexpected(std::move(taken).error());
      inbound.consume(taken->head_bytes);
      if (taken->complete() && response.status >= 200) break;
      if (taken->complete() && response.status == 101) {
        if (!head.upgrade.empty()) break;
        co_return fail(ErrorCode::kProtocolViolation, Origin::kUpstream, "upgrade without asking");
      }
      searching = !taken->complete();
      scanned = 0;
      interim_bytes += taken->head_bytes;
      if (interim_bytes > limits::kMaxHeadBytes) {
        co_return fail(ErrorCode::kHeadTooLarge, Origin::kUpstream, "interim heads over the limit");
      }
      if (!searching) continue;  // 100 and 103: the gateway answers Expect itself
    }
    if (unread.size() > limits::kMaxHeadBytes) {
      co_return fail(ErrorCode::kHeadTooLarge, Origin::kUpstream, "response head over the limit");
    }
    if (request_error_ && request_error_->origin == Origin::kDownstream) {
      co_return std::unexpected(*request_error_);  // there is nothing to wait for any more
    }
    if (scope_.requested()) {
      co_return fail(ErrorCode::kCancelled, Origin::kUpstream, "response head");
    }
    TIDEGATE_CO_TRY(got, inbound.fill(timeout));
    if (got == 0) {
      co_return fail(ErrorCode::kEndOfStream, Origin::kUpstream, "closed before a response");
    }
    response_started_ = true;
  }
  keep_alive_ = response.keep_alive && response.body.kind != http::BodyLength::Kind::kUntilClose &&
                response.status != 101;
  const auto length = response.status == 101 ? http::BodyLength::until_close() : response.body;
  const auto idle = response.status == 101 ? limits::kTunnelIdleTimeout : timeouts_.idle;
  body_.emplace(inbound, length, arena_, reactor.timeouts(idle), h1::Retain::kNo);
  co_return Result<void>();
}

// A reused connection may have been closed by the peer while our request was on its way: then it is
// tried once more, if doing it twice does no harm or it is known not to have been done
// (docs/adr/0009).
Error H1Call::stale_or(Error error, const http::RequestHead& head) const {
  const bool closed = error.code == ErrorCode::kEndOfStream ||
                      error.code == ErrorCode::kConnectionReset || error.code == ErrorCode::kIo;
  if (!closed || !facts_.reused || response_started_) return error;
  if (is_idempotent(head) || is_known_unprocessed(error)) error.retry = Retry::kIfReused;
  return error;
}

// The peer's FIN carries an acknowledgement: when it covers no byte of the request, the peer had
// closed before the request came. A reset carries nothing that can be relied on.
bool H1Call::is_known_unprocessed(const Error& error) const {
  const io::Socket& socket = lease_->socket();
  const std::size_t unsent = socket.unsent_bytes();
  if (error.retry == Retry::kSafe || unsent == request_bytes_) return true;  // no byte left
  return error.code == ErrorCode::kEndOfStream &&
         unsent + socket.unacknowledged_bytes() >= request_bytes_;
}

stream::BodySource& H1Call::body() { return *body_; }

async::Task<Result<void>> H1Call::write_raw(std::string_view bytes, End end) {
  auto* timeout = pool_->connector().reactor().timeouts(timeouts_.write);
  const io::Parts parts(bytes);
  auto written = co_await lease_->socket().write(parts, timeout);
  if (written && end == End::kYes) lease_->socket().shutdown_write();
  co_return written;
}

bool H1Call::finish_now() {
  if (request_pump_.size() != 0) return false;
  unhook();
  if (!lease_) return true;
  const bool whole = body_ && body_->release();
  if (whole && keep_alive_ && request_done_ && !scope_.requested()) {
    lease_.keep();
  } else {
    lease_.drop();
  }
  return true;
}

async::Task<void> H1Call::finish() {
  if (finish_now()) co_return;
  unhook();
  keep_alive_ = false;
  request_body_->cancel();
  lease_->socket().descriptor().cancel_waiters();
  co_await request_pump_.drain();
  finish_now();
}

}  // namespace tidegate::upstream
