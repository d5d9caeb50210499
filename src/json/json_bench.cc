// Micro costs of src/json: run `json_bench` from the release preset.
#include <benchmark/benchmark.h>

#include <array>
#include <string>

#include "json/edit.h"
#include "json/member_scanner.h"
#include "json/scan.h"

namespace tidegate::json {
namespace {

constexpr Selection kRequest{
    "model", "stream",     "stream_options",       "stream_options.include_usage",
    "n",     "max_tokens", "max_completion_tokens"};
constexpr Selection kReply{"usage", "model", "error"};

// A chat request of about `size` bytes with prose, escapes and the usual members.
std::string make_request(std::size_t size) {
  std::string text = R"({"model":"gpt-4o-mini","messages":[{"role":"system","content":")";
  text += R"(You are a terse assistant.\nAnswer in one sentence."},{"role":"user","content":")";
  while (text.size() + 130 < size) text += R"(Explain why the sky is blue, in \"plain\" words.\n)";
  text +=
      R"("}],"temperature":0.7,"top_p":1,"max_tokens":128,"stream":false,"user":"bench-user-0001"})";
  return text;
}

void scan_request(benchmark::State& state) {
  const auto text = make_request(static_cast<std::size_t>(state.range(0)));
  std::array<Member, 7> members;
  for (auto _ : state) {
    benchmark::DoNotOptimize(scan_object(text, kRequest, members, Origin::kDownstream));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(scan_request)->Arg(667)->Arg(17'000)->Arg(107'000);

void member_scanner(benchmark::State& state) {
  const auto text = make_request(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    MemberScanner scanner(kReply, 4096);
    scanner.feed(text);
    benchmark::DoNotOptimize(scanner.find(1));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(member_scanner)->Arg(667)->Arg(17'000)->Arg(107'000);

void splice_member(benchmark::State& state) {
  const auto text = make_request(667);
  std::array<Member, 7> members;
  const auto object = scan_object(text, kRequest, members, Origin::kDownstream).value();
  Arena arena;
  for (auto _ : state) {
    Edit edit(text);
    edit.replace(members[0].value, "\"upstream-name\"");
    append_member(edit, text, object, R"("stream_options":{"include_usage":true})", arena);
    benchmark::DoNotOptimize(edit.pieces());
    arena.clear();
  }
}
BENCHMARK(splice_member);

}  // namespace
}  // namespace tidegate::json
