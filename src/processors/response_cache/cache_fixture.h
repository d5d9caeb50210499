// A cache in a pipeline of its own, and exchanges that pass it: what each gets, and what a backend
// would have been asked.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "llm/request_facts.h"
#include "pipeline/scope_run.h"
#include "pipeline/scripted_caller.h"
#include "processors/response_cache/fake_redis.h"
#include "processors/response_cache/response_cache.h"
#include "support/pollers.h"

namespace tidegate::processors::response_cache {

inline constexpr const char* kChat = "/v1/chat/completions";

inline std::string chat(std::string_view text, std::string_view more = "") {
  return R"({"model":"m","messages":[{"role":"user","content":")" + std::string(text) + "\"}]" +
         std::string(more) + "}";
}
inline std::string chat_reply(std::string_view text, std::string_view finish = "stop") {
  return R"({"id":"c1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,)"
         R"("message":{"role":"assistant","content":")" +
         std::string(text) + R"("},"finish_reason":")" + std::string(finish) +
         R"("}],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}})";
}
inline std::string chat_chunk(std::string_view text, std::string_view finish = "") {
  return R"({"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,)"
         R"("delta":{"content":")" +
         std::string(text) + R"("},"finish_reason":)" +
         (finish.empty() ? std::string("null") : "\"" + std::string(finish) + "\"") + "}]}";
}

struct CacheWorld {
  explicit CacheWorld(const std::string& config = "{}", FakeRedis* shared = nullptr)
      : redis(shared) {
    pipeline->id = "ns/p";
    auto& spec = pipeline->processors.emplace_back();
    spec.name = "cache";
    spec.type = "ResponseCache";
    spec.phases = pipeline::PhaseSet::all();
    spec.config = config;
    chain.emplace(std::vector{pipeline::CompiledPipeline::compile(pipeline, catalog)});
    EXPECT_EQ(chain->broken(), "");
  }
  // Makes turns of the loop until nothing is ready.
  void settle() {
    for (int i = 0; i < 4; ++i) loop.turn(0);
  }

  FakeRedis* redis;  // null: it says nothing
  testing::Loop loop{testing::PollerKind::kEpoll};
  pipeline::Catalog catalog{{response_cache()}};
  std::shared_ptr<config::Pipeline> pipeline = std::make_shared<config::Pipeline>();
  std::optional<pipeline::Chain> chain;
};

class Exchange final : public pipeline::Subject {
 public:
  Exchange(CacheWorld& world, std::string body, std::string path = kChat)
      : world_(world), path_(std::move(path)), body_(std::move(body)) {
    request.method = "POST";
    request.target = path_;
    request.fields.add("authorization", "Bearer one");
    seen.call = llm::find_operation(request.method, request.path());
    seen.route = "HTTPRoute/ns/r";
    body_.reserve(body_.size() + 64);
    auto facts = llm::parse_request_facts(*seen.call, "application/json", body_, arena_,
                                          llm::read_path_facts(*seen.call, path_, arena_));
    EXPECT_TRUE(facts);
    if (world.redis != nullptr) {
      caller_.store = [redis = world.redis](std::string_view said) { return redis->answer(said); };
    }
    facts_ = *facts;
    seen.facts = &facts_;
    seen.model = facts_.model;
    seen.stream = facts_.stream;
    seen.payload = body_;
  }
  ~Exchange() override { leave(); }
  Exchange& with(std::string_view name, std::string_view value) {
    request.fields.set(name, value);
    return *this;
  }

  // The request phase, as far as it goes without waiting for somebody else.
  Exchange& ask() {
    tasks_.spawn(run(*this, pipeline::Phase::kRequestBody));
    if (waits()) world_.settle();
    return *this;
  }
  bool waits() const { return tasks_.size() != 0; }
  // The client goes.
  void leave() {
    cancel_.request();
    world_.settle();
    EXPECT_FALSE(waits());
    abandon();
  }
  // The exchange is over, and the loop has not turned since.
  void abandon() { run_.reset(); }

  // "go" to the backend, "504 code", or how the cache answers and with what.
  std::string outcome() const {
    if (waits()) return "waits";
    const pipeline::Outcome& now = run_->outcome();
    switch (now.kind) {
      case pipeline::Outcome::Kind::kAnswer:
        return detail() + ": " + std::string(now.reply.kept->body);
      case pipeline::Outcome::Kind::kReject:
        return std::to_string(now.refusal.status) + " " + std::string(now.refusal.code);
      case pipeline::Outcome::Kind::kContinue:
      case pipeline::Outcome::Kind::kReroute:
        break;
    }
    return "go";
  }
  const pipeline::Reply& reply() const { return run_->outcome().reply; }
  std::string detail() const { return std::string(exchange_.records.back().detail); }

  // The backend answers with a document. Returns what became of it.
  std::string answer(const std::string& document, std::uint16_t status = 200) {
    begin(status);
    seen.payload = document;
    phase(pipeline::Phase::kResponseBody);
    return detail();
  }
  // The backend answers with a stream of these data.
  std::string stream(const std::vector<std::string>& events) {
    begin(200);
    for (const std::string& data : events) pass(data);
    return end();
  }
  void begin(std::uint16_t status) {
    response_.status = status;
    seen.response = &response_;
    seen.event = &event_;
    phase(pipeline::Phase::kResponseHeaders);
  }
  void pass(std::string_view data) {
    seen.payload = data;
    phase(pipeline::Phase::kStreamChunk);
    ++event_.index;
  }
  // An event that the cache does not get to see.
  void skip_event() { ++event_.index; }
  std::string end() {
    seen.payload = {};
    event_.end = true;
    phase(pipeline::Phase::kStreamChunk);
    return detail();
  }
  std::string field(std::string_view name) const {
    return std::string(response_.fields.find(name).value_or(""));
  }

  const pipeline::Message& message() const override { return seen; }
  http::HeaderMap& fields() override {
    return seen.response != nullptr ? response_.fields : request.fields;
  }
  Result<void> check_payload(std::string_view) const override { return {}; }
  Result<void> replace_payload(std::string) override { return {}; }
  Result<void> set_model(std::string_view) override { return {}; }
  void drop_event() override {}
  void insert_event(std::string_view) override {}
  bool can_answer() const override { return true; }

 private:
  static async::Task<void> run(Exchange& self, pipeline::Phase phase) {
    if (self.run_->start(phase, self)) co_return;
    co_await self.run_->finish();
  }
  void phase(pipeline::Phase phase) {
    tasks_.spawn(run(*this, phase));
    EXPECT_FALSE(waits());
  }

  CacheWorld& world_;
  Arena arena_;
  const std::string path_;
  std::string body_;

 public:
  http::RequestHead request{arena_};
  pipeline::Message seen{request};

 private:
  http::ResponseHead response_{arena_};
  llm::RequestFacts facts_;
  pipeline::StreamEvent event_;
  async::CancelScope cancel_;
  async::TaskGroup tasks_{world_.loop.reactor};
  pipeline::ScriptedCaller caller_{world_.loop.reactor, arena_};
  pipeline::ExchangeRun exchange_{arena_, world_.loop.reactor, cancel_, caller_};
  std::unique_ptr<pipeline::ScopeRun> run_ =
      std::make_unique<pipeline::ScopeRun>(*world_.chain, pipeline::Scope::kRoute, exchange_);
};

}  // namespace tidegate::processors::response_cache
