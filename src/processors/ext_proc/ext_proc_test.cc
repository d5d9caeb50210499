// ExtProc against a scripted processor: the order of messages in every mode, what replies change,
// what is no reply.
#include "processors/ext_proc/ext_proc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "external_processor.pb.h"
#include "pipeline/scope_run.h"
#include "pipeline/scripted_caller.h"
#include "processors/ext_proc/config.h"
#include "processors/ext_proc/frames.h"
#include "support/pollers.h"

namespace tidegate::processors::ext_proc {
namespace {

namespace v3 = envoy::service::ext_proc::v3;
using pipeline::Outcome;
using pipeline::Phase;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Response = v3::ProcessingResponse;
using Request = v3::ProcessingRequest;
namespace core = envoy::config::core::v3;

void set_header(v3::HeaderMutation& mutation, const std::string& name, const std::string& value,
                core::HeaderValueOption::HeaderAppendAction action =
                    core::HeaderValueOption::OVERWRITE_IF_EXISTS_OR_ADD) {
  auto& option = *mutation.add_set_headers();
  option.mutable_header()->set_key(name);
  option.mutable_header()->set_raw_value(value);
  option.set_append_action(action);
}

Response request_headers() {
  Response response;
  response.mutable_request_headers();
  return response;
}
Response request_body(const std::string& body) {
  Response response;
  response.mutable_request_body()->mutable_response()->mutable_body_mutation()->set_body(body);
  return response;
}
Response streamed(const std::string& body, bool last) {
  Response response;
  auto& piece = *response.mutable_request_body()
                     ->mutable_response()
                     ->mutable_body_mutation()
                     ->mutable_streamed_response();
  piece.set_body(body);
  piece.set_end_of_stream(last);
  return response;
}

std::string name_of(const Request& request) {
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
    if (outcome.kind == Outcome::Kind::kAnswer) {
      return "=" + std::to_string(outcome.reply.status) + " " + std::string(outcome.reply.text);
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
  pipeline::Message message_;

 public:
  pipeline::ScriptedCaller caller{loop_.reactor, arena_};

 private:
  pipeline::ExchangeRun exchange_{arena_, loop_.reactor, cancel_, caller};
  std::optional<pipeline::Chain> chain_;
  std::optional<pipeline::ScopeRun> run_;
  std::string payload_;
};

std::string body_mode(const std::string& mode) {
  return R"({"processingMode":{"requestBodyMode":")" + mode + R"(","responseBodyMode":")" + mode +
         R"("}})";
}

TEST(ExtProc, SendsHeadersAsEnvoyDoes) {
  Fixture exchange;
  exchange.say(request_headers());
  EXPECT_EQ(exchange.run(Phase::kRequestHeaders), "");
  const auto sent = exchange.sent();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_TRUE(sent[0].has_protocol_config());
  std::string fields;
  for (const auto& field : sent[0].request_headers().headers().headers()) {
    fields += field.key() + "=" + field.raw_value() + field.value() + " ";
  }
  EXPECT_EQ(fields, ":method=POST :scheme=http :authority=a.example :path=/upload x-one=1 ");
  EXPECT_EQ(exchange.caller.sent[0].target, "/envoy.service.ext_proc.v3.ExternalProcessor/Process");
}

