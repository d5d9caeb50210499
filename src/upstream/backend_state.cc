#include "upstream/backend_state.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "upstream/h1_call.h"

namespace tidegate::upstream {

BackendState::BackendState(std::shared_ptr<const config::Backend> config,
                           const WorkerResources& worker)
    : worker_(worker) {
  update(std::move(config));
}

void BackendState::update(std::shared_ptr<const config::Backend> config) {
  config_ = std::move(config);
  if (const auto* endpoints = std::get_if<std::vector<config::Endpoint>>(&config_->destination)) {
    set_endpoints(*endpoints);
  }
}

void BackendState::set_endpoints(const std::vector<config::Endpoint>& endpoints) {
  std::vector<std::shared_ptr<H1Pool>> next;
  for (const auto& endpoint : endpoints) {
    auto address = io::Address::parse(endpoint.address, endpoint.port);
    if (!address) continue;  // refused by the compiler of resources, which said so
    const auto known = std::ranges::find_if(
        pools_, [&](const auto& pool) { return pool && pool->connector().address() == *address; });
    if (known != pools_.end()) {
      next.push_back(std::move(*known));
      continue;
    }
    const auto timeout =
        config_->connect_timeout.count() > 0 ? config_->connect_timeout : limits::kConnectTimeout;
    next.push_back(std::make_shared<H1Pool>(Connector(worker_.reactor, *address, nullptr, timeout),
                                            worker_.shared_buffer, config_->max_connections));
  }
  for (const auto& gone : pools_) {
    if (gone) gone->retire();
  }
  pools_ = std::move(next);
}

// Two at random, the one with less to do: close to the best choice at constant cost.
// Source: Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001.
const std::shared_ptr<H1Pool>& BackendState::choose(std::string_view avoid) {
  if (pools_.size() == 1) return pools_.front();
  const auto first = worker_.random.below(pools_.size());
  const auto other = (first + 1 + worker_.random.below(pools_.size() - 1)) % pools_.size();
  const auto& a = pools_[first];
  const auto& b = pools_[other];
  if (a->connector().name() == avoid) return b;
  if (b->connector().name() == avoid) return a;
  return a->in_use() <= b->in_use() ? a : b;
}

async::Task<Result<std::unique_ptr<Call>>> BackendState::make_call(TryRequest request) {
  if (pools_.empty()) {
    co_return fail(ErrorCode::kUnavailable, Origin::kUpstream, "no ready endpoint", Retry::kNever);
  }
  co_return std::make_unique<H1Call>(choose(request.avoid), request.reuse, request.timeouts,
                                     request.arena, request.scope);
}

void BackendState::close_idle(SteadyTime before) {
  for (const auto& pool : pools_) pool->close_idle(before);
}

}  // namespace tidegate::upstream
