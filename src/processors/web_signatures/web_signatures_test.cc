#include "processors/web_signatures/web_signatures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "guard/rule_file.h"
#include "processors/read_config.h"
#include "processors/request_fixture.h"
#include "processors/web_signatures/config.h"
#include "waf/engine.h"

namespace tidegate::processors::web_signatures {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr const char* kForm = "application/x-www-form-urlencoded";
constexpr const char* kBlocked = "!403 request_blocked: the request was blocked by policy: ";
constexpr const char* kHeader = "x-tidegate-web-signatures";

std::string processed(const std::string& config, std::string body, const char* type = kForm) {
  RequestFixture request(web_signatures(), config, "/submit", std::move(body));
  request.fields().add("Content-Type", type);
  return request.run();
}

TEST(WebSignatures, BlocksAttacksInBodiesAndPassesTheRest) {
  EXPECT_EQ(processed("{}", "id=1+union+select+password+from+users"),
            std::string(kBlocked) + "sqli");
  EXPECT_EQ(processed("{}", R"({"note":"<script>alert(1)</script>"})", "application/json"),
            std::string(kBlocked) + "xss");
  const std::string harmless = "name=Anne-Marie+O%27Connor&note=5+%3C+6";
  EXPECT_EQ(processed("{}", harmless), harmless);
}

TEST(WebSignatures, JudgesFilesByWhatTheyAre) {
  const auto upload = [](std::string_view name, std::string_view content) {
    return "--xx\r\nContent-Disposition: form-data; name=\"f\"; filename=\"" + std::string(name) +
           "\"\r\n\r\n" + std::string(content) + "\r\n--xx--\r\n";
  };
  constexpr const char* kType = "multipart/form-data; boundary=xx";
  EXPECT_THAT(processed("{}", upload("a.php", "hi"), kType), StartsWith(kBlocked));
  EXPECT_THAT(processed("{}", upload("a.txt", "#!/bin/sh"), kType), StartsWith(kBlocked));
  const auto text = upload("a.txt", "hi");
  EXPECT_EQ(processed("{}", text, kType), text);
  EXPECT_THAT(processed(R"({"uploads":{"allowed":["png"]}})", text, kType), StartsWith(kBlocked));
  EXPECT_THAT(processed(R"({"uploads":{"maxFileBytes":1}})", text, kType), StartsWith(kBlocked));
}

TEST(WebSignatures, FlagsInAHeaderThatClientsCannotWrite) {
  RequestFixture request(web_signatures(), R"({"action":"Flag"})", "/submit", "a=%3Cscript%3E");
  request.fields().add("Content-Type", kForm);
  EXPECT_EQ(request.run(), "a=%3Cscript%3E");
  EXPECT_EQ(request.fields().find(kHeader),
            "score=5.00; categories=xss:5.00; rules=xss.script-tag");
}

TEST(WebSignatures, ExcludesAndCounts) {
  const std::string body = "note=%3Cscript%3E";
  EXPECT_EQ(processed(R"({"exclude":["xss"]})", body), body);
  EXPECT_EQ(processed(R"({"shadow":["xss.*"]})", body), body);
  EXPECT_EQ(processed(R"({"threshold":6})", body), body);
  EXPECT_EQ(processed(R"({"action":"Report"})", body), body);
  EXPECT_EQ(processed(R"({"exclusions":[{"rules":["xss"],"names":["note"]}]})", body), body);
  EXPECT_THAT(processed(R"({"exclusions":[{"rules":["xss"],"names":["other"]}]})", body),
              StartsWith(kBlocked));
}

TEST(WebSignatures, HasRulesOfTheUser) {
  const std::string config = R"({"rules":[{"id":"house.coupon","category":"house",
      "channels":["field"],"form":"sql","pattern":"free coupon"}]})";
  EXPECT_EQ(processed(config, "q=a+FREE/**/coupon"), std::string(kBlocked) + "house");
}

TEST(WebSignatures, BoundsWhatItLooksAt) {
  const auto body = "a=" + std::string(1024, 'x') + "&b=%3Cscript%3E";
  EXPECT_EQ(processed(R"({"maxTextBytes":1024})", body), body);
  EXPECT_THAT(processed(R"({"maxTextBytes":1024,"oversize":"Reject"})", body),
              StartsWith("!413 request_too_large"));
  EXPECT_THAT(processed(R"({"maxTextBytes":2048})", body), StartsWith(kBlocked));
}

TEST(WebSignatures, SaysWhatIsWrongWithItsConfiguration) {
  EXPECT_THAT(check_config<Config>("{}"), IsEmpty());
  EXPECT_THAT(check_config<Config>(R"({"action":"Redact"})"), Contains(HasSubstr("action: must")));
  EXPECT_THAT(check_config<Config>(R"({"exclusions":[{}]})"),
              Contains(HasSubstr("exclusions[0]: needs rules")));
  EXPECT_THAT(check_config<Config>(R"({"uploads":{"allowed":["xyz"]}})"),
              Contains(HasSubstr("uploads.allowed[0]: is no format")));
  EXPECT_THAT(check_config<Config>(R"({"rules":[{"id":"a","category":"b","pattern":"(?<=x)y"}]})"),
              Contains(HasSubstr("rules[0].pattern: ")));
}

}  // namespace
}  // namespace tidegate::processors::web_signatures
