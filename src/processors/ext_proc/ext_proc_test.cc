// ExtProc against a scripted processor: the order of messages in every mode.
#include "processors/ext_proc/ext_proc.h"

#include "processors/ext_proc/ext_proc_fixture.h"
#include "processors/read_config.h"

namespace tidegate::processors::ext_proc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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
  set_header(mutation_of(headers), "x-picked", "1");
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

TEST(ExtProc, ShowsOnlyFieldsThatTheRulesAllow) {
  Fixture exchange(R"({"forwardRules":{"allowedHeaders":["X-*"],"disallowedHeaders":["x-key"]}})");
  exchange.request().fields.add("Authorization", "secret");
  exchange.request().fields.add("X-Key", "secret");
  exchange.say(request_headers());
  EXPECT_EQ(exchange.run(Phase::kRequestHeaders), "");
  const auto sent = exchange.sent();
  const auto& fields = sent.at(0).request_headers().headers().headers();
  EXPECT_EQ(fields.size(), 5);
  EXPECT_EQ(fields.at(4).key(), "x-one");
}

TEST(ExtProc, TellsAttributesOncePerDirection) {
  Fixture exchange(
      R"({"processingMode":{"requestBodyMode":"BUFFERED"},"requestAttributes":["request.url_path","source.address","request.id"],"responseAttributes":["response.code"]})");
  exchange.told().client_ip = "10.0.0.9";
  Response answered;
  answered.mutable_response_headers();
  exchange.say(request_headers()).say(request_body("body")).say(answered);
  exchange.run(Phase::kRequestHeaders);
  exchange.run(Phase::kRequestBody, "body");
  exchange.run(Phase::kResponseHeaders);
  const auto sent = exchange.sent();
  ASSERT_EQ(sent.size(), 3U);
  const auto fields = [&sent](std::size_t i) {
    return sent[i].attributes().at("envoy.filters.http.ext_proc").fields();
  };
  EXPECT_EQ(fields(0).size(), 2U);
  EXPECT_EQ(fields(0).at("request.url_path").string_value(), "/upload");
  EXPECT_EQ(fields(0).at("source.address").string_value(), "10.0.0.9");
  EXPECT_EQ(sent[1].attributes_size(), 0);
  EXPECT_EQ(fields(2).at("response.code").number_value(), 200);
}

TEST(ExtProc, DoesNotWaitForAnOnlooker) {
  Fixture exchange(
      R"({"observabilityMode":true,"processingMode":{"requestBodyMode":"STREAMED","responseBodyMode":"STREAMED"}})");
  EXPECT_EQ(exchange.run(Phase::kRequestHeaders), "");
  EXPECT_EQ(exchange.run(Phase::kRequestBody, "body"), "body");
  EXPECT_EQ(exchange.run(Phase::kResponseHeaders), "");
  EXPECT_EQ(exchange.event("a"), "a");
  exchange.caller.stream_waiting = 2 << 20;  // it does not keep up
  EXPECT_EQ(exchange.event("b"), "b");
  EXPECT_THAT(exchange.names(),
              ElementsAre("request", "request:body.", "response", "response:data: a\n\n"));
  EXPECT_TRUE(exchange.sent().at(0).observability_mode());
}

TEST(ExtProc, SendsTrailersBehindTheBody) {
  Fixture exchange(
      R"({"processingMode":{"requestHeaderMode":"SKIP","requestBodyMode":"STREAMED","requestTrailerMode":"SEND"}})");
  exchange.add_trailer("Sum", "1");
  Response trailers;
  set_header(*trailers.mutable_request_trailers()->mutable_header_mutation(), "sum", "2");
  exchange.say(request_body("body")).say(trailers);
  EXPECT_EQ(exchange.run(Phase::kRequestBody, "body"), "body");
  EXPECT_THAT(exchange.names(), ElementsAre("request:body", "request trailers"));
  EXPECT_EQ(exchange.sent().at(1).request_trailers().trailers().headers(0).key(), "sum");
  EXPECT_EQ(exchange.trailer("sum"), "2");
}

TEST(ExtProc, EndsAFullDuplexBodyWithItsTrailers) {
  Fixture exchange(
      R"({"processingMode":{"requestHeaderMode":"SKIP","requestBodyMode":"FULL_DUPLEX_STREAMED","requestTrailerMode":"SEND"}})");
  exchange.add_trailer("Sum", "1");
  Response trailers;
  trailers.mutable_request_trailers();
  exchange.say(streamed("ne", false)).say(streamed("w", false)).say(trailers);
  EXPECT_EQ(exchange.run(Phase::kRequestBody, "body"), "new");
  EXPECT_EQ(exchange.trailer("sum"), "1");
}

