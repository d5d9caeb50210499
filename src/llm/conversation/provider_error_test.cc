#include "llm/conversation/provider_error.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "json/text.h"
#include "llm/conversation/plain_line.h"

namespace tidegate::llm {
namespace {

struct Case {
  std::string body;
  std::string message;
  std::string type;
  std::string code;
  std::string param;
  std::string type_field;
};

TEST(ProviderErrors, AreReadInEveryShape) {
  const std::vector<Case> cases{
      {R"({"error":{"message":"Bad \"x\"","type":"invalid_request_error","param":"x","code":null}})",
       "Bad \"x\"", "invalid_request_error", "", "x", ""},
      {R"({"error":{"code":"DeploymentNotFound","message":"No such deployment."}})",
       "No such deployment.", "", "DeploymentNotFound", "", ""},
      {R"({"statusCode":401,"message":"Access denied"})", "Access denied", "", "", "", ""},
      {R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},)"
       R"("request_id":"req_1"})",
       "Overloaded", "overloaded_error", "", "", ""},
      {R"({"error":{"code":429,"message":"Quota","status":"RESOURCE_EXHAUSTED","details":[]}})",
       "Quota", "RESOURCE_EXHAUSTED", "429", "", ""},
      {R"([{"error":{"code":400,"message":"Bad","status":"INVALID_ARGUMENT"}}])", "Bad",
       "INVALID_ARGUMENT", "400", "", ""},
      {R"({"message":"Too many"})", "Too many", "ThrottlingException", "", "",
       "ThrottlingException:http://internal.amazon.com/coral/"},
      {R"({"__type":"com.amazon.coral.service#AccessDeniedException","Message":"No"})", "No",
       "AccessDeniedException", "", "", ""},
      {R"({"id":"5b1","message":"invalid api token"})", "invalid api token", "", "", "", ""},
      {R"({"object":"error","message":"too long","type":"BadRequestError","param":null,"code":400})",
       "too long", "BadRequestError", "400", "", ""},
      {R"({"error":"model not found"})", "model not found", "", "", "", ""},
      {R"({"error":"Input too long","error_type":"validation"})", "Input too long", "validation",
       "", "", ""},
      {R"({"detail":"Not Found"})", "Not Found", "", "", "", ""},
      {R"({"detail":[{"loc":["body","messages",0],"msg":"Field required","type":"missing"},)"
       R"({"loc":["body"],"msg":"x"}]})",
       "body.messages.0: Field required; body: x", "", "", "body.messages.0", ""},
      {R"({"object":"error","message":{"detail":[{"loc":["body","a"],"msg":"bad"}]},"type":"t"})",
       "body.a: bad", "t", "", "body.a", ""},
      {R"({"type":"https://example.com/out","title":"Out of credit","status":403})",
       "Out of credit", "https://example.com/out", "", "", ""},
      {R"({"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"too big"}}})",
       "Provider returned error: too big", "", "400", "", ""},
      {R"({"success":false,"errors":[{"code":10000,"message":"Authentication error"}]})",
       "Authentication error", "", "10000", "", ""},
      {"event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\","
       "\"message\":\"m\"}}\n\n",
       "m", "api_error", "", "", ""},
      {"<html><head><title>502 Bad  Gateway</title></head><body>x</body></html>", "502 Bad Gateway",
       "", "", "", ""},
      {"<!DOCTYPE html><STYLE>b{}</STYLE><H1>Oh &amp; no</H1>", "Oh & no", "", "", "", ""},
      {"<p>a<script>x<y</script>b</p>", "a b", "", "", "", ""},
      {"upstream\r\n  connect \x01 error\n", "upstream connect error", "", "", "", ""},
      {"", "the provider answered 503", "", "", "", ""},
      {"{}", "the provider answered 503", "", "", "", ""},
      {R"({"error":null,"message":7})", "7", "", "", "", ""},
      {R"({"error":{"message":)", R"({"error":{"message":)", "", "", "", ""},
      {R"("just text")", "just text", "", "", "", ""},
  };
  for (const auto& c : cases) {
    const auto error = read_provider_error(503, "", c.body, c.type_field);
    EXPECT_EQ(error.message, c.message) << c.body;
    EXPECT_EQ(error.type, c.type) << c.body;
    EXPECT_EQ(error.code, c.code) << c.body;
    EXPECT_EQ(error.param, c.param) << c.body;
  }
}

TEST(ProviderErrors, AreBoundedAndValidUtf8) {
  std::string body = R"({"error":{"message":"x)";
  for (int i = 0; i < 5000; ++i) body += "\xc3\xa9";
  body += R"("}})";
  const auto error = read_provider_error(500, "", body);
  EXPECT_LE(error.message.size(), kMaxErrorMessageBytes);
  EXPECT_GE(error.message.size(), kMaxErrorMessageBytes - 2);
  EXPECT_EQ(json::find_invalid_utf8(error.message), error.message.size());
  const auto broken = read_provider_error(500, "", "a\xff\xfe z\xc3");
  EXPECT_EQ(broken.message, "a?? z?");
}

TEST(ProviderErrors, ShowNoCredentials) {
  const auto error = read_provider_error(
      401, "",
      R"({"error":{"message":"Incorrect key: sk-proj-abcdefgh12345678. See https://x.y/sk-help"}})");
  EXPECT_EQ(error.message, "Incorrect key: [redacted]. See https://x.y/sk-help");
  EXPECT_EQ(redact_credentials("Authorization: Bearer abcdefghijklmnop rejected"),
            "Authorization: Bearer [redacted] rejected");
  EXPECT_EQ(redact_credentials("key=AIzaSyA1234567890 bad"), "key=[redacted] bad");
  EXPECT_EQ(redact_credentials("'sk-ant-api03-xxxxxxxx'"), "'[redacted]'");
  EXPECT_EQ(redact_credentials("the bearer of news. Ask- us"), "the bearer of news. Ask- us");
  EXPECT_EQ(redact_credentials("..."), "...");
}

}  // namespace
}  // namespace tidegate::llm