TEST(ExtProc, ChangesHeadersByEnvoysRules) {
  Fixture exchange;
  Response response = request_headers();
  auto& mutation =
      *response.mutable_request_headers()->mutable_response()->mutable_header_mutation();
  using Option = core::HeaderValueOption;
  set_header(mutation, "x-one", "2", Option::APPEND_IF_EXISTS_OR_ADD);
  set_header(mutation, "x-two", "a", Option::ADD_IF_ABSENT);
  set_header(mutation, "x-three", "b", Option::OVERWRITE_IF_EXISTS);
  set_header(mutation, "X-Four", "c");
  set_header(mutation, ":path", "/other");
  set_header(mutation, "host", "evil");
  set_header(mutation, "content-length", "0");
  set_header(mutation, "x-envoy-original", "1");
  set_header(mutation, "x-bad", "a\r\nb: c");
  mutation.add_remove_headers("host");
  mutation.add_remove_headers(":method");
  exchange.say(response);
  EXPECT_EQ(exchange.run(Phase::kRequestHeaders), "");
  EXPECT_EQ(exchange.field("x-one"), "1;2;");
  EXPECT_EQ(exchange.field("x-two"), "a;");
  EXPECT_EQ(exchange.field("x-three"), "");
  EXPECT_EQ(exchange.field("x-four"), "c;");
  EXPECT_EQ(exchange.field("host"), "a.example;");
  EXPECT_EQ(exchange.field("content-length"), "");
  EXPECT_EQ(exchange.field("x-envoy-original"), "");
  EXPECT_EQ(exchange.field("x-bad"), "");
}

TEST(ExtProc, TakesTheModelFromItsHeader) {
  Fixture exchange("{}", "/v1/chat/completions");
  Response response = request_headers();
  set_header(*response.mutable_request_headers()->mutable_response()->mutable_header_mutation(),
             "x-gateway-model-name", "small");
  exchange.say(response);
  EXPECT_EQ(exchange.run(Phase::kRequestHeaders), "");
  EXPECT_EQ(exchange.set, "small");
}

TEST(ExtProc, SendsABufferedBodyWhole) {
  Fixture exchange(body_mode("BUFFERED"));
  Response response = request_body("new");
  set_header(*response.mutable_request_body()->mutable_response()->mutable_header_mutation(),
             "x-new", "1");
  exchange.say(request_headers()).say(response);
  EXPECT_EQ(exchange.run(Phase::kRequestHeaders), "");
  EXPECT_EQ(exchange.run(Phase::kRequestBody, "body"), "new");
  EXPECT_EQ(exchange.field("x-new"), "1;");
  EXPECT_THAT(exchange.names(), ElementsAre("request", "request:body."));
}

TEST(ExtProc, SendsTheBeginningOfABodyWhereThatIsEnough) {
  Fixture exchange(
      R"({"processingMode":{"requestHeaderMode":"SKIP","requestBodyMode":"BUFFERED_PARTIAL"},"partialBytes":3})");
  exchange.say(request_body("BOD"));
  EXPECT_EQ(exchange.run(Phase::kRequestBody, "body"), "BODy");
  EXPECT_THAT(exchange.names(), ElementsAre("request:bod"));
}

TEST(ExtProc, SendsAStreamedBodyInPieces) {
  Fixture exchange(
      R"({"processingMode":{"requestHeaderMode":"SKIP","requestBodyMode":"STREAMED"}})");
  Response kept;
  kept.mutable_request_body();
  Response cleared;
  cleared.mutable_request_body()->mutable_response()->mutable_body_mutation()->set_clear_body(true);
  exchange.say(kept).say(cleared);
  const std::string first(64 * 1024, 'a');
  EXPECT_EQ(exchange.run(Phase::kRequestBody, first + "bc"), first);
  EXPECT_THAT(exchange.names(), ElementsAre("request:" + first, "request:bc."));
}

TEST(ExtProc, WaitsForTheHeadersOfAFullDuplexBodyWithIt) {
  Fixture exchange(body_mode("FULL_DUPLEX_STREAMED"));
  EXPECT_EQ(exchange.run(Phase::kRequestHeaders), "");
  EXPECT_THAT(exchange.names(), ElementsAre("request"));
  Response headers = request_headers();
  set_header(*headers.mutable_request_headers()->mutable_response()->mutable_header_mutation(),
             "x-picked", "1");
  exchange.say(headers).say(streamed("ne", false)).say(streamed("w", true));
  EXPECT_EQ(exchange.run(Phase::kRequestBody, "body"), "new");
  EXPECT_EQ(exchange.field("x-picked"), "1;");
  EXPECT_THAT(exchange.names(), ElementsAre("request", "request:body."));
}

