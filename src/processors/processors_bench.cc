// What filters cost: a chat request of 1 KB, and each event of a stream of 64. Run
// `processors_bench` from the release preset.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "llm/request_facts.h"
#include "pipeline/run_fixture.h"
#include "processors/content_filter/content_filter.h"
#include "processors/personal_data/personal_data.h"
#include "processors/prompt_guard/prompt_guard.h"

namespace tidegate::processors {
namespace {

using pipeline::Phase;

constexpr int kEvents = 64;
constexpr const char* kPath = "/v1/chat/completions";

class BenchSubject final : public pipeline::Subject {
 public:
  BenchSubject(Arena& arena, std::string_view body)
      : request_(arena), response_(arena), message_(request_), body_(body) {
    request_.method = "POST";
    request_.target = kPath;
    message_.call = llm::Call{llm::Dialect::kOpenAi, llm::Operation::kChatCompletions};
    message_.payload = body_;
    facts_ = *llm::parse_request_facts(*message_.call, "application/json", body_, arena);
    message_.facts = &facts_;
  }
  void set_event(const pipeline::StreamEvent& event, std::string_view data) {
    message_.response = &response_;
    message_.event = &event;
    message_.payload = data;
  }

  const pipeline::Message& message() const override { return message_; }
  http::HeaderMap& fields() override { return request_.fields; }
  Result<void> check_payload(std::string_view) const override { return {}; }
  Result<void> replace_payload(std::string text) override {
    replaced_ = std::move(text);
    message_.payload = replaced_;
    return {};
  }
  Result<void> set_model(std::string_view) override { return {}; }
  void drop_event() override {}
  void insert_event(std::string_view) override {}
  bool can_answer() const override { return false; }

 private:
  http::RequestHead request_;
  http::ResponseHead response_;
  pipeline::Message message_;
  llm::RequestFacts facts_;
  std::string body_;
  std::string replaced_;
};

std::string make_request() {
  std::string text;
  while (text.size() < 900) {
    text += "The committee met on 12 March 2025 to discuss the 3 proposals that had been sent in. ";
  }
  return R"({"model":"m","stream":true,"messages":[{"role":"user","content":")" + text +
         R"( Mail ann@example.org."}]})";
}

std::string words_config() {
  std::string config =
      R"({"categories":[{"name":"words","request":"Redact","response":"Redact","words":[)";
  for (int i = 0; i < 1000; ++i) {
    if (i > 0) config += ',';
    config += "\"word" + std::to_string(i * 7919) + "\"";
  }
  return config + "]}]}";
}

enum class Which : std::uint8_t { kNothing, kGuard, kPersonalData, kContentFilter, kTwo, kAll };

struct Pipelines {
  std::unique_ptr<pipeline::Chain> chain;

  explicit Pipelines(Which which) {
    static const pipeline::Catalog kCatalog({content_filter::content_filter(),
                                             personal_data::personal_data(),
                                             prompt_guard::prompt_guard()});
    const auto has = [which](Which one) {
      return which == one || which == Which::kAll || (which == Which::kTwo && one != Which::kGuard);
    };
    auto made = std::make_shared<config::Pipeline>();
    const auto add = [&](std::string type, std::string config) {
      auto& spec = made->processors.emplace_back();
      spec.name = type;
      spec.phases = kCatalog.find(type)->type.phases;
      spec.type = std::move(type);
      spec.config = std::move(config);
    };
    if (has(Which::kGuard)) add("PromptGuard", "{}");
    if (has(Which::kContentFilter)) add("ContentFilter", words_config());
    if (has(Which::kPersonalData)) add("PersonalData", R"({"replies":{"action":"Redact"}})");
    compile(made, kCatalog);
  }

 private:
  void compile(const std::shared_ptr<config::Pipeline>& made, const pipeline::Catalog& catalog) {
    chain = std::make_unique<pipeline::Chain>(
        std::vector{pipeline::CompiledPipeline::compile(made, catalog)});
    if (!chain->broken().empty()) std::abort();
  }
};

void request(benchmark::State& state, Which which) {
  const Pipelines pipelines(which);
  tidegate::testing::Loop loop(tidegate::testing::PollerKind::kEpoll);
  async::CancelScope cancel;
  const auto body = make_request();
  for (auto _ : state) {
    Arena arena;
    BenchSubject subject(arena, body);
    pipeline::ExchangeRun exchange(arena, loop.reactor, cancel);
    pipeline::ScopeRun run(*pipelines.chain, pipeline::Scope::kRoute, exchange);
    benchmark::DoNotOptimize(run.start(Phase::kRequestBody, subject));
  }
}
BENCHMARK_CAPTURE(request, nothing, Which::kNothing);
BENCHMARK_CAPTURE(request, prompt_guard, Which::kGuard);
BENCHMARK_CAPTURE(request, personal_data, Which::kPersonalData);
BENCHMARK_CAPTURE(request, content_filter, Which::kContentFilter);
BENCHMARK_CAPTURE(request, personal_data_and_filter, Which::kTwo);
BENCHMARK_CAPTURE(request, all_three, Which::kAll);

// The three, each of which lists the texts for itself: in a scope of its own.
void request_apart(benchmark::State& state) {
  const Pipelines all[] = {Pipelines(Which::kGuard), Pipelines(Which::kContentFilter),
                           Pipelines(Which::kPersonalData)};
  tidegate::testing::Loop loop(tidegate::testing::PollerKind::kEpoll);
  async::CancelScope cancel;
  const auto body = make_request();
  for (auto _ : state) {
    Arena arena;
    BenchSubject subject(arena, body);
    pipeline::ExchangeRun exchange(arena, loop.reactor, cancel);
    for (const Pipelines& one : all) {
      pipeline::ScopeRun run(*one.chain, pipeline::Scope::kRoute, exchange);
      benchmark::DoNotOptimize(run.start(Phase::kRequestBody, subject));
    }
  }
}
BENCHMARK(request_apart);

// Time is of one event.
void stream(benchmark::State& state, Which which) {
  const Pipelines pipelines(which);
  tidegate::testing::Loop loop(tidegate::testing::PollerKind::kEpoll);
  async::CancelScope cancel;
  constexpr std::string_view kWords[] = {" the",      " second", " one", ",",
                                         " although", " cheap",  "er"};
  std::vector<std::string> events;
  for (std::size_t i = 0; i < kEvents; ++i) {
    events.push_back(
        R"({"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m",)"
        R"("choices":[{"index":0,"delta":{"content":")" +
        std::string(kWords[i % std::size(kWords)]) + R"("},"finish_reason":null}]})");
  }
  while (state.KeepRunningBatch(kEvents)) {
    Arena arena;
    BenchSubject subject(arena, R"({"model":"m","messages":[]})");
    pipeline::ExchangeRun exchange(arena, loop.reactor, cancel);
    pipeline::ScopeRun run(*pipelines.chain, pipeline::Scope::kRoute, exchange);
    pipeline::StreamEvent event;
    for (const auto& data : events) {
      subject.set_event(event, data);
      benchmark::DoNotOptimize(run.start(Phase::kStreamChunk, subject));
      ++event.index;
    }
  }
}
BENCHMARK_CAPTURE(stream, nothing, Which::kNothing);
BENCHMARK_CAPTURE(stream, personal_data, Which::kPersonalData);
BENCHMARK_CAPTURE(stream, content_filter, Which::kContentFilter);
BENCHMARK_CAPTURE(stream, personal_data_and_filter, Which::kTwo);

}  // namespace
}  // namespace tidegate::processors
