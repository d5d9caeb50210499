#include "proxy/error_response.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proxy/proxy_fixture.h"

namespace tidegate::proxy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Every code, and the status that it stands for by whose fault it is.
struct StatusCase {
  ErrorCode code;
  std::uint16_t downstream;
  std::uint16_t upstream;
};

const StatusCase kStatuses[] = {
    {ErrorCode::kCancelled, 499, 502},
    {ErrorCode::kTimeout, 408, 504},
    {ErrorCode::kShutdown, 400, 502},
    {ErrorCode::kConnectionRefused, 400, 502},
    {ErrorCode::kConnectionReset, 499, 502},
    {ErrorCode::kConnectFailed, 400, 502},
    {ErrorCode::kEndOfStream, 499, 502},
    {ErrorCode::kDnsFailure, 400, 502},
    {ErrorCode::kTlsFailure, 400, 502},
    {ErrorCode::kIo, 499, 502},
    {ErrorCode::kMalformed, 400, 502},
    {ErrorCode::kHeadTooLarge, 431, 502},
    {ErrorCode::kUriTooLong, 414, 502},
    {ErrorCode::kBodyTooLarge, 413, 502},
    {ErrorCode::kUnsupported, 501, 502},
    {ErrorCode::kExpectationFailed, 417, 502},
    {ErrorCode::kBadContentLength, 400, 502},
    {ErrorCode::kProtocolViolation, 400, 502},
    {ErrorCode::kInvalidConfig, 400, 502},
    {ErrorCode::kNotFound, 404, 502},
    {ErrorCode::kModelNotFound, 404, 502},
    {ErrorCode::kMisdirected, 421, 502},
    {ErrorCode::kLoop, 508, 502},
    {ErrorCode::kForbidden, 403, 502},
    {ErrorCode::kNoBackend, 400, 500},
    {ErrorCode::kUnavailable, 400, 503},
    {ErrorCode::kLimit, 429, 502},
    {ErrorCode::kInternal, 400, 502},
};

TEST(ErrorStatus, FollowsFromTheCodeAndWhoseFaultItIs) {
  ASSERT_EQ(std::size(kStatuses), static_cast<std::size_t>(ErrorCode::kInternal) + 1);
  for (const StatusCase& test : kStatuses) {
    SCOPED_TRACE(to_string(test.code));
    EXPECT_EQ(status_of(Error(test.code, Origin::kDownstream)), test.downstream);
    EXPECT_EQ(status_of(Error(test.code, Origin::kUpstream)), test.upstream);
    EXPECT_EQ(status_of(Error(test.code, Origin::kInternal)), 500);
  }
}

TEST(ErrorStatus, OfAVersionThatIsNotSpokenIs505) {
  EXPECT_EQ(status_of(Error(ErrorCode::kUnsupported, Origin::kDownstream, "HTTP version 3.0")),
            505);
}

TEST(ErrorMessage, TellsClientsNothingOfUpstreamsOrOurselves) {
  for (const StatusCase& test : kStatuses) {
    SCOPED_TRACE(to_string(test.code));
    for (const Origin origin : {Origin::kUpstream, Origin::kInternal}) {
      const std::string message = client_message(Error(test.code, origin, "10.0.0.7 secret"));
      EXPECT_THAT(message, Not(HasSubstr("10.0.0.7")));
      EXPECT_THAT(message, Not(HasSubstr("secret")));
      EXPECT_FALSE(message.empty());
    }
    EXPECT_EQ(client_message(Error(test.code, Origin::kDownstream, "say why")), "say why");
  }
}

class ErrorAnswer : public testing::EachPoller {
 protected:
  // What a client of this call gets for an error before any response began.
  void answer(Error error, std::optional<llm::Call> call = std::nullopt,
              std::string_view content_type = {}) {
    World world(GetParam());
    world.adopt(std::vector<config::HttpRule>());
    Client client(world, "POST", "/");
    if (!content_type.empty()) client.add("content-type", content_type);
    Flight flight(client.exchange, world.snapshot, world.port(), world.context);
    flight.error = std::move(error);
    flight.call = call;
    flight.model = "gpt-x";
    world.loop.group.spawn(answer_error(flight));
    world.loop.run_until_idle();
    status = client.response.status;
    logged_status = flight.status;
    termination = flight.termination;
    fields = client.response.fields;
    body = client.response.body;
    closes = client.response.closes;
    aborted = client.response.aborted;
    EXPECT_NE(client.response.ended, aborted);
  }
  std::string field(const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : found->second;
  }

  std::uint16_t status = 0;
  std::uint16_t logged_status = 0;
  telemetry::Termination termination{};
  std::multimap<std::string, std::string> fields;
  std::string body;
  bool closes = false;
  bool aborted = false;
};
TIDEGATE_ON_EACH_POLLER(ErrorAnswer);

constexpr llm::Call kOpenAiChat{llm::Dialect::kOpenAi, llm::Operation::kChatCompletions};
constexpr llm::Call kMessages{llm::Dialect::kAnthropic, llm::Operation::kMessages};

