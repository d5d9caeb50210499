#include "llm/error_body.h"

#include <gtest/gtest.h>

#include <utility>

#include "llm/dialect/bedrock/write_frame.h"

namespace tidegate::llm {
namespace {

TEST(ErrorBody, HasTheShapeOfTheDialect) {
  const ErrorBody error{
      .status = 404, .message = "no \"x\"", .code = "model_not_found", .param = "model"};
  EXPECT_EQ(format_error(Dialect::kOpenAi, error),
            R"({"error":{"message":"no \"x\"","type":"invalid_request_error","param":"model",)"
            R"("code":"model_not_found"}})");
  EXPECT_EQ(format_error(Dialect::kAnthropic, error),
            R"({"type":"error","error":{"type":"not_found_error","message":"no \"x\""}})");
}

TEST(ErrorBody, GeminiBedrockAndCohereHaveTheirOwn) {
  const ErrorBody error{.status = 429, .message = "slow"};
  EXPECT_EQ(format_error(Dialect::kGemini, error),
            R"({"error":{"code":429,"message":"slow","status":"RESOURCE_EXHAUSTED"}})");
  EXPECT_EQ(format_error(Dialect::kBedrock, error), R"({"message":"slow"})");
  EXPECT_EQ(error_type(Dialect::kBedrock, 429), "ThrottlingException");
  EXPECT_EQ(format_error(Dialect::kCohere, error), R"({"message":"slow"})");
  EXPECT_EQ(error_type(Dialect::kGemini, 404), "NOT_FOUND");
  EXPECT_EQ(error_type(Dialect::kGemini, 503), "UNAVAILABLE");
}

TEST(ErrorBody, StreamsOfGeminiAndBedrockEndInTheirs) {
  EXPECT_EQ(format_stream_error({Dialect::kGemini, Operation::kGenerateContent},
                                {.status = 504, .message = "late"}, {}),
            "data: {\"error\":{\"code\":504,\"message\":\"late\","
            "\"status\":\"DEADLINE_EXCEEDED\"}}\n\n");
  for (const auto& [status, type] :
       {std::pair{429, "throttlingException"}, std::pair{500, "internalServerException"},
        std::pair{504, "modelStreamErrorException"}, std::pair{400, "validationException"},
        std::pair{503, "serviceUnavailableException"}, std::pair{403, "internalServerException"}}) {
    std::string frame;
    bedrock::append_exception(frame, type, R"({"message":"x"})");
    EXPECT_EQ(
        format_stream_error({Dialect::kBedrock, Operation::kConverse},
                            {.status = static_cast<std::uint16_t>(status), .message = "x"}, {}),
        frame);
  }
}

TEST(ErrorBody, EmptyMembersAreNull) {
  EXPECT_EQ(format_error(Dialect::kOpenAi, {.status = 503, .message = "busy"}),
            R"({"error":{"message":"busy","type":"service_unavailable_error","param":null,)"
            R"("code":null}})");
}

TEST(ErrorBody, TypesFollowTheStatus) {
  EXPECT_EQ(error_type(Dialect::kAnthropic, 529), "overloaded_error");
  EXPECT_EQ(error_type(Dialect::kAnthropic, 429), "rate_limit_error");
  EXPECT_EQ(error_type(Dialect::kAnthropic, 422), "invalid_request_error");
  EXPECT_EQ(error_type(Dialect::kAnthropic, 502), "api_error");
  EXPECT_EQ(error_type(Dialect::kOpenAi, 401), "authentication_error");
  EXPECT_EQ(error_type(Dialect::kOpenAi, 500), "server_error");
}

TEST(ErrorBody, StreamsEndInAnEventOfTheirDialect) {
  const ErrorBody error{.status = 502, .message = "upstream closed"};
  EXPECT_EQ(format_stream_error({Dialect::kOpenAi, Operation::kChatCompletions}, error, {}),
            "data: {\"error\":{\"message\":\"upstream closed\",\"type\":\"server_error\","
            "\"param\":null,\"code\":null}}\n\n");
  EXPECT_EQ(format_stream_error({Dialect::kAnthropic, Operation::kMessages}, error, {}),
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\","
            "\"message\":\"upstream closed\"}}\n\n");
  EXPECT_EQ(format_stream_error({Dialect::kOpenAi, Operation::kResponses}, error,
                                {.response_id = "resp_1", .next_sequence_number = 7}),
            "event: response.failed\ndata: {\"type\":\"response.failed\",\"sequence_number\":7,"
            "\"response\":{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"failed\","
            "\"error\":{\"code\":\"server_error\",\"message\":\"upstream closed\"},"
            "\"output\":[]}}\n\n");
}

}  // namespace
}  // namespace tidegate::llm
