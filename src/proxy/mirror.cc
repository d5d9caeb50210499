#include "proxy/mirror.h"

#include <memory>
#include <string>
#include <utility>

#include "async/cancel.h"
#include "credential/authorization.h"
#include "proxy/deadline.h"
#include "proxy/failover.h"
#include "proxy/provider_request.h"
#include "proxy/upstream_head.h"
#include "proxy/upstream_request.h"
#include "route/filters/mirror.h"
#include "stream/memory_body.h"

namespace tidegate::proxy {
namespace {

// A request of its own, since the exchange it was copied from may end first.
struct MirrorRequest {
  MirrorRequest(const http::RequestHead& from, std::string payload,
                std::shared_ptr<const config::Backend> b, std::shared_ptr<const Snapshot> s,
                std::string_view callers_token)
      : head(arena),
        body(std::move(payload)),
        backend(std::move(b)),
        snapshot(std::move(s)),
        subject(std::string(callers_token)) {
    head.method = arena.copy(from.method);
    head.scheme = arena.copy(from.scheme);
    head.authority = arena.copy(from.authority);
    head.target = arena.copy(from.target);
    head.body = from.body;
    for (const http::Field& field : from.fields.fields()) {
      head.fields.add(field.id, arena.copy(field.name), arena.copy(field.value));
    }
  }
  Arena arena;
  http::RequestHead head;
  stream::MemoryBody body;
  std::shared_ptr<const config::Backend> backend;
  std::shared_ptr<const Snapshot> snapshot;
  Secret subject;  // the caller's own token, for a backend that exchanges it
};

async::Task<void> read_to_end(upstream::Call& call) {
  while (true) {
    auto piece = co_await call.body().next();
    if (!piece || piece->end == stream::End::kYes) co_return;
  }
}

// Passes over one endpoint that cannot be reached, as for any request.
async::Task<void> send(std::unique_ptr<MirrorRequest> mirror, WorkerContext& worker) {
  ChildScope child(worker.stopping);
  async::CancelScope& scope = child.scope();
  const auto state = worker.upstreams.find(mirror->backend, *mirror->snapshot);
  [[maybe_unused]] auto resolved = co_await state->resolve(scope);
  const auto& credentials = mirror->backend->credentials;
  if (credentials != nullptr && credentials->are_injected()) {
    credential::Authorization authorization(worker.credentials, *mirror->backend, mirror->arena,
                                            mirror->subject.reveal());
    auto authorized = co_await authorization.apply(mirror->head, mirror->body, scope);
    if (!authorized) co_return;
  }
  upstream::TryRequest wanted(mirror->arena, scope);
  bool again = true;
  while (again) {
    auto call = state->make_call(wanted);
    if (!call) co_return;
    http::ResponseHead response(mirror->arena);
    auto sent = co_await (*call)->send(mirror->head, mirror->body, response);
    again = !sent && sent.error().retry == Retry::kSafe && wanted.avoid.empty() &&
            state->has_several_endpoints();
    if (again) wanted.avoid = mirror->arena.copy((*call)->facts().endpoint);
    if (sent) co_await read_to_end(**call);
    co_await (*call)->finish();
    // Only now: a call that ends cancels what still reads the body.
    if (again && !mirror->body.rewind()) co_return;
  }
}

void send_mirror(Flight& flight, const config::Mirror& mirror) {
  if (!route::should_mirror(mirror, flight.worker.random.next())) return;
  const auto* regions = flight.regions();
  const bool to_group = mirror.backend->group != nullptr;
  const auto backend = to_group ? member_for_copy(*mirror.backend->group, regions) : mirror.backend;
  if (backend == nullptr || !(to_group || region_allowed(regions, backend->region))) return;
  // A copy does not pass what guards its backend, so there is none.
  const PipelineSet* pipelines = flight.snapshot->pipelines();
  if (pipelines != nullptr &&
      (pipelines->find(*backend) != nullptr || pipelines->find(*mirror.backend) != nullptr)) {
    return;
  }
  http::RequestHead head(flight.exchange.arena);
  make_upstream_head(flight, *backend, nullptr, head);
  std::string payload(flight.body().whole().value_or(""));
  if (backend->ai) {
    auto made = make_provider_request(flight, *backend, nullptr, head);
    if (!made || made->estimate) return;  // a copy that its backend cannot take
    if (made->text) {
      payload = std::move(*made->text);
      head.body = http::BodyLength::known(payload.size());
    }
  }
  auto request = std::make_unique<MirrorRequest>(head, std::move(payload), backend, flight.snapshot,
                                                 find_bearer_token(flight.exchange.request));
  flight.worker.background.spawn(send(std::move(request), flight.worker));
}

}  // namespace

bool has_mirrors(const Flight& flight, const config::WeightedBackend& choice) {
  return !flight.filters().mirrors.empty() ||
         (choice.filters != nullptr && !choice.filters->mirrors.empty());
}

void send_mirrors(Flight& flight, const config::WeightedBackend& choice) {
  for (const config::Mirror& mirror : flight.filters().mirrors) send_mirror(flight, mirror);
  if (choice.filters == nullptr) return;
  for (const config::Mirror& mirror : choice.filters->mirrors) send_mirror(flight, mirror);
}

}  // namespace tidegate::proxy