TEST(ExtProc, KeepsAFullDuplexBodyThatAReplySaysNothingOf) {
  Fixture exchange(body_mode("FULL_DUPLEX_STREAMED"));
  EXPECT_EQ(exchange.run(Phase::kRequestHeaders), "");
  Response kept;
  kept.mutable_request_body()->mutable_response();
  // Some answer the body before the headers.
  exchange.say(kept).say(request_headers());
  EXPECT_EQ(exchange.run(Phase::kRequestBody, "body"), "body");
}

TEST(ExtProc, ReplacesTheBodyWhenTheHeadersAreAnswered) {
  Fixture exchange(body_mode("BUFFERED"));
  Response response = request_headers();
  auto& common = *response.mutable_request_headers()->mutable_response();
  common.set_status(v3::CommonResponse::CONTINUE_AND_REPLACE);
  common.mutable_body_mutation()->set_body("instead");
  exchange.say(response);
  EXPECT_EQ(exchange.run(Phase::kRequestHeaders), "");
  EXPECT_EQ(exchange.run(Phase::kRequestBody, "body"), "instead");
  EXPECT_THAT(exchange.names(), ElementsAre("request"));
}

TEST(ExtProc, AnswersAtOnce) {
  Fixture exchange;
  Response response;
  response.mutable_immediate_response()->mutable_status()->set_code(429);
  response.mutable_immediate_response()->set_body("later");
  exchange.say(response);
  EXPECT_EQ(exchange.run(Phase::kRequestHeaders), "=429 later");
  Fixture disabled(R"({"disableImmediateResponse":true})");
  disabled.say(response);
  EXPECT_THAT(disabled.run(Phase::kRequestHeaders), HasSubstr("!500"));
}

TEST(ExtProc, FollowsAnOverrideOfItsModes) {
  Fixture exchange(R"({"allowModeOverride":true})");
  Response response = request_headers();
  response.mutable_mode_override()->set_request_body_mode(
      envoy::extensions::filters::http::ext_proc::v3::ProcessingMode::BUFFERED);
  exchange.say(response).say(request_body("new"));
  EXPECT_EQ(exchange.run(Phase::kRequestHeaders), "");
  EXPECT_EQ(exchange.run(Phase::kRequestBody, "body"), "new");
}

TEST(ExtProc, StopsWhenTheProcessorEndsTheStreamWell) {
  Fixture exchange(body_mode("BUFFERED"));
  exchange.say(request_headers());
  exchange.caller.stream_ends("0");
  EXPECT_EQ(exchange.run(Phase::kRequestHeaders), "");
  EXPECT_EQ(exchange.run(Phase::kRequestBody, "body"), "body");
  EXPECT_EQ(exchange.run(Phase::kResponseHeaders), "");
  EXPECT_THAT(exchange.names(), ElementsAre("request", "request:body."));
}

TEST(ExtProc, SeesEventsOfAStreamAsBytes) {
  Fixture exchange(
      R"({"processingMode":{"requestHeaderMode":"SKIP","responseHeaderMode":"SKIP","responseBodyMode":"STREAMED"}})");
  Response kept, changed;
  kept.mutable_response_body();
  changed.mutable_response_body()->mutable_response()->mutable_body_mutation()->set_body(
      "data: x\n\n");
  exchange.say(kept).say(changed).say(kept);
  EXPECT_EQ(exchange.event("a"), "a");
  EXPECT_FALSE(exchange.dropped);
  exchange.event("b");
  EXPECT_TRUE(exchange.dropped);
  EXPECT_EQ(exchange.inserted, "data: x\n\n");
  exchange.event("");
  EXPECT_THAT(exchange.names(),
              ElementsAre("response:data: a\n\n", "response:data: b\n\n", "response:."));
}

