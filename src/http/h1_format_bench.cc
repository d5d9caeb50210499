// Cost of writing a request head of about 240 bytes, and of counting a chunked body that passes
// through.
#include <benchmark/benchmark.h>

#include <string>

#include "http/chunked.h"
#include "http/h1_format.h"

namespace tidegate::http {
namespace {

void format_request(benchmark::State& state) {
  Arena arena;
  RequestHead head(arena);
  head.method = "POST";
  head.target = "/v1/chat/completions";
  head.authority = "127.0.0.1:9000";
  head.body = BodyLength::known(667);
  head.fields.add("Host", "127.0.0.1:9000");
  head.fields.add("User-Agent", "bench-client/1.0");
  head.fields.add("Authorization", "Bearer sk-0123456789abcdef0123456789");
  head.fields.add("Content-Type", "application/json");
  head.fields.add("Accept", "application/json");
  head.fields.add("Content-Length", "667");
  for (auto _ : state) {
    Arena scratch;
    HeadBuffer out(scratch);
    benchmark::DoNotOptimize(format_request_head(head, H1Connection::kKeepAlive, out));
    benchmark::DoNotOptimize(out.view());
  }
}
BENCHMARK(format_request);

void measure_chunks(benchmark::State& state) {
  const std::string payload(static_cast<std::size_t>(state.range(0)), 'x');
  std::string body;
  for (int i = 0; i < 16; ++i) {
    body.append(format_chunk_prefix(payload.size()).view()).append(payload).append(kChunkEnd);
  }
  body.append(kLastChunk);
  for (auto _ : state) {
    Arena arena;
    ChunkedDecoder decoder(arena, Origin::kUpstream);
    benchmark::DoNotOptimize(decoder.measure(body));
  }
  state.SetItemsProcessed(state.iterations() * 16);
}
BENCHMARK(measure_chunks)->Arg(163)->Arg(16384);

}  // namespace
}  // namespace tidegate::http
