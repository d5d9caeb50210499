// Cost of a request head of about 240 bytes: search for its end, parse of the copy, both.
#include <benchmark/benchmark.h>

#include "http/h1_parse.h"

namespace tidegate::http {
namespace {

constexpr std::string_view kHead =
    "POST /v1/chat/completions HTTP/1.1\r\n"
    "Host: 127.0.0.1:9000\r\n"
    "User-Agent: bench-client/1.0\r\n"
    "Authorization: Bearer sk-0123456789abcdef0123456789\r\n"
    "Content-Type: application/json\r\n"
    "Accept: application/json\r\n"
    "Content-Length: 667\r\n"
    "\r\n";

void find_end(benchmark::State& state) {
  for (auto _ : state) {
    std::size_t scanned = 0;
    benchmark::DoNotOptimize(find_head_end(kHead, scanned));
  }
}
BENCHMARK(find_end);

void parse_request(benchmark::State& state) {
  for (auto _ : state) {
    Arena arena;
    RequestHead head(arena);
    benchmark::DoNotOptimize(parse_request_head(kHead, {}, head));
    benchmark::DoNotOptimize(head.body);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kHead.size()));
}
BENCHMARK(parse_request);

void parse_response(benchmark::State& state) {
  constexpr std::string_view kResponse =
      "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nServer: mock\r\n"
      "Content-Type: application/json\r\nx-request-id: req_0123456789\r\nContent-Length: "
      "601\r\n\r\n";
  for (auto _ : state) {
    Arena arena;
    ResponseHead head(arena);
    benchmark::DoNotOptimize(parse_response_head(kResponse, {}, "POST", head));
  }
}
BENCHMARK(parse_response);

}  // namespace
}  // namespace tidegate::http