TEST_P(ErrorAnswer, OfEveryCodeHasItsStatusInEveryDialect) {
  for (const StatusCase& test : kStatuses) {
    SCOPED_TRACE(to_string(test.code));
    for (const auto& call :
         {std::optional<llm::Call>(), std::optional(kOpenAiChat), std::optional(kMessages)}) {
      answer(Error(test.code, Origin::kUpstream, "10.0.0.7 secret"), call);
      EXPECT_EQ(status, test.upstream);
      EXPECT_EQ(logged_status, test.upstream);
      EXPECT_THAT(body, Not(HasSubstr("secret")));
      answer(Error(test.code, Origin::kInternal, "secret"), call);
      EXPECT_EQ(status, 500);
      EXPECT_THAT(body, HasSubstr("internal error"));
      EXPECT_THAT(body, Not(HasSubstr("secret")));
    }
  }
}

TEST_P(ErrorAnswer, ToPlainHttpIsAProblem) {
  answer(Error(ErrorCode::kTimeout, Origin::kUpstream));
  EXPECT_EQ(field("content-type"), "application/problem+json");
  EXPECT_EQ(body, R"({"type":"about:blank","title":"Gateway Timeout","status":504,)"
                  R"("detail":"the upstream did not answer in time"})"
                  "\n");
  EXPECT_EQ(termination, telemetry::Termination::kTimeout);
}

TEST_P(ErrorAnswer, ToOpenAiCallsHasItsShape) {
  answer(Error(ErrorCode::kMalformed, Origin::kDownstream, "JSON error at byte 3"), kOpenAiChat);
  EXPECT_EQ(field("content-type"), "application/json");
  EXPECT_EQ(body, R"({"error":{"message":"JSON error at byte 3","type":"invalid_request_error",)"
                  R"("param":null,"code":null}})");
}

TEST_P(ErrorAnswer, ToAnthropicCallsHasItsShape) {
  answer(Error(ErrorCode::kUnavailable, Origin::kUpstream), kMessages);
  EXPECT_EQ(body, R"({"type":"error","error":{"type":"overloaded_error",)"
                  R"("message":"no upstream is available"}})");
}

TEST_P(ErrorAnswer, NamesAModelThatNobodyOffers) {
  answer(Error(ErrorCode::kModelNotFound, Origin::kDownstream), kOpenAiChat);
  EXPECT_EQ(status, 404);
  EXPECT_THAT(body, HasSubstr("`gpt-x`"));
  EXPECT_THAT(body, HasSubstr(R"("param":"model","code":"model_not_found")"));
}

struct GrpcCase {
  ErrorCode code;
  Origin origin;
  const char* grpc_status;
};

// Source: gRPC, "HTTP to gRPC Status Code Mapping".
TEST_P(ErrorAnswer, ToGrpcIsAStatusFieldOnA200) {
  const GrpcCase cases[] = {
      {ErrorCode::kNotFound, Origin::kDownstream, "12"},
      {ErrorCode::kMalformed, Origin::kDownstream, "13"},
      {ErrorCode::kBodyTooLarge, Origin::kDownstream, "8"},
      {ErrorCode::kTimeout, Origin::kUpstream, "4"},
      {ErrorCode::kConnectionRefused, Origin::kUpstream, "14"},
      {ErrorCode::kUnavailable, Origin::kUpstream, "14"},
      {ErrorCode::kInternal, Origin::kInternal, "2"},
  };
  for (const GrpcCase& test : cases) {
    SCOPED_TRACE(to_string(test.code));
    answer(Error(test.code, test.origin, "because"), std::nullopt, "application/grpc+proto");
    EXPECT_EQ(status, 200);
    EXPECT_EQ(field("content-type"), "application/grpc");
    EXPECT_EQ(field("grpc-status"), test.grpc_status);
    EXPECT_NE(field("grpc-message"), "");
    EXPECT_EQ(body, "");
  }
}

TEST_P(ErrorAnswer, AfterBytesThatAreNotTheProtocolEndsTheConnection) {
  answer(Error(ErrorCode::kMalformed, Origin::kDownstream));
  EXPECT_TRUE(closes);
  answer(Error(ErrorCode::kBodyTooLarge, Origin::kDownstream));
  EXPECT_TRUE(closes);
  answer(Error(ErrorCode::kNotFound, Origin::kDownstream));
  EXPECT_FALSE(closes);
  answer(Error(ErrorCode::kMalformed, Origin::kUpstream));
  EXPECT_FALSE(closes);
}

TEST_P(ErrorAnswer, IsNoneForAClientThatHasGone) {
  for (const ErrorCode code : {ErrorCode::kConnectionReset, ErrorCode::kEndOfStream,
                               ErrorCode::kCancelled, ErrorCode::kIo}) {
    SCOPED_TRACE(to_string(code));
    answer(Error(code, Origin::kDownstream));
    EXPECT_TRUE(aborted);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(logged_status, 499);
    EXPECT_EQ(termination, telemetry::Termination::kClientGone);
  }
}

}  // namespace
}  // namespace tidegate::proxy
