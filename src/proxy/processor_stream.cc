#include "proxy/processor_stream.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "async/event.h"
#include "credential/authorization.h"
#include "proxy/backend_call.h"
#include "proxy/deadline.h"
#include "proxy/outgoing_body.h"
#include "stream/memory_body.h"
#include "upstream/backend_state.h"

namespace tidegate::proxy {
namespace {

using stream::End;
using stream::Piece;

// What the answer may be ahead of its reader.
constexpr std::size_t kMostUnread = 256 * 1024;

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
        arrived(w.reactor),
        taken(w.reactor) {}

  WorkerContext& worker;
  const std::shared_ptr<const Snapshot> snapshot;
  const std::shared_ptr<const config::Backend> backend;
  Arena arena;
  ChildScope scope;
  http::RequestHead head;
  OutgoingBody body;
  http::ResponseHead response;
  std::unique_ptr<upstream::Call> call;
  std::string received;              // and not read yet
  async::Event arrived;              // something of the answer, its end, or an error
  async::Event taken;                // there is room for more, or nobody reads any more
  async::CancelScope finished;       // the request, whatever became of it
  async::Event* observer = nullptr;  // of what arrives
  bool is_released = false;
  bool ended_well = false;  // the answer
  std::optional<Error> error;
};

bool has_news(const Shared& shared) {
  return !shared.received.empty() || shared.ended_well || shared.error.has_value();
}

void tell_arrival(Shared& shared) {
  shared.arrived.set();
  if (shared.observer != nullptr) shared.observer->set();
}

// Wakes who waits for an answer when nobody wants it any more.
class WakeWith final : private async::CancelHook {
 public:
  WakeWith(async::CancelScope& when, async::Event& event) : event_(event) { hook_into(when); }

