// One exchange through Retrieval, for tests: its Backend is scripted, its documents are written.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "llm/request_facts.h"
#include "pipeline/scope_run.h"
#include "pipeline/scripted_caller.h"
#include "processors/retrieval/retrieval.h"
#include "support/pollers.h"

namespace tidegate::processors::retrieval {

class RetrievalFixture final : public pipeline::Subject {
 public:
  explicit RetrievalFixture(const std::string& config, std::string path = "/v1/chat/completions")
      : path_(std::move(path)), request_(arena_), response_(arena_), message_(request_) {
    request_.method = "POST";
    request_.target = path_;
    request_.fields.add("x-tenant", "b\"lue");
    message_.call = llm::find_operation(request_.method, request_.path());
    auto pipeline = std::make_shared<config::Pipeline>();
    pipeline->id = "ns/p";
    pipeline->backends.push_back({"vectors", nullptr});
    auto& spec = pipeline->processors.emplace_back();
    spec.name = "docs";
    spec.type = "Retrieval";
    spec.phases = pipeline::PhaseSet::all();
    spec.config = config;
    compiled_ = pipeline::CompiledPipeline::compile(pipeline, catalog_);
    chain_.emplace(std::vector{compiled_});
    EXPECT_EQ(chain_->broken(), "");
    run_.emplace(*chain_, pipeline::Scope::kRoute, exchange_);
  }

  // The body afterwards, or "!STATUS code: message".
  std::string request(std::string body) {
    EXPECT_TRUE(replace_payload(std::move(body)));
    return run(pipeline::Phase::kRequestBody);
  }
  // The field of the response; empty: there is none.
  std::string citations(std::string_view header) {
    message_.response = &response_;
    run(pipeline::Phase::kResponseHeaders);
    return std::string(response_.fields.find(header).value_or(""));
  }
  const pipeline::ProcessorFactory& factory() const { return *compiled_->processors[0].factory; }

  const pipeline::Message& message() const override { return message_; }
  http::HeaderMap& fields() override {
    return message_.response == nullptr ? request_.fields : response_.fields;
  }
  Result<void> check_payload(std::string_view) const override { return {}; }
  Result<void> replace_payload(std::string text) override {
    payload_ = std::move(text);
    message_.payload = payload_;
    const auto path_facts = llm::read_path_facts(*message_.call, path_, arena_);
    const auto facts =
        llm::parse_request_facts(*message_.call, "application/json", payload_, arena_, path_facts);
    EXPECT_TRUE(facts) << payload_;
    if (!facts) return std::unexpected(facts.error());
    facts_ = *facts;
    message_.facts = &facts_;
    message_.model = arena_.copy(facts_.model);
    return {};
  }
  Result<void> set_model(std::string_view) override { return {}; }
  void drop_event() override {}
  void insert_event(std::string_view) override {}
  bool can_answer() const override { return true; }

 private:
  std::string run(pipeline::Phase phase) {
    if (!chain_->has(phase)) return payload_;
    loop_.group.spawn(go(*this, phase));
    loop_.run_until_idle();
    const pipeline::Outcome& outcome = run_->outcome();
    if (outcome.kind != pipeline::Outcome::Kind::kReject) return payload_;
    return "!" + std::to_string(outcome.refusal.status) + " " + std::string(outcome.refusal.code) +
           ": " + std::string(outcome.refusal.message);
  }
  static async::Task<void> go(RetrievalFixture& self, pipeline::Phase phase) {
    if (!self.run_->start(phase, self)) co_await self.run_->finish();
  }

  testing::Loop loop_{testing::PollerKind::kEpoll};
  async::CancelScope cancel_;
  Arena arena_;
  pipeline::Catalog catalog_{{retrieval()}};
  std::string path_;
  http::RequestHead request_;
  http::ResponseHead response_;
  pipeline::Message message_;
  llm::RequestFacts facts_;

 public:
  pipeline::ScriptedCaller caller{loop_.reactor, arena_};

 private:
  pipeline::ExchangeRun exchange_{arena_, loop_.reactor, cancel_, caller};
  std::shared_ptr<const pipeline::CompiledPipeline> compiled_;
  std::optional<pipeline::Chain> chain_;
  std::optional<pipeline::ScopeRun> run_;
  std::string payload_;
};

// A folder of documents that goes when the test ends.
class DocumentFolder {
 public:
  DocumentFolder()
      : root_(std::filesystem::path(::testing::TempDir()) /
              (std::string("documents_") +
               ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::create_directories(root_);
  }
  ~DocumentFolder() { std::filesystem::remove_all(root_); }
  DocumentFolder(const DocumentFolder&) = delete;
  DocumentFolder& operator=(const DocumentFolder&) = delete;

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(root_ / name) << text;
  }
  std::string path() const { return root_.string(); }

 private:
  const std::filesystem::path root_;
};

}  // namespace tidegate::processors::retrieval
