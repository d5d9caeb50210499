// One exchange and its processor, which the test plays.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "external_processor.pb.h"
#include "pipeline/scope_run.h"
#include "pipeline/scripted_caller.h"
#include "processors/ext_proc/config.h"
#include "processors/ext_proc/ext_proc.h"
#include "processors/ext_proc/frames.h"
#include "processors/read_config.h"
#include "support/pollers.h"

namespace tidegate::processors::ext_proc {

namespace v3 = envoy::service::ext_proc::v3;
using pipeline::Outcome;
using pipeline::Phase;
using Response = v3::ProcessingResponse;
using Request = v3::ProcessingRequest;
namespace core = envoy::config::core::v3;

inline void set_header(v3::HeaderMutation& mutation, const std::string& name,
                       const std::string& value,
                       core::HeaderValueOption::HeaderAppendAction action =
                           core::HeaderValueOption::OVERWRITE_IF_EXISTS_OR_ADD) {
  auto& option = *mutation.add_set_headers();
  option.mutable_header()->set_key(name);
  option.mutable_header()->set_raw_value(value);
  option.set_append_action(action);
}

inline Response request_headers() {
  Response response;
  response.mutable_request_headers();
  return response;
}
inline v3::HeaderMutation& mutation_of(Response& response) {
  return *response.mutable_request_headers()->mutable_response()->mutable_header_mutation();
}
inline Response response_piece(const std::string& body, bool last) {
  Response response;
  auto& piece = *response.mutable_response_body()
                     ->mutable_response()
                     ->mutable_body_mutation()
                     ->mutable_streamed_response();
  piece.set_body(body);
  piece.set_end_of_stream(last);
  return response;
}
inline Response request_body(const std::string& body) {
  Response response;
  response.mutable_request_body()->mutable_response()->mutable_body_mutation()->set_body(body);
  return response;
}
inline Response streamed(const std::string& body, bool last) {
  Response response;
  auto& piece = *response.mutable_request_body()
                     ->mutable_response()
                     ->mutable_body_mutation()
                     ->mutable_streamed_response();
  piece.set_body(body);
  piece.set_end_of_stream(last);
  return response;
}

inline std::string name_of(const Request& request) {
  const auto body = [](const char* name, const v3::HttpBody& sent) {
    return name + std::string(":") + sent.body() + (sent.end_of_stream() ? "." : "");
  };
  switch (request.request_case()) {
    case Request::kRequestHeaders:
      return request.request_headers().end_of_stream() ? "request." : "request";
    case Request::kResponseHeaders:
      return request.response_headers().end_of_stream() ? "response." : "response";
    case Request::kRequestBody:
      return body("request", request.request_body());
    case Request::kResponseBody:
      return body("response", request.response_body());
    case Request::kRequestTrailers:
      return "request trailers";
    case Request::kResponseTrailers:
      return "response trailers";
    default:
      return "other";
  }
}

// One exchange and its processor, which the test plays.
class Fixture final : public pipeline::Subject {
 public:
  explicit Fixture(const std::string& config = "{}", const std::string& path = "/upload")
      : path_(path), request_(arena_), response_(arena_), message_(request_) {
    request_.method = "POST";
    request_.scheme = "http";
    request_.authority = "a.example";
    request_.target = path_;
    request_.body = http::BodyLength::known(4);
    request_.fields.add("X-One", "1");
    request_.fields.add("Host", "a.example");
    response_.status = 200;
    response_.body = http::BodyLength::chunked();
    message_.call = llm::find_operation(request_.method, request_.path());
    auto pipeline = std::make_shared<config::Pipeline>();
    pipeline->id = "ns/p";
    auto& spec = pipeline->processors.emplace_back();
    spec.name = "one";
    spec.type = "ExtProc";
    spec.phases = pipeline::PhaseSet::all();
    spec.config = config;
    chain_.emplace(std::vector{pipeline::CompiledPipeline::compile(pipeline, catalog_)});
    EXPECT_EQ(chain_->broken(), "");
    run_.emplace(*chain_, pipeline::Scope::kRoute, exchange_);
  }

