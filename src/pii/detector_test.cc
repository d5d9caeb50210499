#include "pii/detector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tidegate::pii {
namespace {

using testing::HasSubstr;

const Detector& detector() {
  static const auto all = Detector::make({});
  EXPECT_TRUE(all) << all.error().detail;
  return *all;
}

std::string find(const Detector& by, std::string_view text) {
  std::vector<Finding> findings;
  EXPECT_TRUE(by.find(text, findings));
  std::string out;
  for (const auto& one : findings) {
    if (!out.empty()) out += " | ";
    out += std::string(one.rule->label) + ":" + std::string(one.of(text));
  }
  return out;
}

struct Case {
  std::string_view text;
  std::string_view found;
};

TEST(Detector, FindsWhatPeopleWrite) {
  const std::vector<Case> cases{
      {"Mail ann.lee+x@mail.example.co.uk, or <bob@b.org>.",
       "EMAIL:ann.lee+x@mail.example.co.uk | EMAIL:bob@b.org"},
      {"an jörg@münchen.de.", "EMAIL:jörg@münchen.de"},
      {"Card 4111 1111 1111 1111 12/29, or 5555555555554444.",
       "CARD:4111 1111 1111 1111 | CARD:5555555555554444"},
      {"amex 3782 822463 10005", "CARD:3782 822463 10005"},
      {"IBAN DE89 3704 0044 0532 0130 00 BIC COBADEFF", "IBAN:DE89 3704 0044 0532 0130 00"},
      {"GB29NWBK60161331926819 and no 93 8601 1117 947", "IBAN:GB29NWBK60161331926819"},
      {"my ssn is 526-01-8159", "US_SSN:526-01-8159"},
      {"social security: 083016613", "US_SSN:083016613"},
      {"order 083016613", ""},
      {"Call +49 30 901820-12 or +1 (212) 555-2368 5 times",
       "PHONE:+49 30 901820-12 | PHONE:+1 (212) 555-2368"},
      {"(212) 555-2368", "PHONE:(212) 555-2368"},
      {"+1-212-555-2368x8095 or 212-555-2368x12",
       "PHONE:+1-212-555-2368x8095 | PHONE:212-555-2368x12"},
      {"05 87 98 62 32, (0808) 1570856", "PHONE:05 87 98 62 32 | PHONE:(0808) 1570856"},
      {"ee42a594-52e9-4dac-a74d-94aef01b6a7d", ""},
      {"Telefon: 030 / 901820", "PHONE:030 / 901820"},
      {"手机13800138000", "PHONE:13800138000"},
      {"from 192.168.0.254 and 2001:db8::8a2e:370:7334.",
       "IP:192.168.0.254 | IP:2001:db8::8a2e:370:7334"},
      {"at 10:20:30 version 1.2.3.4.5", ""},
      {"00:1b:44:11:3a:b7", "MAC:00:1b:44:11:3a:b7"},
      {"PESEL 51051911508", "PL_PESEL:51051911508"},
      {"the number 51051911508", ""},
      {"CPF 587.355.706-36", "BR_CPF:587.355.706-36"},
      {"send to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "BITCOIN:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"},
      {"AHV 756.1559.8310.86, DNI 28006135R", "CH_AHV:756.1559.8310.86 | ES_NIF:28006135R"},
      {"BSN: 901214735", "NL_BSN:901214735"},
      {"personnummer 850706-1243", "SE_PERSONNUMMER:850706-1243"},
      {"Aadhaar 8182 7379 9217", "IN_AADHAAR:8182 7379 9217"},
      {"3.1415926535897932384626", ""},
      {"", ""},
  };
  for (const auto& one : cases) EXPECT_EQ(find(detector(), one.text), one.found) << one.text;
}

TEST(Detector, FindsKeysAndTokens) {
  // Written in two halves, so that nobody takes them for keys that leaked.
  const std::string openai = "sk-proj-" + std::string("a8Xk29LmQz0Pw7Rt5Vb3Nc1Yd6Hf4Jg2");
  const std::string anthropic = "sk-ant-" + std::string("api03-Zx9Cv8Bn7Mq6Wp5Lk4Jh3Gf2_-D");
  const std::string aws = "AKIA" + std::string("3QXN5T7WZ2VB6KLM");
  const std::string github = "ghp_" + std::string("aB3dE5gH7jK9mN1pQ3sT5vW7yZ0cD20ui0lt");
  const std::string stripe = "sk_live_" + std::string("4eC39HqLyjWDarjtT1zdp7dc");
  const std::string jwt =
      "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." + std::string("eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlMQ");
  EXPECT_EQ(find(detector(), "key " + openai + "."), "OPENAI_KEY:" + openai);
  EXPECT_EQ(find(detector(), "x-api-key: " + anthropic), "ANTHROPIC_KEY:" + anthropic);
  EXPECT_EQ(find(detector(), "\"" + aws + "\""), "AWS_ACCESS_KEY:" + aws);
  EXPECT_EQ(find(detector(), github), "GITHUB_TOKEN:" + github);
  // Its checksum is wrong: typed wrong, or printed in an example.
  const std::string mistyped = github.substr(0, 39) + "0";
  EXPECT_EQ(find(detector(), mistyped), "GITHUB_TOKEN:" + mistyped);
  EXPECT_EQ(find(detector(), "AKIAIOSFODNN7EXAMPLE"), "AWS_ACCESS_KEY:AKIAIOSFODNN7EXAMPLE");
  EXPECT_EQ(find(detector(), stripe), "STRIPE_KEY:" + stripe);
  EXPECT_EQ(find(detector(), "Bearer " + jwt), "JWT:" + jwt);
  EXPECT_EQ(find(detector(), "db: postgres://bob:s3cret@db.example.org:5432/x"),
            "URL_PASSWORD:postgres://bob:s3cret@db.example.org:5432");
  EXPECT_EQ(find(detector(), "password = 'tR7#kq92LmX0' # local"), "SECRET:tR7#kq92LmX0");
  EXPECT_EQ(find(detector(), "password = os.environ['PASSWORD']"), "");
  const std::string pem =
      "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----";
  EXPECT_EQ(find(detector(), "key:\n" + pem + "\nend"), "PRIVATE_KEY:" + pem);
  EXPECT_EQ(find(detector(), "-----BEGIN CERTIFICATE-----\nMIIEpAIBAAKCAQEA"), "");
}

TEST(Detector, IsLessSureOfWhatOnlyLooksAsItMust) {
  const auto strict = Detector::make({.threshold = 80});
  ASSERT_TRUE(strict);
  const std::string github = "ghp_" + std::string("aB3dE5gH7jK9mN1pQ3sT5vW7yZ0cD20ui0lt");
  EXPECT_EQ(find(*strict, github), "GITHUB_TOKEN:" + github);
  EXPECT_EQ(find(*strict, github.substr(0, 39) + "0"), "");
  EXPECT_EQ(find(detector(), "912-30-4567"), "US_SSN:912-30-4567");
  EXPECT_EQ(find(*strict, "912-30-4567"), "");
  EXPECT_EQ(find(*strict, "SSN 912-30-4567"), "US_SSN:912-30-4567");
}

TEST(Detector, OfOverlappingFindingsTheLongestIsKept) {
  // The host within the URL, the phone within the card, the e-mail within the URL.
  EXPECT_EQ(find(detector(), "https://bob:pa55@10.1.2.3/x"),
            "URL_PASSWORD:https://bob:pa55@10.1.2.3");
  EXPECT_EQ(find(detector(), "phone card 4111111111111111"), "CARD:4111111111111111");
}

TEST(Detector, SameTextIsFoundAtAnyPlace) {
  const std::string secret = "4111 1111 1111 1111";
  for (const std::size_t size : {0U, 1U, 1000U, 65000U}) {
    const std::string filler(size, 'x');
    const auto text = filler + " " + secret + " " + filler;
    EXPECT_EQ(find(detector(), text), "CARD:" + secret) << size;
  }
}

TEST(Detector, LooksOnlyForWhatItWasToldTo) {
  const auto mails = Detector::make({{"email"}, kDefaultThreshold});
  ASSERT_TRUE(mails);
  EXPECT_EQ(find(*mails, "a@b.org 4111111111111111"), "EMAIL:a@b.org");
  const auto unknown = Detector::make({{"email", "shoe_size"}, kDefaultThreshold});
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().detail, HasSubstr("shoe_size"));
}

TEST(Detector, ThresholdDecidesOverWhatIsUnsure) {
  const auto eager = Detector::make({{"us_ssn"}, 15});
  ASSERT_TRUE(eager);
  EXPECT_EQ(find(*eager, "order 083016613"), "US_SSN:083016613");
}

TEST(Detector, TextsFullOfCandidatesAreBounded) {
  std::string text;
  while (text.size() < 1'000'000) text += "a.b@c.de@";
  std::vector<Finding> findings;
  ASSERT_TRUE(detector().find(text, findings));
  EXPECT_GT(findings.size(), 100U);
  for (std::size_t i = 1; i < findings.size(); ++i) {
    ASSERT_LE(findings[i - 1].end, findings[i].begin);
  }
}

// Rules that say nothing wrong: patterns and words that can match.
TEST(Rules, AreWellFormed) {
  for (const auto table : {personal_rules(), identity_rules(), credential_rules()}) {
    for (const auto& rule : table) {
      EXPECT_FALSE(rule.id.empty());
      EXPECT_TRUE(rule.score > 0 && rule.score <= 100) << rule.id;
      // What words alone would make, or a pattern without a check, must be sure of itself.
      EXPECT_TRUE(rule.check != nullptr || rule.score >= 90) << rule.id;
      EXPECT_TRUE(rule.score >= kDefaultThreshold || !rule.context.empty()) << rule.id;
      EXPECT_TRUE(rule.score >= kDefaultThreshold || rule.score + kContextGain >= kDefaultThreshold)
          << rule.id;
      for (const char c : rule.context) EXPECT_FALSE(c >= 'A' && c <= 'Z') << rule.context;
      for (const char c : rule.label) {
        EXPECT_TRUE((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_') << rule.label;
      }
    }
  }
}

}  // namespace
}  // namespace tidegate::pii
