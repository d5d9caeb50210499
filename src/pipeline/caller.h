// How a processor asks a Backend: one request, one answer, over the connections that the gateway
// has to that Backend anyway, with its TLS, credentials, DNS rules and health.
//
//   Step::Task ask(Turn& turn) {
//     CallRequest request("/v1/moderations", std::move(json));
//     auto answer = co_await turn.caller.call(turn.spec.backend, std::move(request), turn.cancel);
//     if (!answer) co_return std::unexpected(std::move(answer).error());
//     ...
//   }
//
// A backend that says it has no room (429, 503) is a failure at once, never waited for, and one
// that keeps failing is left alone for a while: then the processor's failureMode decides.
// Thread: the worker's.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "async/cancel.h"
#include "async/event.h"
#include "async/task.h"
#include "base/error.h"
#include "config/backend.h"
#include "http/message.h"
#include "pipeline/dialogue.h"
#include "stream/body.h"

namespace tidegate::pipeline {

struct CallRequest {
  // The answer of a moderation model has some KiB, embeddings of a batch some hundred.
  static constexpr std::size_t kUsualAnswerBytes = 1024 * 1024;

  CallRequest(std::string_view t, std::string b) : target(t), body(std::move(b)) {}

  std::string_view method = "POST";
  std::string_view target;  // "/v1/check?x=1"
  // Besides those of framing, credentials and the host.
  std::vector<std::pair<std::string_view, std::string_view>> fields;
  std::string_view content_type = "application/json";
  std::string body;
  std::chrono::milliseconds timeout{0};  // of all tries together; 0: until `cancel`
  std::size_t max_answer_bytes = kUsualAnswerBytes;
};

struct CallAnswer {
  explicit CallAnswer(Arena& arena) : head(arena) {}
  http::ResponseHead head;  // texts live in the exchange's arena
  std::string body;         // whole, not encoded
};

// A request whose body and answer go on side by side, over HTTP/2: gRPC. Destroying it ends it: the
// backend sees a reset, but after end() it has kCloseTime to end its side too, and nobody looks at
// what it still says.
class CallStream {
 public:
  static constexpr std::chrono::milliseconds kCloseTime{5000};

  virtual ~CallStream() = default;
  // Sends these bytes next; they are kept until there is room.
  virtual void write(std::string bytes) = 0;
  // Bytes that are kept so.
  virtual std::size_t waiting() const = 0;
  // Nothing more is written.
  virtual void end() = 0;
  // Waits for bytes of the answer, valid until the next call. One reader at a time.
  // Errors: as Caller::call(), kCancelled too, after which it may be called again; kMalformed
  //         where the answer's status is not 200.
  virtual async::Task<Result<stream::Piece>> read(async::CancelScope& cancel) = 0;
  // Whether read() would tell something without waiting.
  virtual bool ready() const = 0;
  // Sets `changed` whenever that becomes so. It outlives the stream, or is taken back by null.
  virtual void notify(async::Event* changed) = 0;
  // A field behind the answer, or of an answer without a body. REQUIRES: read() told the end.
  virtual std::optional<std::string_view> trailer(std::string_view name) const = 0;
};

class Caller {
 public:
  virtual ~Caller() = default;

  // Sends the request (twice, where a pooled connection was closed under it) and reads the answer,
  // whatever its status but 429 and 503. `backend` may be null (a reference that does not resolve).
  // What the request refers to outlives the task. Errors:  kUnavailable: no room (429, 503), or
  // left alone after failures; kTimeout;
  //          kLimit: a longer answer; kForbidden: the exchange may not leave its regions; kLoop;
  //          kNoBackend; kCancelled; else as of any request to a backend.
  virtual async::Task<Result<CallAnswer>> call(std::shared_ptr<const config::Backend> backend,
                                               CallRequest request, async::CancelScope& cancel) = 0;
  // Opens a stream with that head; body, timeout and bounds of `request` do not count. `backend` is
  // no group and speaks HTTP/2. Never null: what is wrong is told by read().
  virtual std::unique_ptr<CallStream> open(std::shared_ptr<const config::Backend> backend,
                                           CallRequest request) = 0;

  // Has the dialogue with a store, over one of its connections: once more from its beginning where
  // a kept connection was closed before anything was heard, or none could be made. `backend` speaks
  // the dialogue's protocol. Errors: as call(), and the dialogue's own.
  virtual async::Task<Result<void>> talk(std::shared_ptr<const config::Backend> backend,
                                         Dialogue& dialogue, std::chrono::milliseconds timeout,
                                         async::CancelScope& cancel) = 0;
  // The same beside the exchange, which does not wait and does not hear how it went. Where too many
  // are under way, it is dropped.
  virtual void talk_aside(std::shared_ptr<const config::Backend> backend,
                          std::unique_ptr<Dialogue> dialogue,
                          std::chrono::milliseconds timeout) = 0;
};

// A stream that tells why there is none.
class RefusedStream final : public CallStream {
 public:
  explicit RefusedStream(Error error) : error_(std::move(error)) {}
  void write(std::string) override {}
  std::size_t waiting() const override { return 0; }
  void end() override {}
  async::Task<Result<stream::Piece>> read(async::CancelScope&) override {
    co_return std::unexpected(error_);
  }
  bool ready() const override { return true; }
  void notify(async::Event*) override {}
  std::optional<std::string_view> trailer(std::string_view) const override { return std::nullopt; }

 private:
  const Error error_;
};

// For exchanges that can call nobody: tests of processors that do not.
class NoCaller final : public Caller {
 public:
  async::Task<Result<CallAnswer>> call(std::shared_ptr<const config::Backend>, CallRequest,
                                       async::CancelScope&) override {
    co_return fail(ErrorCode::kUnavailable, Origin::kInternal, "nobody can be called here");
  }
  std::unique_ptr<CallStream> open(std::shared_ptr<const config::Backend>, CallRequest) override {
    return std::make_unique<RefusedStream>(
        Error(ErrorCode::kUnavailable, Origin::kInternal, "nobody can be called here"));
  }
  async::Task<Result<void>> talk(std::shared_ptr<const config::Backend>, Dialogue&,
                                 std::chrono::milliseconds, async::CancelScope&) override {
    co_return fail(ErrorCode::kUnavailable, Origin::kInternal, "nobody can be called here");
  }
  void talk_aside(std::shared_ptr<const config::Backend>, std::unique_ptr<Dialogue>,
                  std::chrono::milliseconds) override {}
};

}  // namespace tidegate::pipeline