 private:
  void on_cancel() override { event_.set(); }
  async::Event& event_;
};

// A head that outlives the exchange.
void fill_head(const Flight& flight, const pipeline::CallRequest& request, Shared& shared) {
  http::RequestHead made(flight.exchange.arena);
  made.body = http::BodyLength::chunked();
  fill_call_head(flight, *shared.backend, request, made);
  Arena& arena = shared.arena;
  http::RequestHead& head = shared.head;
  head.method = arena.copy(made.method);
  head.scheme = made.scheme;
  head.authority = made.authority;
  head.target = arena.copy(made.target);
  head.body = made.body;
  for (const http::Field& field : made.fields.fields()) {
    head.fields.add(field.id, arena.copy(field.name), arena.copy(field.value));
  }
}

async::Task<Result<void>> authorize(Shared& shared) {
  const auto& credentials = shared.backend->credentials;
  if (credentials == nullptr || !credentials->are_injected()) co_return Result<void>();
  stream::EmptyBody unsigned_body;
  credential::Authorization authorization(shared.worker.credentials, *shared.backend, shared.arena);
  co_return co_await authorization.apply(shared.head, unsigned_body, shared.scope.scope());
}

// One try, until there is a head. Errors: of a request to a backend; kUnavailable: it has no room;
// kMalformed: it does not speak gRPC.
async::Task<Result<void>> try_once(Shared& shared, upstream::BackendState& state,
                                   const upstream::TryRequest& wanted) {
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
void report(Shared& shared, upstream::BackendState& state, const Error* error) {
  upstream::TryReport report;
  report.endpoint = shared.call->facts().endpoint;
  report.in_group = true;
  report.verdict = error == nullptr ? upstream::Verdict::kSuccess : upstream::judge_error(*error);
  report.of_connection = error != nullptr && error->retry == Retry::kSafe;
  if (const auto after = shared.response.fields.find(http::HeaderId::kRetryAfter)) {
    const auto now = shared.worker.reactor.clock().wall_now();
    report.retry_after = upstream::parse_retry_after(*after, now);
  }
  if (error == nullptr && !shared.ended_well) report.verdict = upstream::Verdict::kSilent;
  count_health(shared.worker, state, state.finish(report));
}

// Whether the backend cannot have seen the request.
bool may_start_again(Shared& shared, const Error& error) {
  if (shared.scope.scope().requested() || shared.call == nullptr) return false;
  const bool stale = shared.call->facts().reused && (error.code == ErrorCode::kConnectionReset ||
                                                     error.code == ErrorCode::kEndOfStream);
  return stale || error.retry == Retry::kIfReused || error.retry == Retry::kSafe;
}

// At most two tries: a pooled connection may have been closed under the first, or its endpoint be
// out of reach.
async::Task<Result<void>> start(Shared& shared, upstream::BackendState& state) {
  TIDEGATE_CO_TRY_VOID(authorize(shared));
  TIDEGATE_CO_TRY_VOID(state.resolve(shared.scope.scope()));
  upstream::TryRequest wanted(shared.arena, shared.scope.scope());
  wanted.in_group = true;
  // Who reads it says how long it may be silent.
  wanted.timeouts.first_byte = wanted.timeouts.idle = std::chrono::hours(24);
  auto started = co_await try_once(shared, state, wanted);
  if (!started && may_start_again(shared, started.error())) {
    report(shared, state, &started.error());
    co_await shared.call->finish();
    wanted.reuse = upstream::Reuse::kFreshOnly;
    wanted.avoid = shared.arena.copy(shared.call->facts().endpoint);
    shared.call = nullptr;
    if (shared.body.rewind()) started = co_await try_once(shared, state, wanted);
  }
  shared.body.forget();
  co_return started;
}

// Takes the answer as it comes, as far as it is read; to its end where nobody looks at it.
async::Task<Result<void>> take_answer(Shared& shared) {
  while (true) {
    TIDEGATE_CO_TRY(piece, shared.call->body().next());
    if (!shared.is_released) shared.received.append(piece.bytes);
    shared.ended_well = piece.end == End::kYes;
    tell_arrival(shared);
    if (shared.ended_well) co_return Result<void>();
    while (shared.received.size() > kMostUnread && !shared.is_released) {
      [[maybe_unused]] const async::Outcome outcome = co_await shared.taken.wait();
    }
  }
}

async::Task<void> run(std::shared_ptr<Shared> shared) {
  const auto state = shared->worker.upstreams.find(shared->backend, *shared->snapshot);
  auto done = co_await start(*shared, *state);
  if (done) done = co_await take_answer(*shared);
  if (!done) shared->error.emplace(done.error());
  tell_arrival(*shared);
  // Until somebody has read the trailers.
  while (done && !shared->is_released) {
    [[maybe_unused]] const async::Outcome outcome = co_await shared->taken.wait();
  }
  if (shared->call != nullptr) {
    report(*shared, *state, shared->error ? &*shared->error : nullptr);
    co_await shared->call->finish();
  }
  shared->finished.request();
}

async::Task<void> end_in_time(std::shared_ptr<Shared> shared) {
  const auto outcome = co_await async::sleep_for(
      shared->worker.reactor, pipeline::CallStream::kCloseTime, &shared->finished);
  if (outcome == async::Outcome::kTimeout) shared->scope.scope().request();
}

class Stream final : public pipeline::CallStream {
 public:
  explicit Stream(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
  ~Stream() override {
    // A request that has ended may have its answer in peace.
    if (!shared_->body.ended()) shared_->scope.scope().request();
    if (!shared_->finished.requested() && !shared_->ended_well) {
      shared_->worker.background.spawn(end_in_time(shared_));
    }
    shared_->observer = nullptr;
    shared_->is_released = true;
    shared_->taken.set();
  }

  void write(std::string bytes) override { shared_->body.push(std::move(bytes)); }
  std::size_t waiting() const override { return shared_->body.waiting(); }
  void end() override { shared_->body.end(); }

  async::Task<Result<Piece>> read(async::CancelScope& cancel) override {
    Shared& shared = *shared_;
    const WakeWith wake(cancel, shared.arrived);
    while (!has_news(shared)) {
      if (cancel.requested()) co_return fail(ErrorCode::kCancelled, Origin::kInternal, "a stream");
      [[maybe_unused]] const async::Outcome outcome = co_await shared.arrived.wait();
    }
    if (shared.received.empty() && shared.error) co_return std::unexpected(*shared.error);
    given_ = std::exchange(shared.received, {});
    shared.taken.set();
    co_return Piece(given_, shared.ended_well ? End::kYes : End::kNo);
  }

  bool ready() const override { return has_news(*shared_); }
  void notify(async::Event* changed) override { shared_->observer = changed; }

  std::optional<std::string_view> trailer(std::string_view name) const override {
    const http::HeaderMap* trailers = shared_->call->body().trailers();
    if (trailers != nullptr) return trailers->find(name);
    return shared_->response.fields.find(name);
  }

 private:
  std::shared_ptr<Shared> shared_;
  std::string given_;
};

}  // namespace

std::unique_ptr<pipeline::CallStream> open_stream(const Flight& flight,
                                                  std::shared_ptr<const config::Backend> backend,
                                                  const pipeline::CallRequest& request) {
  auto shared = std::make_shared<Shared>(flight.worker, flight.snapshot, std::move(backend));
  fill_head(flight, request, *shared);
  flight.worker.background.spawn(run(shared));
  return std::make_unique<Stream>(std::move(shared));
}

}  // namespace tidegate::proxy
