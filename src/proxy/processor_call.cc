#include "proxy/processor_call.h"

#include <utility>

#include "async/timed_scope.h"
#include "proxy/backend_call.h"
#include "proxy/dialogue_call.h"
#include "proxy/member_order.h"
#include "proxy/processor_stream.h"

namespace tidegate::proxy {

using pipeline::CallAnswer;
using pipeline::CallRequest;

namespace {

std::unexpected<Error> locked_out() {
  return fail(ErrorCode::kForbidden, Origin::kInternal,
              "what is called is not in the regions that the policy allows");
}

}  // namespace

// What the exchange is locked to holds for its copies too: of the listener before there is a rule.
const std::vector<std::string>* ProcessorCaller::regions() const {
  if (flight_.decision.rule != nullptr) return flight_.regions();
  if (flight_.port.router == nullptr) return nullptr;
  const auto listener = flight_.port.router->find_listener(flight_.exchange.request.authority);
  if (listener == route::Router::kNoListener) return nullptr;
  return flight_.port.http_listeners[listener]->regions.get();
}

async::Task<Result<CallAnswer>> ProcessorCaller::call(
    std::shared_ptr<const config::Backend> backend, CallRequest request,
    async::CancelScope& cancel) {
  if (backend == nullptr) {
    co_return fail(ErrorCode::kNoBackend, Origin::kInternal, "backendRef does not resolve");
  }
  if (cancel.requested()) co_return fail(ErrorCode::kCancelled, Origin::kInternal, "call");
  async::TimedScope time(flight_.exchange.reactor, cancel, request.timeout);
  auto answer = backend->group != nullptr
                    ? co_await ask_group(*backend->group, request, time.scope())
                    : co_await ask(backend, request, time.scope());
  co_await time.stop();
  if (!answer && time.passed()) {
    co_return fail(ErrorCode::kTimeout, Origin::kUpstream, backend->id + " did not answer in time");
  }
  co_return answer;
}

std::unique_ptr<pipeline::CallStream> ProcessorCaller::open(
    std::shared_ptr<const config::Backend> backend, CallRequest request) {
  const auto refuse = [](ErrorCode code, std::string why) {
    return std::make_unique<pipeline::RefusedStream>(
        Error(code, Origin::kInternal, std::move(why)));
  };
  if (backend == nullptr) return refuse(ErrorCode::kNoBackend, "backendRef does not resolve");
  if (backend->group != nullptr || backend->protocol != config::BackendProtocol::kHttp2) {
    return refuse(ErrorCode::kInvalidConfig, backend->id + " does not speak HTTP2 itself");
  }
  if (!region_allowed(regions(), backend->region)) {
    return std::make_unique<pipeline::RefusedStream>(locked_out().error());
  }
  return open_stream(flight_, std::move(backend), request);
}

Result<void> ProcessorCaller::may_talk(const config::Backend* backend) const {
  if (backend == nullptr) {
    return fail(ErrorCode::kNoBackend, Origin::kInternal, "backendRef does not resolve");
  }
  if (backend->protocol != config::BackendProtocol::kRedis &&
      backend->protocol != config::BackendProtocol::kPostgres) {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal, backend->id + " is no store");
  }
  if (!region_allowed(regions(), backend->region)) return locked_out();
  return {};
}

async::Task<Result<void>> ProcessorCaller::talk(std::shared_ptr<const config::Backend> backend,
                                                pipeline::Dialogue& dialogue,
                                                std::chrono::milliseconds timeout,
                                                async::CancelScope& cancel) {
  if (auto allowed = may_talk(backend.get()); !allowed) co_return allowed;
  DialogueCall call(flight_.worker, flight_.snapshot, std::move(backend), dialogue);
  co_return co_await call.run(timeout, cancel);
}

void ProcessorCaller::talk_aside(std::shared_ptr<const config::Backend> backend,
                                 std::unique_ptr<pipeline::Dialogue> dialogue,
                                 std::chrono::milliseconds timeout) {
  if (!may_talk(backend.get())) return;
  spawn_dialogue(flight_.worker, flight_.snapshot, std::move(backend), std::move(dialogue),
                 timeout);
}

async::Task<Result<CallAnswer>> ProcessorCaller::ask(
    const std::shared_ptr<const config::Backend>& to, const CallRequest& request,
    async::CancelScope& scope) {
  if (!region_allowed(regions(), to->region)) co_return locked_out();
  BackendCall call(flight_, to, request, scope);
  co_return co_await call.run();
}

async::Task<Result<CallAnswer>> ProcessorCaller::ask_group(const config::Group& group,
                                                           const CallRequest& request,
                                                           async::CancelScope& scope) {
  const MemberOrder::Request asked = {.model = {},
                                      .fields = flight_.exchange.request.fields,
                                      .regions = regions(),
                                      .pinned = {},
                                      .preferred = {}};
  MemberOrder order(group, asked);
  const LoadOf load_of = [this](const config::GroupMember& member) -> MemberLoad {
    const auto& its = flight_.worker.upstreams.find(member.backend, *flight_.snapshot);
    return {.available = its->available(),
            .active_requests = its->active_requests(),
            .latency = its->latency(),
            .price = 0};
  };
  Result<CallAnswer> last = fail(ErrorCode::kUnavailable, Origin::kUpstream, "no member is left");
  if (order.all_locked_out()) co_return locked_out();
  while (const auto* member = order.next(load_of, flight_.worker.random)) {
    BackendCall call(flight_, member->backend, request, scope);
    last = co_await call.run();
    if (last || scope.requested()) break;
  }
  co_return last;
}

}  // namespace tidegate::proxy
