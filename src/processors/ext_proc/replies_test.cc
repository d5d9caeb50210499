// What replies of a processor change, and what is no reply.
#include "processors/ext_proc/ext_proc_fixture.h"

namespace tidegate::processors::ext_proc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ExtProc, ChangesHeadersByEnvoysRules) {
  Fixture exchange;
  Response response = request_headers();
  auto& mutation = mutation_of(response);
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
  set_header(mutation_of(response), "x-gateway-model-name", "small");
  exchange.say(response);
  EXPECT_EQ(exchange.run(Phase::kRequestHeaders), "");
  EXPECT_EQ(exchange.set, "small");
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

TEST(ExtProc, MatchesRoutesAgainOnceSomethingHasChanged) {
  Response response = request_headers();
  response.mutable_request_headers()->mutable_response()->set_clear_route_cache(true);
  Fixture unchanged;
  unchanged.say(response);
  EXPECT_EQ(unchanged.run(Phase::kRequestHeaders), "");
  set_header(mutation_of(response), ":path", "/other?x=1");
  Fixture changed;
  changed.say(response);
  EXPECT_EQ(changed.run(Phase::kRequestHeaders), "again");
  EXPECT_EQ(changed.request().target, "/other?x=1");
  // Where routes are yet to be matched that happens anyway.
  Fixture early;
  early.use_scope(pipeline::Scope::kGateway);
  early.say(response);
  EXPECT_EQ(early.run(Phase::kRequestHeaders), "");
  EXPECT_EQ(early.request().target, "/other?x=1");
}

TEST(ExtProc, KeepsThePathThatTheRouteWasFoundBy) {
  Fixture exchange;
  Response response = request_headers();
  set_header(mutation_of(response), ":path", "/other");
  exchange.say(response);
  EXPECT_EQ(exchange.run(Phase::kRequestHeaders), "");
  EXPECT_EQ(exchange.request().target, "/upload");
}

TEST(ExtProc, ChangesTheStatus) {
  Fixture exchange(R"({"processingMode":{"requestHeaderMode":"SKIP"}})");
  Response response;
  auto& mutation =
      *response.mutable_response_headers()->mutable_response()->mutable_header_mutation();
  set_header(mutation, ":status", "404");
  exchange.say(response);
  EXPECT_EQ(exchange.run(Phase::kResponseHeaders), "");
  EXPECT_EQ(exchange.response().status, 404);
}

TEST(ExtProc, ChangesNothingThatTheRulesForbid) {
  Response response = request_headers();
  set_header(mutation_of(response), "x-envoy-original", "1");
  Fixture allowed(R"({"mutationRules":{"allowEnvoy":true}})");
  allowed.say(response);
  EXPECT_EQ(allowed.run(Phase::kRequestHeaders), "");
  EXPECT_EQ(allowed.field("x-envoy-original"), "1;");
  Fixture strict(R"({"mutationRules":{"disallowIsError":true}})");
  strict.say(response);
  EXPECT_THAT(strict.run(Phase::kRequestHeaders), HasSubstr("which may not be"));
  Response plain = request_headers();
  set_header(mutation_of(plain), "x-two", "1");
  Fixture none(R"({"mutationRules":{"disallowAll":true}})");
  none.say(plain);
  EXPECT_EQ(none.run(Phase::kRequestHeaders), "");
  EXPECT_EQ(none.field("x-two"), "");
}

TEST(ExtProc, KeepsMetadataAndTellsIt) {
  Fixture exchange(
      R"({"processingMode":{"requestBodyMode":"BUFFERED"},"metadataOptions":{"forwardingNamespaces":{"untyped":["a"]},"receivingNamespaces":{"untyped":["a"]}}})");
  Response response = request_headers();
  auto& spaces = *response.mutable_dynamic_metadata()->mutable_fields();
  (*spaces["a"].mutable_struct_value()->mutable_fields())["pick"].set_string_value("one");
  (*spaces["b"].mutable_struct_value()->mutable_fields())["pick"].set_string_value("two");
  spaces["c"].set_string_value("no namespace");
  exchange.say(response).say(request_body("body"));
  exchange.run(Phase::kRequestHeaders);
  exchange.run(Phase::kRequestBody, "body");
  EXPECT_FALSE(exchange.metadata().find("a").empty());
  EXPECT_TRUE(exchange.metadata().find("b").empty());
  const auto sent = exchange.sent();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[0].metadata_context().filter_metadata_size(), 0);
  const auto& told = sent[1].metadata_context().filter_metadata();
  EXPECT_EQ(told.at("a").fields().at("pick").string_value(), "one");
}

TEST(ExtProc, AnswersCallersOfGrpcByTheirStatus) {
  Fixture exchange;
  exchange.request().fields.add("Content-Type", "application/grpc+proto");
  Response response;
  auto& now = *response.mutable_immediate_response();
  now.mutable_status()->set_code(403);
  now.mutable_grpc_status()->set_status(7);
  now.set_body("no");
  exchange.say(response);
  EXPECT_EQ(exchange.run(Phase::kRequestHeaders), "=200 grpc-status:7 grpc-message:no ");
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

}  // namespace
}  // namespace tidegate::processors::ext_proc
