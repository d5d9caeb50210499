#include "upstream/h2_call.h"

#include <utility>

#include "upstream/websocket_key.h"

namespace tidegate::upstream {

using http::EndStream;
using stream::End;

H2Call::H2Call(std::shared_ptr<H2Pool> pool, const CallTimeouts& timeouts, Arena& arena,
               async::CancelScope& scope)
    : pool_(std::move(pool)),
      timeouts_(timeouts),
      arena_(arena),
      scope_(scope),
      changed_(pool_->connector().reactor()),
      request_pump_(pool_->connector().reactor()) {
  facts_.endpoint = pool_->connector().name();
}

async::Task<Result<void>> H2Call::send(const http::RequestHead& head, stream::BodySource& body,
                                       http::ResponseHead& response) {
  TIDEGATE_CO_TRY(connection, pool_->acquire(scope_));
  connection_ = std::move(connection);
  facts_.reused = connection_->session().stream_count() != 0;
  body_.emplace(connection_->reactor(), connection_->session(), Origin::kUpstream, timeouts_.idle);
  sender_.emplace(connection_->reactor(), connection_->session(), Origin::kUpstream,
                  timeouts_.write);
  // HTTP/2 has no other upgrades: an offer of one is left out, and answered as if declined.
  const bool tunnel = http::iequals(head.upgrade, "websocket");
  TIDEGATE_CO_TRY_VOID(tunnel ? start_tunnel(head) : start(head, body));
  hook_into(scope_);
  TIDEGATE_CO_TRY_VOID(wait_for_head(response));
  if (tunnel && response.status < 300) switch_protocols(head, response);
  co_return Result<void>();
}

async::Task<Result<void>> H2Call::start(const http::RequestHead& head, stream::BodySource& body) {
  const bool bodiless = head.body.is_empty();
  auto opened =
      connection_->session().send_request(head, bodiless ? EndStream::kYes : EndStream::kNo, *this);
  if (!opened) co_return std::unexpected(std::move(opened).error());
  id_ = *opened;
  body_->set_stream(id_);
  sender_->set_stream(id_);
  if (bodiless) co_return Result<void>();
  request_body_ = &body;
  request_pump_.spawn(pump_request(body));
  co_return Result<void>();
}

// GET with Upgrade is an extended CONNECT in HTTP/2, without the handshake of HTTP/1.
// Source: RFC 8441 4 and 5.
async::Task<Result<void>> H2Call::start_tunnel(const http::RequestHead& head) {
  TIDEGATE_CO_TRY_VOID(H2Connection::allow_connect_protocol(connection_, scope_));
  http::RequestHead connect(arena_);
  connect.method = "CONNECT";
  connect.scheme = head.scheme;
  connect.authority = head.authority;
  connect.target = head.target;
  connect.upgrade = head.upgrade;
  connect.body = http::BodyLength::chunked();
  connect.fields.assign(head.fields);
  connect.fields.remove(http::HeaderId::kSecWebSocketKey);
  auto opened = connection_->session().send_request(connect, EndStream::kNo, *this);
  if (!opened) co_return std::unexpected(std::move(opened).error());
  id_ = *opened;
  body_->set_stream(id_);
  sender_->set_stream(id_);
  co_return Result<void>();
}

// An open tunnel as HTTP/1 tells it.
void H2Call::switch_protocols(const http::RequestHead& head, http::ResponseHead& response) {
  response.status = 101;
  response.fields.set("upgrade", head.upgrade);
  const auto key = head.fields.find(http::HeaderId::kSecWebSocketKey);
  if (key) response.fields.set("sec-websocket-accept", websocket_accept_of(*key, arena_));
}

async::Task<void> H2Call::pump_request(stream::BodySource& body) {
  while (true) {
    auto piece = co_await body.next();
    if (!piece) {
      request_error_ = std::move(piece).error();
      changed_.set();
      co_return;
    }
    const http::HeaderMap* trailers = piece->end == End::kYes ? body.trailers() : nullptr;
    if (piece->bytes.empty() && piece->end == End::kNo) continue;
    auto sent = co_await sender_->send(piece->bytes, piece->end, trailers);
    // A peer that takes no more may have answered already; its answer or its reset tells.
    if (!sent || piece->end == End::kYes) co_return;
  }
}

async::Task<Result<void>> H2Call::wait_for_head(http::ResponseHead& response) {
  auto* timeout = connection_->reactor().timeouts(timeouts_.first_byte);
  while (!head_) {
    if (scope_.requested())
      co_return fail(ErrorCode::kCancelled, Origin::kUpstream, "response head");
    if (request_error_) co_return std::unexpected(*request_error_);
    if (closed_) {
      Error error = http::make_stream_error(*closed_, Origin::kUpstream);
      // Not processed, by the peer's own word; also said of streams behind its GOAWAY.
      // Source: RFC 9113 8.7.
      if (*closed_ == http::H2Error::kRefusedStream) error.retry = Retry::kIfReused;
      co_return std::unexpected(std::move(error));
    }
    const async::Outcome outcome = co_await changed_.wait(timeout);
    if (outcome == async::Outcome::kTimeout) {
      co_return std::unexpected(
          async::Operation::error_of(outcome, Origin::kUpstream, "response head"));
    }
  }
  response = *std::move(head_);
  co_return Result<void>();
}

void H2Call::on_response(http::ResponseHead& head) {
  head_ = std::move(head);
  changed_.set();
}

void H2Call::on_close(http::H2Error code) {
  closed_ = code;
  body_->close();
  sender_->close();
  changed_.set();
}

void H2Call::on_cancel() {
  if (body_) body_->cancel();
  if (sender_) sender_->cancel();
  changed_.set();
}

async::Task<Result<void>> H2Call::write_raw(std::string_view bytes, End end) {
  co_return co_await sender_->send(bytes, end, nullptr);
}

async::Task<void> H2Call::finish() {
  unhook();
  if (id_ == 0) co_return;
  if (request_pump_.size() != 0) {
    request_body_->cancel();
    sender_->cancel();
    co_await request_pump_.drain();
  }
  body_->release();
  if (!closed_) connection_->session().reset(id_, http::H2Error::kCancel);
  while (!closed_) {
    [[maybe_unused]] const async::Outcome outcome = co_await changed_.wait();
  }
}

}  // namespace tidegate::upstream
