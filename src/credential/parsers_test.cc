#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "credential/form.h"
#include "credential/lifetime.h"
#include "credential/profile_file.h"
#include "credential/sts_reply.h"
#include "credential/timestamp.h"
#include "credential/token_reply.h"
#include "digest/digest.h"

namespace tidegate::credential {
namespace {

using std::chrono::seconds;

const WallTime kNow = *parse_timestamp("2025-03-01T10:00:00Z");

TEST(Form, EncodesWhatSeparatesAndWhatIsNotAscii) {
  EXPECT_EQ(Form().add("grant_type", "a b&c=d+e").add_if("none", "").add("\u00fc", "-._~").take(),
            "grant_type=a%20b%26c%3Dd%2Be&%C3%BC=-._~");
}

TEST(Timestamp, ReadsOffsetsAndFractions) {
  EXPECT_EQ(parse_timestamp("2025-03-01T12:00:00.123+02:00"), kNow);
  EXPECT_EQ(parse_timestamp("2025-03-01T05:30:00-04:30"), kNow);
  EXPECT_EQ(format_basic_time(kNow + seconds(61)), "20250301T100101Z");
}

TEST(Timestamp, RefusesWhatIsNone) {
  for (const char* text : {"", "2025-03-01", "2025-02-30T00:00:00Z", "2025-03-01T24:00:00Z",
                           "2025-03-01T10:00:00", "2025-03-01T10:00:00Zx", "9999-03-01T10:00:00Z",
                           "2025-03-01T10:00:00+2:00", "2025-3-01T10:00:00Z"}) {
    EXPECT_FALSE(parse_timestamp(text)) << text;
  }
}

TEST(TokenReply, ReadsOAuthWithItsLifetime) {
  const auto material = parse_token_reply(
      R"({"access_token":"ya29.abc","token_type":"bearer","expires_in":3599,"scope":"x"})", kNow);
  ASSERT_TRUE(material) << material.error().detail;
  EXPECT_EQ(material->secret.reveal(), "ya29.abc");
  EXPECT_EQ(material->expires, kNow + seconds(3599));
}

TEST(TokenReply, ReadsNumbersThatAzureWritesAsStrings) {
  const auto both = parse_token_reply(
      R"({"access_token":"e","expires_in":"60","expires_on":"1740823200","token_type":"Bearer"})",
      kNow);
  const auto moment = parse_token_reply(R"({"access_token":"e","expires_on":"1740823200"})", kNow);
  ASSERT_TRUE(both && moment);
  EXPECT_EQ(both->expires, kNow + seconds(60));
  EXPECT_EQ(moment->expires, WallTime(seconds(1740823200)));
}

TEST(TokenReply, HasNoExpiryWhereNoneIsSaid) {
  const auto material = parse_token_reply(R"({"access_token":"t"})", kNow);
  ASSERT_TRUE(material);
  EXPECT_FALSE(material->expires);
}

TEST(TokenReply, RefusesWhatCannotBeSentAndNeverRepeatsIt) {
  for (const char* body :
       {"", "[]", "<html>hunter2</html>", "{}", R"({"access_token":""})", R"({"access_token":7})",
        R"({"access_token":"hunter2\r\nx-evil: 1"})", R"({"access_token":"hunter2 hunter2"})",
        R"({"access_token":"hunter2","token_type":"mac"})",
        R"({"access_token":"hunter2","access_token":"hunter2"})",
        R"({"access_token":"hunter2","expires_in":99999999999})",
        R"({"access_token":"hunter2","expires_on":"99999999999999"})"}) {
    const auto material = parse_token_reply(body, kNow);
    ASSERT_FALSE(material) << body;
    EXPECT_EQ(material.error().detail.find("hunter2"), std::string::npos)
        << material.error().detail;
    EXPECT_EQ(material.error().origin, Origin::kUpstream);
  }
}

TEST(TokenReply, ReadsImpersonatedTokens) {
  const auto material = parse_impersonation_reply(
      R"({"accessToken":"ya29.imp","expireTime":"2025-03-01T11:00:00Z"})");
  ASSERT_TRUE(material);
  EXPECT_EQ(material->secret.reveal(), "ya29.imp");
  EXPECT_EQ(material->expires, kNow + std::chrono::hours(1));
  EXPECT_FALSE(parse_impersonation_reply(R"({"accessToken":"t","expireTime":"soon"})"));
}

TEST(TokenReply, ReadsKeysOfInstancesAndContainers) {
  const auto keys = parse_aws_keys(
      R"({"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"ASIA1","SecretAccessKey":"s/+=",)"
      R"("Token":"tok","Expiration":"2025-03-01T16:00:00Z"})");
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->access_key_id, "ASIA1");
  EXPECT_EQ(keys->secret.reveal(), "s/+=");
  EXPECT_EQ(keys->session_token.reveal(), "tok");
  EXPECT_EQ(keys->expires, kNow + std::chrono::hours(6));
  EXPECT_FALSE(parse_aws_keys(R"({"Code":"AssumeRoleUnauthorizedAccess"})"));
}

