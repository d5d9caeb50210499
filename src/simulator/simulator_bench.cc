// What one simulated reply costs: run `simulator_bench` from the release preset.
#include <benchmark/benchmark.h>

#include <string>

#include "simulator/play.h"

namespace tidegate::simulator {
namespace {

constexpr std::string_view kRequest =
    R"({"model":"gpt-4o-mini","messages":[{"role":"system","content":"You are a terse assistant."},)"
    R"({"role":"user","content":"Explain in one paragraph why tides come twice a day, and say what )"
    R"(the moon and the sun have to do with it. Use plain words, no formulas, and no lists. Then add )"
    R"(one sentence on spring tides and one on neap tides, and stop there without a summary."}],)"
    R"("temperature":0.7,"top_p":1,"max_tokens":128,"user":"bench-user-0001")";

void run(benchmark::State& state, std::string_view more) {
  Simulator simulator{config::SimulatorSettings()};
  const auto body = std::string(kRequest) + std::string(more) + "}";
  Random random(1);
  for (auto _ : state) {
    Arena arena;
    http::RequestHead head(arena);
    head.method = "POST";
    head.target = "/v1/chat/completions";
    head.fields.add("content-type", "application/json");
    auto reply = simulator.respond(head, body, WallTime(), random);
    while (reply.next().action == Piece::Action::kSend) {
    }
  }
}
BENCHMARK_CAPTURE(run, chat_whole, "");
BENCHMARK_CAPTURE(run, chat_stream, R"(,"stream":true)");

}  // namespace
}  // namespace tidegate::simulator
