#include "processors/ext_proc/session.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "async/timed_scope.h"

namespace tidegate::processors::ext_proc {
namespace {

constexpr std::string_view kMethod = "/envoy.service.ext_proc.v3.ExternalProcessor/Process";

}  // namespace

void Session::send(pipeline::Turn& turn, std::string message) {
  if (stream_ == nullptr) {
    pipeline::CallRequest request(kMethod, {});
    request.content_type = "application/grpc";
    request.fields.emplace_back("te", "trailers");
    stream_ = turn.caller.open(turn.spec.backend, std::move(request));
  }
  stream_->write(make_frame(message));
}

bool Session::has_news() const {
  return !over_ && stream_ != nullptr && (reader_.has_message() || ended_ || stream_->ready());
}

void Session::close() {
  over_ = true;
  if (stream_ != nullptr) stream_->end();
}

void Session::abandon() {
  over_ = true;
  stream_ = nullptr;
}

std::chrono::milliseconds Session::limit_of(Within within) const {
  switch (within) {
    case Within::kMessageTimeout:
      return config_.message_timeout;
    case Within::kTurn:
      return std::chrono::milliseconds(0);
    case Within::kIfSoon:
      return kSoon;
  }
  return kSoon;
}

async::Task<Result<std::optional<Reply>>> Session::receive(pipeline::Turn& turn, Within within) {
  const auto limit = limit_of(within);
  SteadyTime deadline = turn.reactor.now() + limit;
  bool has_more_time = false;
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - turn.reactor.now());
    const auto time = limit.count() == 0 ? limit : std::max(left, std::chrono::milliseconds(1));
    async::TimedScope timed(turn.reactor, turn.cancel, time);
    auto reply = co_await receive_within(timed.scope());
    co_await timed.stop();
    if (!reply && timed.passed() && reply.error().code == ErrorCode::kCancelled) {
      if (within == Within::kIfSoon) co_return std::optional<Reply>();
      reply = fail(ErrorCode::kTimeout, Origin::kUpstream, "no reply within messageTimeout");
    }
    if (!reply) abandon();
    if (reply && !*reply) close();
    if (!reply || !*reply || (*reply)->kind != Reply::Kind::kMoreTime) co_return reply;
    // As Envoy: once, within bounds, else it is passed over and the clock goes on.
    const auto wanted = (*reply)->more_time;
    if (has_more_time || wanted.count() < 1 || wanted > config_.max_message_timeout) continue;
    has_more_time = true;
    deadline = turn.reactor.now() + wanted;
  }
}

async::Task<Result<std::optional<Reply>>> Session::receive_within(async::CancelScope& scope) {
  while (true) {
    auto message = reader_.next();
    if (!message) co_return std::unexpected(std::move(message).error());
    if (*message) {
      auto reply = parse_reply(**message);
      if (!reply) co_return std::unexpected(std::move(reply).error());
      co_return std::optional<Reply>(std::move(*reply));
    }
    if (ended_) co_return end();
    auto piece = co_await stream_->read(scope);
    if (!piece) co_return std::unexpected(std::move(piece).error());
    reader_.feed(piece->bytes);
    ended_ = piece->end == stream::End::kYes;
  }
}

Result<std::optional<Reply>> Session::end() const {
  if (reader_.is_inside()) {
    return fail(ErrorCode::kMalformed, Origin::kUpstream, "the stream ended within a message");
  }
  const auto status = stream_->trailer("grpc-status");
  if (!status) return fail(ErrorCode::kMalformed, Origin::kUpstream, "no grpc-status");
  if (auto well = check_status(*status, stream_->trailer("grpc-message").value_or("")); !well) {
    return std::unexpected(std::move(well).error());
  }
  return std::optional<Reply>();
}

}  // namespace tidegate::processors::ext_proc