std::string duplex_replies() {
  return R"({"processingMode":{"requestHeaderMode":"SKIP","responseHeaderMode":"SKIP","responseBodyMode":"FULL_DUPLEX_STREAMED"}})";
}

TEST(ExtProc, HoldsEventsBackForAFullDuplexProcessor) {
  Fixture exchange(duplex_replies());
  EXPECT_EQ(exchange.event("a"), "a");  // no reply yet
  EXPECT_TRUE(exchange.dropped);
  EXPECT_EQ(exchange.inserted, "");
  exchange.say(response_piece("data: A\n\n", false));
  exchange.event("b");
  EXPECT_TRUE(exchange.dropped);
  exchange.say(response_piece("data: B\n\n", false)).say(response_piece("", true));
  exchange.event("");
  EXPECT_EQ(exchange.inserted, "data: A\n\ndata: B\n\n");
}

TEST(ExtProc, TellsLateAnswersWhileTheStreamPauses) {
  Fixture exchange(duplex_replies());
  EXPECT_EQ(exchange.held(), std::nullopt);
  exchange.event("a");
  exchange.event("b");
  EXPECT_EQ(exchange.held(), SteadyTime::max());  // it is told of what comes
  exchange.say(response_piece("data: A\n\n", false));
  EXPECT_EQ(exchange.held(), SteadyTime::min());
  exchange.pause();
  EXPECT_EQ(exchange.inserted, "data: A\n\n");
  EXPECT_EQ(exchange.held(), SteadyTime::max());
  exchange.pause();
  EXPECT_EQ(exchange.inserted, "");
  exchange.say(response_piece("data: B\n\n", false));
  exchange.pause();
  EXPECT_EQ(exchange.inserted, "data: B\n\n");
  EXPECT_EQ(exchange.held(), std::nullopt);
  exchange.say(response_piece("", true));
  exchange.event("");
  EXPECT_EQ(exchange.inserted, "");
  EXPECT_EQ(exchange.names(), (std::vector<std::string>{"response:data: a\n\n",
                                                        "response:data: b\n\n", "response:."}));
}

TEST(ExtProc, GivesEventsBackToAStreamThatPauses) {
  Fixture exchange(duplex_replies());
  exchange.event("a");
  exchange.caller.stream_ends("0");
  exchange.pause();
  EXPECT_EQ(exchange.inserted, "data: a\n\n");
}

TEST(ExtProc, HoldsAStreamNoLongerThanAMoment) {
  Fixture exchange(
      R"({"messageTimeout":"1h","processingMode":{"requestHeaderMode":"SKIP","responseHeaderMode":"SKIP","responseBodyMode":"FULL_DUPLEX_STREAMED"}})");
  EXPECT_EQ(exchange.event("a"), "a");
  EXPECT_TRUE(exchange.dropped);
}

TEST(ExtProc, GivesEventsBackThatAProcessorLeaves) {
  Fixture exchange(duplex_replies());
  exchange.event("a");
  exchange.caller.stream_ends("0");
  exchange.event("b");
  exchange.event("");
  EXPECT_EQ(exchange.inserted, "data: a\n\ndata: b\n\n");
}

TEST(ExtProc, CutsAStreamWhoseEventsAFailureHasTaken) {
  Fixture exchange(duplex_replies());
  exchange.event("a");
  exchange.event("b");
  exchange.say(request_headers());
  EXPECT_THAT(exchange.event(""), HasSubstr("!500"));
}

TEST(ExtProc, SaysWhatIsWrongWithItsConfiguration) {
  const auto check = check_config<Config>;
  EXPECT_THAT(check("{}"), IsEmpty());
  EXPECT_THAT(check(R"({"processingMode":{"requestBodyMode":"GRPC"}})"),
              ElementsAre(HasSubstr("processingMode.requestBodyMode")));
  EXPECT_THAT(check(R"({"processingMode":{"requestTrailerMode":"SEND"}})"),
              ElementsAre(HasSubstr("must not be NONE")));
  EXPECT_THAT(check(R"({"messageTimeout":"x"})"), ElementsAre(HasSubstr("messageTimeout")));
  EXPECT_THAT(check(R"({"requestAttributes":["request.size"]})"),
              ElementsAre(HasSubstr("requestAttributes[0]")));
  EXPECT_THAT(check(R"({"forwardRules":{"allowedHeaders":["a*b"]}})"),
              ElementsAre(HasSubstr("forwardRules.allowedHeaders[0]")));
}

}  // namespace
}  // namespace tidegate::processors::ext_proc
