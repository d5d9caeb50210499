// Compile times of one Gateway with many HTTPRoutes, each on a host of its own with a Service of
// its own: the whole set afresh, and the set after one object changed.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "gatewayapi/fixture/cluster.h"

namespace tidegate::gatewayapi {
namespace {

using namespace fixture;

resource::HttpRoute make_route(int i, std::string path) {
  return http_route(fmt::format("apps/route-{:05}", i), {parent("infra/gw")},
                    {rule(std::move(path), {to(service_ref(fmt::format("service-{:05}", i)))})},
                    {fmt::format("host-{:05}.example.com", i)});
}

Cluster make_cluster(int routes) {
  Cluster cluster;
  cluster.add(gateway("infra/gw", {open_listener("http", "HTTP", 80)}));
  for (int i = 0; i < routes; ++i) {
    const std::string name = fmt::format("apps/service-{:05}", i);
    cluster.set.services.push_back(std::make_shared<const resource::Service>(service(name)));
    cluster.set.endpoint_slices.push_back(std::make_shared<const resource::EndpointSlice>(
        slice(name, {"10.0.0.1", "10.0.0.2"}, 3000)));
    cluster.set.http_routes.push_back(
        std::make_shared<const resource::HttpRoute>(make_route(i, "/v1")));
  }
  return cluster;
}

void BM_CompileAfresh(benchmark::State& state) {
  const Cluster cluster = make_cluster(static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(compile(cluster.set, cluster.options, nullptr));
}

// Runs `change` on the set, then compiles with the result before.
template <class Change>
void compile_changes(benchmark::State& state, Change change) {
  Cluster cluster = make_cluster(static_cast<int>(state.range(0)));
  Compilation last = compile(cluster.set, cluster.options, nullptr);
  int turn = 0;
  for (auto _ : state) {
    state.PauseTiming();
    change(cluster.set, ++turn);
    state.ResumeTiming();
    last = compile(cluster.set, cluster.options, &last);
  }
}

void BM_CompileOneRouteChanged(benchmark::State& state) {
  compile_changes(state, [](resource::ResourceSet& set, int turn) {
    const std::size_t at = static_cast<std::size_t>(turn * 7919) % set.http_routes.size();
    set.http_routes[at] = std::make_shared<const resource::HttpRoute>(
        make_route(static_cast<int>(at), fmt::format("/v{}", turn)));
  });
}

void BM_CompileOneEndpointChanged(benchmark::State& state) {
  compile_changes(state, [](resource::ResourceSet& set, int turn) {
    const std::size_t at = static_cast<std::size_t>(turn * 7919) % set.endpoint_slices.size();
    set.endpoint_slices[at] = std::make_shared<const resource::EndpointSlice>(
        slice(fmt::format("apps/service-{:05}", at), {fmt::format("10.0.1.{}", turn % 250)}, 3000));
  });
}

void BM_CompileOneListenerAdded(benchmark::State& state) {
  compile_changes(state, [](resource::ResourceSet& set, int turn) {
    set.gateways[0] = std::make_shared<const resource::Gateway>(gateway(
        "infra/gw", {open_listener("http", "HTTP", 80),
                     open_listener("more", "HTTP", static_cast<std::uint16_t>(8000 + turn % 2))}));
  });
}

BENCHMARK(BM_CompileAfresh)->Arg(50)->Arg(5000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_CompileOneRouteChanged)->Arg(50)->Arg(5000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_CompileOneEndpointChanged)->Arg(5000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_CompileOneListenerAdded)->Arg(5000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tidegate::gatewayapi
