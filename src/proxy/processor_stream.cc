#include "proxy/processor_stream.h"

#include <fmt/format.h>

#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "async/event.h"
#include "credential/authorization.h"
#include "proxy/deadline.h"
#include "stream/memory_body.h"
#include "upstream/backend_state.h"

namespace tidegate::proxy {
namespace {

using stream::End;
using stream::Piece;

// What the processor writes, on its way out.
class Outgoing final : public stream::BodySource {
 public:
  explicit Outgoing(async::Reactor& reactor) : changed_(reactor) {}

  void push(std::string bytes) {
    waiting_.push_back(std::move(bytes));
    changed_.set();
  }
  void end() {
    ended_ = true;
    changed_.set();
  }
  async::Task<Result<Piece>> next() override {
    while (waiting_.empty() && !ended_ && !cancelled_) {
      [[maybe_unused]] const async::Outcome outcome = co_await changed_.wait();
    }
    if (cancelled_) co_return fail(ErrorCode::kCancelled, Origin::kInternal, "stream");
    if (waiting_.empty()) co_return Piece(std::string_view(), End::kYes);
    given_ = std::move(waiting_.front());
    waiting_.pop_front();
    co_return Piece(given_, ended_ && waiting_.empty() ? End::kYes : End::kNo);
  }
  bool ready() const override { return !waiting_.empty() || ended_; }
  void cancel() override {
    cancelled_ = true;
    changed_.set();
  }

 private:
  async::Event changed_;
  std::deque<std::string> waiting_;
  std::string given_;
  bool ended_ = false;
  bool cancelled_ = false;
};

// What the task and the stream share.
struct Shared {
  Shared(WorkerContext& w, std::shared_ptr<const Snapshot> s,
         std::shared_ptr<const config::Backend> b)
      : worker(w),
        snapshot(std::move(s)),
        backend(std::move(b)),
        scope(w.stopping),
        head(arena),
        body(w.reactor),
        response(arena),
        answered(w.reactor),
        released(w.reactor) {}

