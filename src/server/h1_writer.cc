#include "server/h1_writer.h"

#include "http/chunked.h"

namespace tidegate::server {

using stream::End;

H1Writer::H1Writer(io::Inbound& inbound, const http::RequestHead& request, Arena& arena,
                   async::TimeoutList* write_timeout)
    : inbound_(inbound),
      request_(request),
      arena_(arena),
      write_timeout_(write_timeout),
      head_(arena),
      keep_alive_(request.keep_alive) {}

async::Task<Result<void>> H1Writer::send_interim(const http::ResponseHead& head) {
  if (request_.version == http::Version::kHttp10) co_return Result<void>();
  http::HeadBuffer buffer(arena_);
  http::ResponseContext context;
  context.request_method = request_.method;
  auto formatted = http::format_response_head(head, context, buffer);
  if (!formatted) co_return std::unexpected(std::move(formatted).error());
  const io::Parts parts(buffer.view());
  bytes_sent_ += parts.bytes();
  co_return co_await inbound_.socket().write(parts, write_timeout_);
}

void H1Writer::start(const http::ResponseHead& head) {
  started_ = true;
  if (request_body_ != nullptr && !request_body_->at_end()) keep_alive_ = false;
  http::ResponseContext context;
  context.request_method = request_.method;
  context.peer_version = request_.version;
  if (head.status == 101) {
    context.connection = http::H1Connection::kUpgrade;
    keep_alive_ = false;
    tunnel_ = true;
  } else if (!keep_alive_) {
    context.connection = http::H1Connection::kClose;
  }
  auto formatted = http::format_response_head(head, context, head_);
  if (!formatted) {
    failure_ = std::move(formatted).error();
    return;
  }
  framing_ = head.status == 101 ? http::BodyFraming::kUntilClose : *formatted;
  if (framing_ == http::BodyFraming::kUntilClose) keep_alive_ = false;
  if (framing_ == http::BodyFraming::kLength) length_left_ = head.body.bytes;
}

void H1Writer::note_sending(const io::Parts& parts) {
  committed_ = true;
  bytes_sent_ += parts.bytes();
}

async::Task<Result<void>> H1Writer::write(std::string_view bytes, End end,
                                          const http::HeaderMap* trailers) {
  if (failure_) co_return std::unexpected(*failure_);
  io::Parts parts;
  const bool held = head_.size() != 0;
  if (held) parts.add(head_.view());
  const http::ChunkPrefix prefix(bytes.size());
  http::HeadBuffer tail(arena_);
  switch (framing_) {
    case http::BodyFraming::kNone:
      break;  // HEAD, 204, 304: the body is not sent
    case http::BodyFraming::kLength:
      if (bytes.size() > length_left_ || (end == End::kYes && bytes.size() < length_left_)) {
        co_return fail(ErrorCode::kBadContentLength, Origin::kUpstream,
                       "body does not have the length its head says");
      }
      length_left_ -= bytes.size();
      parts.add(bytes);
      break;
    case http::BodyFraming::kUntilClose:
      parts.add(bytes);
      break;
    case http::BodyFraming::kChunked:
      if (!bytes.empty()) {
        parts.add(prefix.view());
        parts.add(bytes);
        parts.add(http::kChunkEnd);
      }
      if (end == End::kNo) break;
      if (trailers != nullptr && http::format_trailers(*trailers, tail)) {
        parts.add(tail.view());
      } else {
        parts.add(http::kLastChunk);
      }
      break;
  }
  Result<void> sent;
  if (!parts.empty()) {
    note_sending(parts);
    sent = co_await inbound_.socket().write(parts, write_timeout_);
  }
  if (held) head_.clear();
  if (sent && end == End::kYes) {
    finished_ = true;
    if (request_.method != "HEAD" && framing_ == http::BodyFraming::kUntilClose) {
      inbound_.socket().shutdown_write();
    }
  }
  co_return sent;
}

async::Task<Result<void>> H1Writer::flush() {
  if (failure_) co_return std::unexpected(*failure_);
  if (head_.size() == 0) co_return Result<void>();
  const io::Parts parts(head_.view());
  note_sending(parts);
  auto sent = co_await inbound_.socket().write(parts, write_timeout_);
  head_.clear();
  co_return sent;
}

void H1Writer::abort() {
  keep_alive_ = false;
  inbound_.socket().abort();
}

stream::BodySource* H1Writer::upgraded() {
  if (!upgraded_) {
    upgraded_.emplace(inbound_, http::BodyLength::until_close(), arena_, nullptr, h1::Retain::kNo);
  }
  return &*upgraded_;
}

}  // namespace tidegate::server
