// Lookup with 50 and with 5,000 routes must cost the same; a reload with one changed route must be
// cheap. Run: build/release/src/route/route_bench
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "route/route_fixture.h"

namespace tidegate::route {
namespace {

using Routes = std::vector<std::shared_ptr<const config::HttpRoute>>;

std::string host_of(std::size_t i) { return "host" + std::to_string(i) + ".example.com"; }

Routes on_distinct_hosts(std::size_t count) {
  Routes routes;
  for (std::size_t i = 0; i < count; ++i) {
    routes.push_back(route({host_of(i)}, {rule("r" + std::to_string(i), {prefix("/v1")})}));
  }
  return routes;
}

Routes on_distinct_paths(std::size_t count) {
  Routes routes;
  for (std::size_t i = 0; i < count; ++i) {
    routes.push_back(
        route({"example.com"}, {rule("r", {prefix("/service/" + std::to_string(i))})}));
  }
  return routes;
}

Routes on_distinct_models(std::size_t count) {
  Routes routes;
  for (std::size_t i = 0; i < count; ++i) {
    routes.push_back(route({"example.com"},
                           {rule("r", {with_model(prefix("/v1"), "model-" + std::to_string(i))})}));
  }
  return routes;
}

void BM_DistinctHosts(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const TestRouter router({listener("", on_distinct_hosts(count))});
  const std::string host = host_of(count / 2);
  const TestRequest request(host, "/v1/chat/completions", "POST");
  for (auto _ : state)
    benchmark::DoNotOptimize(router.router().find(request.head(), ModelName::absent()));
}
BENCHMARK(BM_DistinctHosts)->Arg(50)->Arg(5000);

void BM_DistinctPaths(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const TestRouter router({listener("", on_distinct_paths(count))});
  const std::string path = "/service/" + std::to_string(count / 2) + "/item/7?x=1";
  const TestRequest request("example.com", path);
  for (auto _ : state)
    benchmark::DoNotOptimize(router.router().find(request.head(), ModelName::absent()));
}
BENCHMARK(BM_DistinctPaths)->Arg(50)->Arg(5000);

void BM_DistinctModels(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const TestRouter router({listener("", on_distinct_models(count))});
  const std::string model = "model-" + std::to_string(count / 2);
  const TestRequest request("example.com", "/v1/chat/completions", "POST");
  for (auto _ : state) {
    benchmark::DoNotOptimize(router.router().find(request.head(), ModelName::known(model)));
  }
}
BENCHMARK(BM_DistinctModels)->Arg(50)->Arg(5000);

void BM_ModelStillUnknown(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const TestRouter router({listener("", on_distinct_models(count))});
  const TestRequest request("example.com", "/v1/chat/completions", "POST");
  for (auto _ : state)
    benchmark::DoNotOptimize(router.router().find(request.head(), ModelName::unknown()));
}
BENCHMARK(BM_ModelStillUnknown)->Arg(50)->Arg(5000);

// One of 5,000 routes changed: what a reload costs with the old router still in use.
void BM_Reload(benchmark::State& state) {
  RouteCache cache;
  config::Listener one = listener("", on_distinct_hosts(5000));
  const std::vector<const config::Listener*> listeners = {&one};
  cache.begin();
  auto current = std::make_unique<Router>(listeners, cache);
  for (auto _ : state) {
    one.http_routes.replace(77, route({host_of(77)}, {rule("changed", {prefix("/v1")})}));
    cache.begin();
    auto next = std::make_unique<Router>(listeners, cache);
    cache.drop_unused();
    current = std::move(next);
  }
}
BENCHMARK(BM_Reload)->Unit(benchmark::kMillisecond);

// Not a timing: heap bytes per route, configuration apart.
void BM_Memory(benchmark::State& state) {
  const config::Listener one = listener("", on_distinct_hosts(5000));
  const std::vector<const config::Listener*> listeners = {&one};
  for (auto _ : state) {
    const auto before = mallinfo2().uordblks;
    RouteCache cache;
    const Router router(listeners, cache);
    const auto after = mallinfo2().uordblks;
    state.counters["bytes_per_route"] = static_cast<double>(after - before) / 5000;
    state.counters["table_bytes_per_route"] = static_cast<double>(router.bytes()) / 5000;
  }
}
BENCHMARK(BM_Memory)->Iterations(1);

}  // namespace
}  // namespace tidegate::route
