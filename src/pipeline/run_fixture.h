// A chain of scripted processors over a message in memory, for tests and benchmarks.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "json/scan.h"
#include "pipeline/scope_run.h"
#include "pipeline/scripted_processor.h"
#include "support/pollers.h"

namespace tidegate::pipeline {

// A chat request and, in response phases, its answer.
class MemorySubject final : public Subject {
 public:
  explicit MemorySubject(Arena& arena) : request_(arena), response_(arena), message_(request_) {
    request_.method = "POST";
    request_.target = "/v1/chat/completions";
    message_.call = llm::Call{};
    message_.model = "gpt-4o";
  }
  const Message& message() const override { return message_; }
  http::HeaderMap& fields() override {
    return message_.response != nullptr ? response_.fields : request_.fields;
  }
  Result<void> check_payload(std::string_view text) const override {
    if (auto valid = json::validate(text, Origin::kInternal); !valid) {
      return std::unexpected(valid.error());
    }
    return {};
  }
  Result<void> replace_payload(std::string text) override {
    if (auto fits = check_payload(text); !fits) return fits;
    set_payload(std::move(text));
    return {};
  }
  Result<void> set_model(std::string_view model) override {
    message_.model = model;
    return {};
  }
  void drop_event() override { dropped = true; }
  void insert_event(std::string_view raw) override { inserted += raw; }
  bool can_answer() const override { return !begun; }

  void set_payload(std::string text) {
    payload_ = std::move(text);
    message_.payload = payload_;
  }
  void respond() { message_.response = &response_; }

  bool dropped = false;
  std::string inserted;
  bool begun = false;

 private:
  http::RequestHead request_;
  http::ResponseHead response_;
  Message message_;
  std::string payload_;
};

// What chains are made of; everything in it may be changed before run().
struct RunFixture {
  config::ProcessorSpec& add(std::string name) {
    config::ProcessorSpec spec;
    spec.name = std::move(name);
    spec.type = "Scripted";
    spec.phases = PhaseSet::all();
    pipeline.processors.push_back(std::move(spec));
    return pipeline.processors.back();
  }
  config::ProcessorSpec& add(std::string name, Scripts::Script script) {
    scripts[name] = std::move(script);
    return add(std::move(name));
  }

  void compile() {
    pipeline.id = "ns/p";
    chain.emplace(std::vector{
        CompiledPipeline::compile(std::make_shared<const config::Pipeline>(pipeline), catalog)});
    scope_run.emplace(*chain, scope, exchange);
  }

  // Runs a phase to its end, whatever it waits for; the time that passes is the test's.
  const Outcome& run(Phase phase) {
    if (!scope_run) compile();
    loop.group.spawn(go(*this, phase));
    for (int i = 0; i < 400 && loop.group.size() != 0; ++i) {
      loop.turn(0);
      if (loop.group.size() != 0 && i > 20) loop.clock.ahead += std::chrono::milliseconds(50);
    }
    return scope_run->outcome();
  }
  static async::Task<void> go(RunFixture& fixture, Phase phase) {
    if (fixture.scope_run->start(phase, fixture.subject)) co_return;
    fixture.waited = true;
    co_await fixture.scope_run->finish();
  }

  // "a:continue b:reject"
  std::string records() const {
    std::string text;
    for (const RunRecord& record : exchange.records) {
      if (!text.empty()) text += ' ';
      text += record.processor->spec->name + ":" + std::string(to_string(record.verdict));
    }
    return text;
  }

  testing::Loop loop{testing::PollerKind::kEpoll};
  Scripts scripts;
  Catalog catalog = scripted_catalog();
  config::Pipeline pipeline;
  Scope scope = Scope::kRoute;
  Arena arena;
  async::CancelScope cancel;
  ExchangeRun exchange{arena, loop.reactor, cancel};
  MemorySubject subject{arena};
  std::optional<Chain> chain;
  std::optional<ScopeRun> scope_run;
  bool waited = false;
};

}  // namespace tidegate::pipeline