TEST(ExtProc, DoesNotLetStreamsPassThatItShouldHaveBuffered) {
  Fixture exchange(
      R"({"processingMode":{"requestHeaderMode":"SKIP","responseHeaderMode":"SKIP","responseBodyMode":"BUFFERED"}})");
  EXPECT_THAT(exchange.event("a"), HasSubstr("never buffered"));
}

TEST(ExtProc, GivesMoreTimeOnceAndWithinBounds) {
  Response more;
  more.mutable_override_message_timeout()->set_seconds(1);
  Fixture exchange(R"({"messageTimeout":"100ms","maxMessageTimeout":"2s"})");
  exchange.say(more);
  exchange.caller.stream_says_after(std::chrono::milliseconds(600),
                                    make_frame(request_headers().SerializeAsString()));
  EXPECT_EQ(exchange.run(Phase::kRequestHeaders), "");
  Fixture greedy(R"({"messageTimeout":"100ms","maxMessageTimeout":"500ms"})");
  greedy.say(more);
  greedy.caller.stream_says_after(std::chrono::milliseconds(600),
                                  make_frame(request_headers().SerializeAsString()));
  EXPECT_THAT(greedy.run(Phase::kRequestHeaders), HasSubstr("!504"));
}

TEST(ExtProc, FailsByWhatIsNoReply) {
  Fixture silent;
  EXPECT_THAT(silent.run(Phase::kRequestHeaders), HasSubstr("!504"));
  Fixture other;
  other.say(request_body("x"));
  EXPECT_THAT(other.run(Phase::kRequestHeaders), HasSubstr("request body that nobody waits for"));
  Fixture empty;
  empty.say(Response());
  EXPECT_THAT(empty.run(Phase::kRequestHeaders), HasSubstr("no ProcessingResponse"));
  Fixture garbage;
  garbage.caller.stream_says(make_frame("\xff\xff"));
  EXPECT_THAT(garbage.run(Phase::kRequestHeaders), HasSubstr("no ProcessingResponse"));
  Fixture compressed;
  compressed.caller.stream_says(std::string("\1\0\0\0\1x", 6));
  EXPECT_THAT(compressed.run(Phase::kRequestHeaders), HasSubstr("compressed"));
  Fixture cut;
  cut.caller.stream_says(std::string("\0\0\0\0\7x", 6));
  cut.caller.stream_ends("0");
  EXPECT_THAT(cut.run(Phase::kRequestHeaders), HasSubstr("within a message"));
  Fixture full;
  full.caller.stream_ends("8");
  EXPECT_THAT(full.run(Phase::kRequestHeaders), HasSubstr("grpc-status 8"));
  Fixture vague;
  vague.caller.stream_ends("");
  EXPECT_THAT(vague.run(Phase::kRequestHeaders), HasSubstr("no grpc-status"));
}

TEST(FrameReader, ReadsMessagesFromAnySplit) {
  const std::string bytes = make_frame("one") + make_frame("") + make_frame(std::string(300, 'x'));
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    FrameReader reader(300);
    std::string all;
    for (const std::string& part : {bytes.substr(0, cut), bytes.substr(cut)}) {
      reader.feed(part);
      while (true) {
        const auto message = reader.next();
        ASSERT_TRUE(message);
        if (!*message) break;
        all.append(**message).append("|");
      }
    }
    EXPECT_EQ(all, "one||" + std::string(300, 'x') + "|");
    EXPECT_FALSE(reader.is_inside());
  }
  FrameReader small(299);
  small.feed(make_frame(std::string(300, 'x')));
  EXPECT_FALSE(small.next());
}

TEST(ExtProc, SaysWhatIsWrongWithItsConfiguration) {
  EXPECT_THAT(check("{}"), IsEmpty());
  EXPECT_THAT(check(R"({"processingMode":{"requestBodyMode":"GRPC"}})"),
              ElementsAre(HasSubstr("processingMode.requestBodyMode")));
  EXPECT_THAT(check(R"({"messageTimeout":"x"})"), ElementsAre(HasSubstr("messageTimeout")));
}

}  // namespace
}  // namespace tidegate::processors::ext_proc