TEST(TokenReply, TakesOnlyWhatLooksLikeACodeOutOfErrors) {
  EXPECT_EQ(find_error_code(R"({"error":"invalid_client","error_description":"x"})"),
            "invalid_client");
  EXPECT_EQ(find_error_code(R"({"error":{"code":403,"status":"PERMISSION_DENIED"}})"),
            "PERMISSION_DENIED");
  EXPECT_EQ(find_error_code(R"({"error":"the secret was \"hunter2\""})"), "");
  EXPECT_EQ(find_error_code("<html>"), "");
}

const std::string kSts =
    "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n"
    "  <AssumeRoleWithWebIdentityResult>\n    <Audience>sts.amazonaws.com</Audience>\n"
    "    <Credentials>\n      <SessionToken>tok&amp;en</SessionToken>\n"
    "      <SecretAccessKey>sec/ret</SecretAccessKey>\n"
    "      <Expiration>2025-03-01T11:00:00Z</Expiration>\n"
    "      <AccessKeyId>ASIA2</AccessKeyId>\n    </Credentials>\n"
    "  </AssumeRoleWithWebIdentityResult>\n</AssumeRoleWithWebIdentityResponse>\n";

TEST(StsReply, ReadsXml) {
  const auto keys = parse_sts_reply(kSts);
  ASSERT_TRUE(keys) << keys.error().detail;
  EXPECT_EQ(keys->access_key_id, "ASIA2");
  EXPECT_EQ(keys->secret.reveal(), "sec/ret");
  EXPECT_EQ(keys->session_token.reveal(), "tok&en");
  EXPECT_EQ(keys->expires, kNow + std::chrono::hours(1));
}

TEST(StsReply, ReadsJson) {
  const auto keys = parse_sts_reply(
      R"({"AssumeRoleResponse":{"AssumeRoleResult":{"AssumedRoleUser":{"Arn":"a"},"Credentials":)"
      R"({"AccessKeyId":"A","SecretAccessKey":"S","SessionToken":"T","Expiration":1740823200.0}},)"
      R"("ResponseMetadata":{"RequestId":"r"}}})");
  ASSERT_TRUE(keys) << keys.error().detail;
  EXPECT_EQ(keys->access_key_id, "A");
  EXPECT_EQ(keys->session_token.reveal(), "T");
  EXPECT_EQ(keys->expires, WallTime(seconds(1740823200)));
}

TEST(StsReply, RefusesEveryCutOfTheXml) {
  const std::size_t needed = kSts.find("</Credentials>") + std::string("</Credentials>").size();
  for (std::size_t size = 0; size < needed; ++size) {
    const auto keys = parse_sts_reply(std::string_view(kSts).substr(0, size));
    ASSERT_FALSE(keys) << size;
    EXPECT_EQ(keys.error().detail.find("sec/ret"), std::string::npos);
  }
}

