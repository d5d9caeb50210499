#include "proxy/mirror.h"

#include <memory>
#include <string>
#include <utility>

#include "proxy/deadline.h"
#include "route/filters/mirror.h"
#include "stream/memory_body.h"

namespace tidegate::proxy {
namespace {

// A request of its own, since the exchange it was copied from may end first.
struct MirrorRequest {
  MirrorRequest(const http::RequestHead& from, std::string_view payload,
                std::shared_ptr<const config::Backend> b, std::shared_ptr<const Snapshot> s)
      : head(arena), body(std::string(payload)), backend(std::move(b)), snapshot(std::move(s)) {
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
};

async::Task<void> send(std::unique_ptr<MirrorRequest> mirror, WorkerContext& worker) {
  ChildScope child(worker.stopping);
  async::CancelScope& scope = child.scope();
  const auto state = worker.upstreams.find(mirror->backend, *mirror->snapshot);
  const upstream::TryRequest wanted(mirror->arena, scope);
  [[maybe_unused]] auto resolved = co_await state->resolve(scope);
  auto call = state->make_call(wanted);
  if (!call) co_return;
  http::ResponseHead response(mirror->arena);
  auto sent = co_await (*call)->send(mirror->head, mirror->body, response);
  while (sent) {
    auto piece = co_await (*call)->body().next();
    if (!piece || piece->end == stream::End::kYes) break;
  }
  co_await (*call)->finish();
}

}  // namespace

void send_mirrors(Flight& flight, const http::RequestHead& head) {
  for (const config::Mirror& mirror : flight.filters().mirrors) {
    if (!route::should_mirror(mirror, flight.worker.random.next())) continue;
    const auto payload = flight.body().whole().value_or("");
    auto request = std::make_unique<MirrorRequest>(head, payload, mirror.backend, flight.snapshot);
    flight.worker.background.spawn(send(std::move(request), flight.worker));
  }
}

}  // namespace tidegate::proxy
