// One try of a request in a test: sends, reads the answer to its end, finishes, and notes what
// happened. Thread: the test's.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "async/event.h"
#include "stream/memory_body.h"
#include "support/pollers.h"
#include "support/raw_peer.h"
#include "upstream/call.h"

namespace tidegate::upstream {

// A body whose pieces come when the test says so.
class SlowBody final : public stream::BodySource {
 public:
  explicit SlowBody(async::Reactor& reactor) : changed_(reactor) {}
  void come(std::string text, stream::End end = stream::End::kNo) {
    waiting_ += text;
    ended_ = end == stream::End::kYes;
    changed_.set();
  }
  // Ends in a failure instead: the client has gone.
  void fail_now() {
    failed_ = true;
    changed_.set();
  }
  async::Task<Result<stream::Piece>> next() override {
    while (waiting_.empty() && !ended_) {
      if (failed_) co_return fail(ErrorCode::kConnectionReset, Origin::kDownstream, "client gone");
      if (cancelled) co_return fail(ErrorCode::kCancelled, Origin::kDownstream, "cancelled");
      [[maybe_unused]] const async::Outcome outcome = co_await changed_.wait();
    }
    given_ = std::exchange(waiting_, std::string());
    co_return stream::Piece(given_, ended_ ? stream::End::kYes : stream::End::kNo);
  }
  bool ready() const override { return !waiting_.empty() || ended_ || failed_; }
  void cancel() override {
    cancelled = true;
    changed_.cancel();
  }
  bool cancelled = false;

 private:
  async::Event changed_;
  std::string waiting_;
  std::string given_;
  bool ended_ = false;
  bool failed_ = false;
};

// What one try brought. `call` is set by the test before start().
struct Try {
  Try() { head.method = "GET"; }
  explicit Try(std::string_view method, std::string_view target = "/") {
    head.method = method;
    head.target = target;
    head.scheme = "http";
    head.authority = "a.example";
  }

  void start(async::TaskGroup& group) { group.spawn(run(*this)); }
  static async::Task<void> run(Try& attempt) {
    stream::BodySource& source = attempt.source != nullptr ? *attempt.source : attempt.empty;
    auto sent = co_await attempt.call->send(attempt.head, source, attempt.response);
    attempt.reused = attempt.call->facts().reused;
    if (!sent) {
      attempt.error = std::move(sent).error();
    } else {
      attempt.answered = true;
      co_await read(attempt);
    }
    co_await attempt.call->finish();
    attempt.finished = true;
  }
  static async::Task<void> read(Try& attempt) {
    if (!attempt.reads_body) co_return;
    while (!attempt.ended) {
      auto piece = co_await attempt.call->body().next();
      if (!piece) {
        attempt.error = std::move(piece).error();
        co_return;
      }
      attempt.body.append(piece->bytes);
      attempt.ended = piece->end == stream::End::kYes;
    }
    if (const auto* trailers = attempt.call->body().trailers()) {
      for (const auto& field : trailers->fields()) {
        attempt.trailers.append(field.name).append("=").append(field.value).append(";");
      }
    }
  }

  Arena arena;
  async::CancelScope scope;
  http::RequestHead head{arena};
  stream::EmptyBody empty;
  stream::BodySource* source = nullptr;  // null: empty
  bool reads_body = true;                // else finishes right after the head
  std::unique_ptr<Call> call;
  http::ResponseHead response{arena};

  std::string body;
  std::string trailers;
  std::optional<Error> error;
  bool answered = false;
  bool ended = false;
  bool reused = false;
  bool finished = false;
};

}  // namespace tidegate::upstream
