#include "server/h2_stream.h"

#include <utility>

#include "base/limits.h"

namespace tidegate::server {

using http::EndStream;
using stream::End;

H2Stream::H2Stream(async::Reactor& reactor, const exchange::ConnectionFacts& facts,
                   http::H2Server& session, http::StreamId id)
    : session_(session),
      id_(id),
      exchange_(reactor, facts),
      body_(reactor, session, Origin::kDownstream, limits::kRequestBodyIdleTimeout),
      sender_(reactor, session, Origin::kDownstream, limits::kDownstreamWriteTimeout),
      closed_(reactor) {
  body_.set_stream(id);
  sender_.set_stream(id);
  exchange_.body = &body_;
  exchange_.response = this;
}

void H2Stream::on_request(http::RequestHead& head) {
  exchange_.request = std::move(head);
  exchange_.request.scheme = exchange_.connection.tls ? "https" : "http";
  if (!exchange_.request.upgrade.empty()) {
    // An extended CONNECT is what GET with Upgrade is in HTTP/1, and from here on it is one: routes
    // and backends see no difference. Source: RFC 8441.
    exchange_.request.method = "GET";
    exchange_.request.body = http::BodyLength::none();
  }
  has_head_ = true;
}

void H2Stream::on_refused(http::RequestHead& head, const Error& error) {
  on_request(head);
  refused_ = error;
}

void H2Stream::on_close(http::H2Error) {
  body_.close();
  sender_.close();
  closed_.set();
  if (!finished_) exchange_.cancel_for(exchange::CancelReason::kClientGone);
}

async::Task<Result<void>> H2Stream::send_interim(const http::ResponseHead& head) {
  if (is_closed()) co_return Result<void>();
  co_return session_.send_interim(id_, head);
}

void H2Stream::start(const http::ResponseHead& head) {
  started_ = true;
  head_.emplace(exchange_.arena);
  head_->status = head.status;
  head_->body = head.body;
  head_->fields.assign(head.fields);
}

Result<void> H2Stream::send_head(EndStream end) {
  if (is_closed())
    return fail(ErrorCode::kConnectionReset, Origin::kDownstream, "stream is closed");
  if (!head_) return {};
  committed_ = true;
  const http::ResponseHead head = *std::exchange(head_, std::nullopt);
  if (head.status != 101) return session_.send_response(id_, head, end);
  http::ResponseHead opened(exchange_.arena);  // HTTP/2 has no 101: its tunnels open with 200
  opened.status = 200;
  opened.fields.assign(head.fields);
  opened.fields.remove("sec-websocket-accept");
  return session_.send_response(id_, opened, end);
}

async::Task<Result<void>> H2Stream::write(std::string_view bytes, End end,
                                          const http::HeaderMap* trailers) {
  const bool no_trailers = trailers == nullptr || trailers->empty();
  const bool bodiless = end == End::kYes && bytes.empty() && no_trailers && head_.has_value();
  // Before the last frame: it may close the stream, which then is no cut.
  if (end == End::kYes) finished_ = true;
  if (auto sent = send_head(bodiless ? EndStream::kYes : EndStream::kNo); !sent || bodiless)
    co_return sent;
  if (bytes.empty() && end == End::kNo) co_return Result<void>();
  co_return co_await sender_.send(bytes, end, trailers);
}

async::Task<Result<void>> H2Stream::flush() { co_return send_head(EndStream::kNo); }

void H2Stream::abort() {
  finished_ = true;
  if (!is_closed()) session_.reset(id_, http::H2Error::kInternalError);
}

void H2Stream::finish() {
  body_.release();
  if (is_closed()) return;
  if (!finished_) {
    abort();
  } else if (!body_.is_ended()) {
    // The response is whole and the rest of the request is of no use. Source: RFC 9113 8.1.
    session_.reset(id_, http::H2Error::kNoError);
  }
}

}  // namespace tidegate::server
