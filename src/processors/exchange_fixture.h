// One exchange through one processor, for tests: its request, then its reply, whole or in events.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "http/sse.h"
#include "llm/request_facts.h"
#include "llm/text/frame_events.h"
#include "llm/text/stream_texts.h"
#include "pipeline/scope_run.h"
#include "processors/outcome_text.h"
#include "processors/request_fixture.h"

namespace tidegate::processors {

using Events = std::vector<std::pair<std::string, std::string>>;  // type and data

class ExchangeFixture final : public pipeline::Subject {
 public:
  ExchangeFixture(pipeline::BuiltinProcessor type, const std::string& config, std::string path,
                  std::string body)
      : catalog_({std::move(type)}),
        path_(std::move(path)),
        request_(arena_),
        response_(arena_),
        message_(request_) {
    request_.method = "POST";
    request_.target = path_;
    message_.call = llm::find_operation(request_.method, request_.path());
    compile(config);
    payload_ = std::move(body);
    const auto facts =
        llm::parse_request_facts(*message_.call, "application/json", payload_, arena_,
                                 llm::read_path_facts(*message_.call, path_, arena_));
    EXPECT_TRUE(facts);
    facts_ = *facts;
    message_.facts = &facts_;
    sent = process(pipeline::Phase::kRequestBody, payload_);
    message_.response = &response_;
  }

  // What the client gets for a whole reply; "!STATUS code: message" of a refusal.
  std::string reply(std::string body) {
    return process(pipeline::Phase::kResponseBody, std::move(body));
  }
  // What it gets for an event: data of all events, those that are inserted first.
  Events event(std::string type, std::string data) {
    inserted_.clear();
    dropped_ = false;
    pipeline::StreamEvent event{.type = type};
    message_.event = &event;
    auto now = process(pipeline::Phase::kStreamChunk, std::move(data));
    auto events = inserted_;
    if (!ended && !dropped_) events.emplace_back(std::move(type), std::move(now));
    return events;
  }
  Events end() {
    inserted_.clear();
    const pipeline::StreamEvent event{.end = true};
    message_.event = &event;
    process(pipeline::Phase::kStreamChunk, "");
    return inserted_;
  }
  // What it gets so long after that, though no event comes.
  Events pause(std::chrono::milliseconds time) {
    loop_.clock.ahead += time;
    inserted_.clear();
    const pipeline::StreamEvent event{.pause = true};
    message_.event = &event;
    process(pipeline::Phase::kStreamChunk, "");
    return inserted_;
  }
  // Whether the processor holds back what may not wait for ever.
  bool holds() const { return run_->held().has_value(); }
  llm::Call call() const { return *message_.call; }

  std::string sent;    // to the model
  bool ended = false;  // a processor has ended the stream

  const pipeline::Message& message() const override { return message_; }
  http::HeaderMap& fields() override { return request_.fields; }
  Result<void> check_payload(std::string_view) const override { return {}; }
  Result<void> replace_payload(std::string text) override {
    payload_ = std::move(text);
    message_.payload = payload_;
    return {};
  }
  Result<void> set_model(std::string_view) override { return {}; }
  void drop_event() override { dropped_ = true; }
  void end_stream() override { ended = true; }
  void insert_event(std::string_view raw) override {
    if (message_.call->dialect == Dialect::kBedrock) return insert_frames(raw);
    http::SseScanner scanner;
    http::SseEvent event;
    scanner.feed(raw);
    while (*scanner.next(event)) inserted_.emplace_back(event.type, event.data);
  }
  bool can_answer() const override { return false; }

 private:
  void compile(const std::string& config) {
    auto pipeline = std::make_shared<config::Pipeline>();
    auto& spec = pipeline->processors.emplace_back();
    const auto& type = catalog_.types().types.front();
    spec.name = "one";
    spec.type = type.name;
    spec.phases = type.phases;
    spec.config = config;
    if (type.secrets != nullptr) {
      for (const auto& ref : type.secrets(config)) spec.secrets.emplace_back(ref.path, kTestKey);
    }
    chain_.emplace(std::vector{pipeline::CompiledPipeline::compile(pipeline, catalog_)});
    EXPECT_EQ(chain_->broken(), "");
    run_.emplace(*chain_, pipeline::Scope::kRoute, exchange_);
  }

  std::string process(pipeline::Phase phase, std::string payload) {
    payload_ = std::move(payload);
    message_.payload = payload_;
    if (!chain_->has(phase)) return payload_;
    EXPECT_TRUE(run_->start(phase, *this));
    return text_of(run_->outcome(), payload_);
  }

  void insert_frames(std::string_view raw) {
    llm::FrameEvents frames;
    llm::FrameEvent event;
    frames.feed(raw);
    while (*frames.next(event)) inserted_.emplace_back(event.type, event.data);
  }

  tidegate::testing::Loop loop_{tidegate::testing::PollerKind::kEpoll};
  async::CancelScope cancel_;
  Arena arena_;
  pipeline::Catalog catalog_;
  std::string path_;
  http::RequestHead request_;
  http::ResponseHead response_;
  pipeline::Message message_;
  llm::RequestFacts facts_;
  std::optional<pipeline::Chain> chain_;
  pipeline::ExchangeRun exchange_{arena_, loop_.reactor, cancel_};
  std::optional<pipeline::ScopeRun> run_;
  std::string payload_;
  Events inserted_;
  bool dropped_ = false;
};

}  // namespace tidegate::processors