  // What the processor says next; each is read when somebody waits for it.
  Fixture& say(const Response& response) {
    caller.stream_says(make_frame(response.SerializeAsString()));
    return *this;
  }
  // The payload after the phase, or "!STATUS code: message", or "=STATUS text".
  std::string run(Phase phase, std::string payload = {}) {
    payload_ = std::move(payload);
    message_.payload = payload_;
    if (phase >= Phase::kResponseHeaders) message_.response = &response_;
    loop_.group.spawn(go(*this, phase));
    for (int i = 0; i < 200 && loop_.group.size() != 0; ++i) {
      loop_.turn(0);
      if (i > 20) loop_.clock.ahead += std::chrono::milliseconds(50);
    }
    EXPECT_EQ(loop_.group.size(), 0U);
    const Outcome& outcome = run_->outcome();
    if (outcome.kind == Outcome::Kind::kReject) {
      return "!" + std::to_string(outcome.refusal.status) + " " +
             (outcome.error ? outcome.error->detail : std::string());
    }
    if (outcome.kind == Outcome::Kind::kReroute) return "again";
    if (outcome.kind == Outcome::Kind::kAnswer) {
      std::string all = "=" + std::to_string(outcome.reply.status) + " ";
      for (const auto& [name, value] : outcome.reply.fields) {
        all.append(name).append(":").append(value).append(" ");
      }
      return all.append(outcome.reply.text);
    }
    return payload_;
  }
  std::string event(std::string data) {
    const pipeline::StreamEvent told{.type = {}, .index = 0, .end = data.empty()};
    message_.event = &told;
    inserted.clear();
    dropped = false;
    return run(Phase::kStreamChunk, std::move(data));
  }
  // Though no event comes.
  void pause() {
    const pipeline::StreamEvent told{.pause = true};
    message_.event = &told;
    inserted.clear();
    run(Phase::kStreamChunk, {});
  }
  std::optional<SteadyTime> held() const { return run_->held(); }
  // What was sent to the processor, in order.
  std::vector<Request> sent() const {
    FrameReader reader(1 << 20);
    reader.feed(caller.stream_written);
    std::vector<Request> all;
    while (true) {
      auto message = reader.next();
      EXPECT_TRUE(message);
      if (!message || !*message) return all;
      EXPECT_TRUE(all.emplace_back().ParseFromArray((*message)->data(),
                                                    static_cast<int>((*message)->size())));
    }
  }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const Request& one : sent()) all.push_back(name_of(one));
    return all;
  }
  std::string trailer(std::string_view name) const {
    return std::string(trailers_.find(name).value_or(""));
  }
  // Of the phases from now on.
  void add_trailer(std::string_view name, std::string_view value) {
    trailers_.add(name, value);
    message_.trailers = &trailers_;
  }
  const pipeline::Metadata& metadata() const { return exchange_.metadata; }
  pipeline::Message& told() { return message_; }
  http::RequestHead& request() { return request_; }
  http::ResponseHead& response() { return response_; }
  void use_scope(pipeline::Scope scope) { run_.emplace(*chain_, scope, exchange_); }
  // The processor goes with the exchange.
  void finish() { run_.reset(); }
  std::string field(std::string_view name) const {
    const auto& fields = message_.response != nullptr ? response_.fields : request_.fields;
    std::string all;
    for (const http::Field& field : fields.fields()) {
      if (http::iequals(field.name, name)) all.append(field.value).append(";");
    }
    return all;
  }

  const pipeline::Message& message() const override { return message_; }
  http::HeaderMap& fields() override {
    return message_.response != nullptr ? response_.fields : request_.fields;
  }
  http::HeaderMap* trailers() override {
    return message_.trailers != nullptr ? &trailers_ : nullptr;
  }
  void set_target(std::string_view target) override { request_.target = target; }
  void set_status(std::uint16_t status) override { response_.status = status; }
  Result<void> check_payload(std::string_view) const override { return {}; }
  Result<void> replace_payload(std::string text) override {
    payload_ = std::move(text);
    message_.payload = payload_;
    return {};
  }
  Result<void> set_model(std::string_view model) override {
    set = model;
    return {};
  }
  void drop_event() override { dropped = true; }
  void insert_event(std::string_view raw) override { inserted += raw; }
  bool can_answer() const override { return true; }

  std::string set;  // the model
  std::string inserted;
  bool dropped = false;

 private:
  static async::Task<void> go(Fixture& self, Phase phase) {
    if (!self.run_->start(phase, self)) co_await self.run_->finish();
  }

  tidegate::testing::Loop loop_{tidegate::testing::PollerKind::kEpoll};
  async::CancelScope cancel_;
  Arena arena_;
  pipeline::Catalog catalog_{{ext_proc()}};
  std::string path_;
  http::RequestHead request_;
  http::ResponseHead response_;
  http::HeaderMap trailers_{arena_};
  pipeline::Message message_;

 public:
  pipeline::ScriptedCaller caller{loop_.reactor, arena_};

 private:
  pipeline::ExchangeRun exchange_{arena_, loop_.reactor, cancel_, caller};
  std::optional<pipeline::Chain> chain_;
  std::optional<pipeline::ScopeRun> run_;
  std::string payload_;
};

inline std::string body_mode(const std::string& mode) {
  return R"({"processingMode":{"requestBodyMode":")" + mode + R"(","responseBodyMode":")" + mode +
         R"("}})";
}

}  // namespace tidegate::processors::ext_proc
