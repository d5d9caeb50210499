// One exchange through one processor that asks a backend, for tests: the test answers for it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/scope_run.h"
#include "pipeline/scripted_caller.h"
#include "processors/outcome_text.h"
#include "support/pollers.h"

namespace tidegate::processors {

class CallFixture : public pipeline::Subject {
 public:
  CallFixture(pipeline::BuiltinProcessor type, const std::string& config, std::string path,
              std::vector<config::NamedBackend> backends = {})
      : catalog_({std::move(type)}),
        path_(std::move(path)),
        request_(arena_),
        response_(arena_),
        message_(request_) {
    request_.method = "POST";
    request_.target = path_;
    request_.fields.add("x-request-id", "r-1");
    request_.fields.add("x-user", "ann");
    message_.call = llm::find_operation(request_.method, request_.path());
    message_.model = "m";
    auto& pipeline = config_;
    pipeline->id = "ns/p";
    pipeline->backends = std::move(backends);
    auto& spec = pipeline->processors.emplace_back();
    spec.name = "guard";
    spec.type = catalog_.types().types.front().name;
    spec.phases = pipeline::PhaseSet::all();
    spec.config = config;
    spec.context = {{"policy", "strict"}};
    compiled_ = pipeline::CompiledPipeline::compile(pipeline, catalog_);
    chain_.emplace(std::vector{compiled_});
    EXPECT_EQ(chain_->broken(), "");
    run_.emplace(*chain_, pipeline::Scope::kRoute, exchange_);
  }

  // What it asks.
  void set_backend(std::shared_ptr<const config::Backend> backend) {
    config_->processors[0].backend = std::move(backend);
  }
  // The payload after a phase, or "!STATUS code: message".
  std::string request(std::string body) {
    if (message_.call) message_.facts = &facts_;
    return run(pipeline::Phase::kRequestBody, std::move(body));
  }
  std::string reply(std::string body) {
    message_.response = &response_;
    return run(pipeline::Phase::kResponseBody, std::move(body));
  }
  std::string piece(const std::string& text) {
    return event(R"({"choices":[{"index":0,"delta":{"content":")" + text + R"("}}]})");
  }
  std::string event(std::string data) {
    message_.response = &response_;
    const pipeline::StreamEvent told{.type = {}, .index = 0, .end = false};
    message_.event = &told;
    return run(pipeline::Phase::kStreamChunk, std::move(data));
  }
  std::string end() {
    const pipeline::StreamEvent told{.type = {}, .index = 0, .end = true};
    message_.event = &told;
    return run(pipeline::Phase::kStreamChunk, {});
  }
  const std::string& asked() const { return caller.sent.back().body; }
  const pipeline::ProcessorFactory& factory() const { return *compiled_->processors[0].factory; }

  const pipeline::Message& message() const override { return message_; }
  http::HeaderMap& fields() override { return request_.fields; }
  Result<void> check_payload(std::string_view) const override { return {}; }
  Result<void> replace_payload(std::string text) override {
    payload_ = std::move(text);
    message_.payload = payload_;
    return {};
  }
  Result<void> set_model(std::string_view) override { return {}; }
  void drop_event() override {}
  void insert_event(std::string_view) override {}
  bool can_answer() const override { return true; }

 protected:
  std::string run(pipeline::Phase phase, std::string payload) {
    payload_ = std::move(payload);
    message_.payload = payload_;
    return run(phase);
  }
  std::string run(pipeline::Phase phase) {
    loop_.group.spawn(go(*this, phase));
    loop_.run_until_idle();
    return text_of(run_->outcome(), payload_);
  }
  bool has(pipeline::Phase phase) const { return chain_->has(phase); }
  Arena& arena() { return arena_; }

 private:
  static async::Task<void> go(CallFixture& self, pipeline::Phase phase) {
    if (!self.run_->start(phase, self)) co_await self.run_->finish();
  }

  testing::Loop loop_{testing::PollerKind::kEpoll};
  std::shared_ptr<config::Pipeline> config_ = std::make_shared<config::Pipeline>();
  async::CancelScope cancel_;
  Arena arena_;
  pipeline::Catalog catalog_;

 protected:
  std::string path_;
  http::RequestHead request_;
  http::ResponseHead response_;
  pipeline::Message message_;
  llm::RequestFacts facts_;
  std::string payload_;

 public:
  pipeline::ScriptedCaller caller{loop_.reactor, arena_};

 private:
  pipeline::ExchangeRun exchange_{arena_, loop_.reactor, cancel_, caller};
  std::shared_ptr<const pipeline::CompiledPipeline> compiled_;
  std::optional<pipeline::Chain> chain_;
  std::optional<pipeline::ScopeRun> run_;
};

}  // namespace tidegate::processors
