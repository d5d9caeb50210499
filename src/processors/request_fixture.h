// One request through one processor, for tests: what becomes of its body, or why it ends.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "json/edit.h"
#include "llm/request_facts.h"
#include "llm/request_splice.h"
#include "pipeline/scope_run.h"
#include "processors/outcome_text.h"
#include "support/pollers.h"

namespace tidegate::processors {

// What every Secret that a configuration refers to holds.
inline const Secret kTestKey("0123456789abcdef");

class RequestFixture final : public pipeline::Subject {
 public:
  RequestFixture(pipeline::BuiltinProcessor type, const std::string& config, std::string path,
                 std::string body)
      : catalog_({std::move(type)}), path_(std::move(path)), request_(arena_), message_(request_) {
    request_.method = "POST";
    request_.target = path_;
    message_.call = llm::find_operation(request_.method, request_.path());
    EXPECT_TRUE(replace_payload(std::move(body)));
    pipeline_->id = "ns/p";
    auto& spec = pipeline_->processors.emplace_back();
    spec.name = "one";
    spec.type = catalog_.types().types.front().name;
    spec.phases = pipeline::PhaseSet::all();
    spec.config = config;
    const auto& type_of = catalog_.types().types.front();
    if (type_of.secrets == nullptr) return;
    for (const auto& ref : type_of.secrets(config)) spec.secrets.emplace_back(ref.path, kTestKey);
  }

  // The body afterwards, or "!STATUS code: message" of a refusal.
  std::string run() {
    const pipeline::Chain chain({pipeline::CompiledPipeline::compile(pipeline_, catalog_)});
    EXPECT_EQ(chain.broken(), "");
    pipeline::ExchangeRun exchange(arena_, loop_.reactor, cancel_);
    pipeline::ScopeRun run(chain, pipeline::Scope::kGateway, exchange);
    EXPECT_TRUE(run.start(pipeline::Phase::kRequestBody, *this));
    detail_ = exchange.records.empty() ? "" : std::string(exchange.records.back().detail);
    return text_of(run.outcome(), body_);
  }

  // What the processor said of itself for the log.
  const std::string& detail() const { return detail_; }

  const pipeline::Message& message() const override { return message_; }
  http::HeaderMap& fields() override { return request_.fields; }
  Result<void> check_payload(std::string_view) const override { return {}; }
  Result<void> replace_payload(std::string text) override {
    body_ = std::move(text);
    body_.reserve(body_.size() + 64);
    message_.payload = body_;
    if (!message_.call) return {};
    TIDEGATE_TRY(facts,
                 llm::parse_request_facts(*message_.call, "application/json", body_, arena_));
    facts_ = facts;
    message_.facts = &facts_;
    message_.model = arena_.copy(facts_.model);
    return {};
  }
  Result<void> set_model(std::string_view model) override {
    json::Edit edit(body_);
    llm::rename_model(edit, facts_, model, arena_);
    return replace_payload(edit.to_string());
  }
  void drop_event() override {}
  void insert_event(std::string_view) override {}
  bool can_answer() const override { return true; }

 private:
  testing::Loop loop_{testing::PollerKind::kEpoll};
  async::CancelScope cancel_;
  Arena arena_;
  pipeline::Catalog catalog_;
  std::shared_ptr<config::Pipeline> pipeline_ = std::make_shared<config::Pipeline>();
  std::string path_;
  http::RequestHead request_;
  pipeline::Message message_;
  llm::RequestFacts facts_;
  std::string body_;
  std::string detail_;
};

}  // namespace tidegate::processors
