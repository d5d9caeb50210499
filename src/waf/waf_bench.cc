// Cost of looking through requests: run `waf_bench` from the release preset.
#include <benchmark/benchmark.h>

#include <string>

#include "guard/rule_file.h"
#include "waf/body.h"
#include "waf/engine.h"

namespace tidegate::waf {
namespace {

const Engine& engine() {
  static const auto made = Engine::make({*guard::builtin_web_rules()}, {});
  return *made;
}

void head(benchmark::State& state) {
  for (auto _ : state) {
    Arena arena;
    http::RequestHead request(arena);
    request.method = "GET";
    request.target = "/shop/items/42?color=blue&size=XL&q=summer+dress&page=3&sort=price";
    request.fields.add("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0");
    request.fields.add("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");
    request.fields.add("Cookie", "session=5f2b8c1e9d; theme=dark; lang=en-GB");
    Parts parts;
    read_head(request, arena, parts);
    std::vector<guard::Hit> hits;
    benchmark::DoNotOptimize(engine().look(parts, hits));
  }
}
BENCHMARK(head);

void json_body(benchmark::State& state) {
  std::string body = R"({"items":[)";
  while (body.size() < static_cast<std::size_t>(state.range(0))) {
    body += R"({"name":"A long winter coat","note":"It's warm, and (mostly) dry.","price":"42"},)";
  }
  body.back() = ']';
  body += '}';
  for (auto _ : state) {
    Arena arena;
    http::RequestHead request(arena);
    request.method = "POST";
    request.fields.add("Content-Type", "application/json");
    Parts parts;
    read_body(request, body, arena, parts);
    std::vector<guard::Hit> hits;
    benchmark::DoNotOptimize(engine().look(parts, hits));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}
BENCHMARK(json_body)->Arg(2048)->Arg(65536);

}  // namespace
}  // namespace tidegate::waf