  WorkerContext& worker;
  const std::shared_ptr<const Snapshot> snapshot;
  const std::shared_ptr<const config::Backend> backend;
  Arena arena;
  ChildScope scope;
  http::RequestHead head;
  Outgoing body;
  http::ResponseHead response;
  std::unique_ptr<upstream::Call> call;
  async::Event answered;  // there is a head, or an error
  async::Event released;  // nobody reads any more
  bool has_head = false;
  bool ended_well = false;
  std::optional<Error> error;
};

void fill_head(Shared& shared, const pipeline::CallRequest& request) {
  const config::Backend& backend = *shared.backend;
  http::RequestHead& head = shared.head;
  head.method = shared.arena.copy(request.method);
  head.scheme = backend.tls != nullptr ? "https" : "http";
  head.authority = backend.host;
  head.target = shared.arena.copy(request.target);
  head.body = http::BodyLength::chunked();
  head.fields.add("user-agent", "tidegate");
  head.fields.add("content-type", shared.arena.copy(request.content_type));
  for (const auto& [name, value] : request.fields) {
    head.fields.add(shared.arena.copy(name), shared.arena.copy(value));
  }
  if (backend.api_key) {
    const config::ApiKey& key = *backend.api_key;
    head.fields.set(key.header, shared.arena.concat({key.prefix, key.key.reveal()}));
  }
}

async::Task<Result<void>> authorize(Shared& shared) {
  const auto& credentials = shared.backend->credentials;
  if (credentials == nullptr || !credentials->are_injected()) co_return Result<void>();
  stream::EmptyBody unsigned_body;
  credential::Authorization authorization(shared.worker.credentials, *shared.backend, shared.arena);
  co_return co_await authorization.apply(shared.head, unsigned_body, shared.scope.scope());
}

async::Task<Result<void>> start(Shared& shared, upstream::BackendState& state) {
  TIDEGATE_CO_TRY_VOID(authorize(shared));
  TIDEGATE_CO_TRY_VOID(state.resolve(shared.scope.scope()));
  upstream::TryRequest wanted(shared.arena, shared.scope.scope());
  wanted.in_group = true;
  auto made = state.make_call(wanted);
  if (!made) co_return std::unexpected(std::move(made).error());
  shared.call = std::move(*made);
  if (shared.backend->host.empty()) {
    shared.head.authority = shared.arena.copy(shared.call->facts().endpoint);
  }
  state.begin(shared.call->facts().endpoint);
  TIDEGATE_CO_TRY_VOID(shared.call->send(shared.head, shared.body, shared.response));
  const std::uint16_t status = shared.response.status;
  if (status == 200) co_return Result<void>();
  const bool no_room = status == 429 || status == 503;
  co_return fail(no_room ? ErrorCode::kUnavailable : ErrorCode::kMalformed, Origin::kUpstream,
                 fmt::format("{} answered a stream with {}", shared.backend->id, status));
}

// REQUIRES: shared.call.
void report(Shared& shared, upstream::BackendState& state, const Result<void>& started) {
  upstream::TryReport report;
  report.endpoint = shared.call->facts().endpoint;
  report.in_group = true;
  const Error* error = shared.error ? &*shared.error : nullptr;
  report.verdict = error == nullptr ? upstream::Verdict::kSuccess : upstream::judge_error(*error);
  report.of_connection = !started && started.error().retry == Retry::kSafe;
  if (shared.has_head || !started) {
    const auto after = shared.response.fields.find(http::HeaderId::kRetryAfter);
    const auto now = shared.worker.reactor.clock().wall_now();
    if (after) report.retry_after = upstream::parse_retry_after(*after, now);
  }
  if (error == nullptr && !shared.ended_well) report.verdict = upstream::Verdict::kSilent;
  state.finish(report);
}

async::Task<void> run(std::shared_ptr<Shared> shared) {
  const auto state = shared->worker.upstreams.find(shared->backend, *shared->snapshot);
  auto started = co_await start(*shared, *state);
  if (started) {
    shared->has_head = true;
  } else {
    shared->error.emplace(started.error());
  }
  shared->answered.set();
  if (started) {
    [[maybe_unused]] const async::Outcome outcome = co_await shared->released.wait();
  }
  if (shared->call == nullptr) co_return;
  report(*shared, *state, started);
  co_await shared->call->finish();
}

class Stream final : public pipeline::CallStream {
 public:
  explicit Stream(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
  ~Stream() override {
    if (!shared_->ended_well) shared_->scope.scope().request();
    shared_->released.set();
  }

  void write(std::string bytes) override { shared_->body.push(std::move(bytes)); }
  void end() override { shared_->body.end(); }

  async::Task<Result<Piece>> read(async::CancelScope& cancel) override {
    const EndWith end(cancel, shared_->scope.scope());
    while (!shared_->has_head && !shared_->error) {
      [[maybe_unused]] const async::Outcome outcome = co_await shared_->answered.wait();
    }
    if (shared_->error) co_return std::unexpected(*shared_->error);
    auto piece = co_await shared_->call->body().next();
    if (!piece) shared_->error.emplace(piece.error());
    if (piece && piece->end == End::kYes) shared_->ended_well = true;
    co_return piece;
  }

  std::optional<std::string_view> trailer(std::string_view name) const override {
    if (!shared_->has_head) return std::nullopt;
    const http::HeaderMap* trailers = shared_->call->body().trailers();
    if (trailers != nullptr) return trailers->find(name);
    return shared_->response.fields.find(name);
  }

 private:
  // Ends the stream when a read is given up.
  class EndWith final : private async::CancelHook {
   public:
    EndWith(async::CancelScope& when, async::CancelScope& what) : what_(what) { hook_into(when); }

   private:
    void on_cancel() override { what_.request(); }
    async::CancelScope& what_;
  };

  std::shared_ptr<Shared> shared_;
};

}  // namespace

std::unique_ptr<pipeline::CallStream> open_stream(WorkerContext& worker,
                                                  std::shared_ptr<const Snapshot> snapshot,
                                                  std::shared_ptr<const config::Backend> backend,
                                                  const pipeline::CallRequest& request) {
  auto shared = std::make_shared<Shared>(worker, std::move(snapshot), std::move(backend));
  fill_head(*shared, request);
  worker.background.spawn(run(shared));
  return std::make_unique<Stream>(std::move(shared));
}

}  // namespace tidegate::proxy