TEST(StsReply, FindsErrorCodes) {
  EXPECT_EQ(find_sts_error_code("<ErrorResponse><Error><Type>Sender</Type>"
                                "<Code>InvalidIdentityToken</Code></Error></ErrorResponse>"),
            "InvalidIdentityToken");
  EXPECT_EQ(find_sts_error_code(R"({"Error":{"Code":"AccessDenied","Message":"m"}})"),
            "AccessDenied");
  EXPECT_EQ(find_sts_error_code("<Error><Code>a b</Code></Error>"), "");
}

constexpr std::string_view kProfiles =
    "# mine\n[default]\naws_access_key_id = AKIA0\naws_secret_access_key=secret0 # main\n"
    "s3 =\n  aws_access_key_id = nested\n\n[profile work]\r\nAWS_ACCESS_KEY_ID = AKIA1\r\n"
    "aws_secret_access_key = sec=ret\r\naws_session_token = tok\r\n[half]\naws_access_key_id = A\n";

TEST(ProfileFile, FindsTheProfile) {
  const auto first = parse_profile(kProfiles, "default");
  const auto work = parse_profile(kProfiles, "work");
  ASSERT_TRUE(first && work);
  EXPECT_EQ(first->access_key_id, "AKIA0");
  EXPECT_EQ(first->secret.reveal(), "secret0");
  EXPECT_TRUE(first->session_token.empty());
  EXPECT_EQ(work->access_key_id, "AKIA1");
  EXPECT_EQ(work->secret.reveal(), "sec=ret");
  EXPECT_EQ(work->session_token.reveal(), "tok");
}

TEST(ProfileFile, SaysWhatIsMissing) {
  EXPECT_EQ(parse_profile(kProfiles, "gone").error().detail,
            "AWS profile \"gone\": not in the file");
  EXPECT_EQ(parse_profile(kProfiles, "half").error().detail,
            "AWS profile \"half\": no usable aws_secret_access_key");
}

TEST(Lifetime, EndsBeforeTheTokenDoesAndAsksForAnotherEarlier) {
  Material material;
  material.expires = kNow + seconds(3600);
  const Lifetime lifetime(material, kNow);
  EXPECT_TRUE(lifetime.is_usable(kNow + seconds(3569)));
  EXPECT_FALSE(lifetime.is_usable(kNow + seconds(3570)));
  EXPECT_FALSE(lifetime.is_refresh_due(kNow + seconds(2699)));
  EXPECT_TRUE(lifetime.is_refresh_due(kNow + seconds(2700)));
}

TEST(Lifetime, LeavesShortLivedTokensUsable) {
  Material material;
  material.expires = kNow + seconds(20);
  const Lifetime lifetime(material, kNow);
  EXPECT_TRUE(lifetime.is_usable(kNow + seconds(17)));
  EXPECT_FALSE(lifetime.is_usable(kNow + seconds(18)));
}

TEST(Lifetime, NeverEndsWithoutAnExpiryAndIsOverWithOneInThePast) {
  Material material;
  EXPECT_FALSE(Lifetime(material, kNow).is_refresh_due(kNow + std::chrono::hours(100000)));
  material.expires = kNow - seconds(1);
  EXPECT_FALSE(Lifetime(material, kNow).is_usable(kNow));
}

TEST(JwtExpiry, IsWhatTheTokenSays) {
  const auto of = [](std::string_view claims) {
    return find_jwt_expiry("e30." + to_base64url(claims) + ".signature");
  };
  EXPECT_EQ(of(R"({"sub":"ann","exp":1740823200})"), WallTime(std::chrono::seconds(1740823200)));
  for (const char* claims : {"{}", R"({"exp":"soon"})", R"({"exp":-1})", "[]", "not json"}) {
    EXPECT_EQ(of(claims), std::nullopt) << claims;
  }
  for (const char* token : {"", "opaque", "a.b", "a.!!.c", "..", "e30.e30"}) {
    EXPECT_EQ(find_jwt_expiry(token), std::nullopt) << token;
  }
}

}  // namespace
}  // namespace tidegate::credential
