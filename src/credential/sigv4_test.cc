// Checked against the signatures of AWS's published Signature Version 4 test suite (header
// signing): AKIDEXAMPLE, us-east-1, service "service", 2015-08-30T12:36:00Z. Left out is
// get-header-value-multiline: line folds never get past the parser of heads.
#include "credential/sigv4.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "credential/timestamp.h"

namespace tidegate::credential {
namespace {

struct Case {
  std::string name;
  std::string method;
  std::string target;
  std::vector<SignedField> fields;  // besides Host
  std::string body;
  std::string signed_names;
  std::string signature;
  CanonicalPath path = CanonicalPath::kNormalEncodedAgain;
};

void PrintTo(const Case& example, std::ostream* out) { *out << example.name; }

constexpr auto kUnnormalized = CanonicalPath::kEncodedAgain;
const std::string kVanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
const std::string kHostDate = "host;x-amz-date";
const std::string kUnreserved =
    "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const std::string kFormHash = "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e";

std::vector<Case> suite() {
  return {
      {"get-vanilla", "GET", "/", {}, "", kHostDate, kVanilla},
      {"get-vanilla-empty-query-key",
       "GET",
       "/?Param1=value1",
       {},
       "",
       kHostDate,
       "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
      {"get-vanilla-query-order-key-case",
       "GET",
       "/?Param2=value2&Param1=value1",
       {},
       "",
       kHostDate,
       "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
      {"get-vanilla-query-order-encoded",
       "GET",
       "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
       {},
       "",
       kHostDate,
       "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac"},
      {"get-vanilla-query-unreserved",
       "GET",
       "/?" + kUnreserved + "=" + kUnreserved,
       {},
       "",
       kHostDate,
       "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
      {"get-vanilla-utf8-query",
       "GET",
       "/?\u1234=bar",
       {},
       "",
       kHostDate,
       "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
      {"get-unreserved",
       "GET",
       "/" + kUnreserved,
       {},
       "",
       kHostDate,
       "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
      {"get-utf8",
       "GET",
       "/\u1234",
       {},
       "",
       kHostDate,
       "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
      {"get-space-normalized",
       "GET",
       "/example space/",
       {},
       "",
       kHostDate,
       "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
      {"get-relative-relative-normalized",
       "GET",
       "/example1/example2/../..",
       {},
       "",
       kHostDate,
       kVanilla},
      {"get-relative-relative-unnormalized",
       "GET",
       "/example1/example2/../..",
       {},
       "",
       kHostDate,
       "dc33e0856fd4baca4d7aa2146c38958283844764f38c74252a333df5e613003b",
       kUnnormalized},
      {"get-slash-dot-slash-unnormalized",
       "GET",
       "/./",
       {},
       "",
       kHostDate,
       "68714168e6557f8f2de0ef956fc24dc2593a4bd2961f8df51898d8a134695145",
       kUnnormalized},
      {"get-slash-pointless-dot-normalized",
       "GET",
       "/./example",
       {},
       "",
       kHostDate,
       "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"},
      {"get-slashes-normalized",
       "GET",
       "//example//",
       {},
       "",
       kHostDate,
       "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
      {"get-slashes-unnormalized",
       "GET",
       "//example//",
       {},
       "",
       kHostDate,
       "87cca117541a147f6df867677d98a7d80dff226d2bfca9e4ffa899665623c7e5",
       kUnnormalized},
      {"get-header-key-duplicate",
       "GET",
       "/",
       {{"My-Header1", "value2"}, {"My-Header1", "value2"}, {"My-Header1", "value1"}},
       "",
       "host;my-header1;x-amz-date",
       "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
      {"get-header-value-order",
       "GET",
       "/",
       {{"My-Header1", "value4"},
        {"My-Header1", "value1"},
        {"My-Header1", "value3"},
        {"My-Header1", "value2"}},
       "",
       "host;my-header1;x-amz-date",
       "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"},
      {"get-header-value-trim",
       "GET",
       "/",
       {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}},
       "",
       "host;my-header1;my-header2;x-amz-date",
       "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
      {"post-vanilla",
       "POST",
       "/",
       {},
       "",
       kHostDate,
       "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
      {"post-vanilla-query",
       "POST",
       "/?Param1=value1",
       {},
       "",
       kHostDate,
       "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"},
      {"post-header-key-sort",
       "POST",
       "/",
       {{"My-Header1", "value1"}},
       "",
       "host;my-header1;x-amz-date",
       "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"},
      {"post-x-www-form-urlencoded",
       "POST",
       "/",
       {{"Content-Type", "application/x-www-form-urlencoded"},
        {"Content-Length", "13"},
        {"x-amz-content-sha256", kFormHash}},
       "Param1=value1",
       "content-length;content-type;host;x-amz-content-sha256;x-amz-date",
       "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b"},
      {"post-x-www-form-urlencoded-parameters",
       "POST",
       "/",
       {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
        {"Content-Length", "13"},
        {"x-amz-content-sha256", kFormHash}},
       "Param1=value1",
       "content-length;content-type;host;x-amz-content-sha256;x-amz-date",
       "328d1b9eaadca9f5818ef05e8392801e091653bafec24fcab71e7344e7f51422"},
  };
}

Material example_keys() {
  Material keys(Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"));
  keys.access_key_id = "AKIDEXAMPLE";
  return keys;
}

SigningScope example_scope() {
  return {"us-east-1", "service", *parse_timestamp("2015-08-30T12:36:00Z")};
}

AwsSignature sign(const Case& example, const Material& keys) {
  std::vector<SignedField> fields = example.fields;
  fields.insert(fields.begin(), {"Host", "example.amazonaws.com"});
  const std::string hash = hash_payload(example.body);
  SigningScope scope = example_scope();
  scope.path = example.path;
  return sign_request({example.method, example.target, fields, hash}, scope, keys);
}

class PublishedSuite : public testing::TestWithParam<Case> {};

TEST_P(PublishedSuite, GivesTheSignature) {
  const Case& example = GetParam();
  const AwsSignature signature = sign(example, example_keys());
  EXPECT_EQ(signature.date, "20150830T123600Z");
  EXPECT_EQ(signature.authorization,
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
            "SignedHeaders=" +
                example.signed_names + ", Signature=" + example.signature);
}

INSTANTIATE_TEST_SUITE_P(SigV4, PublishedSuite, testing::ValuesIn(suite()), [](const auto& info) {
  std::string name = info.param.name;
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
});

TEST(SigV4, SignsTheSessionToken) {
  Material keys = example_keys();
  keys.session_token = Secret("6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267");
  const AwsSignature signature = sign({"", "GET", "/", {}, "", "", ""}, keys);
  EXPECT_EQ(signature.security_token, keys.session_token);
  EXPECT_EQ(signature.authorization,
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
            "SignedHeaders=host;x-amz-date;x-amz-security-token, "
            "Signature=07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8");
}

TEST(SigV4, EncodesThePathOfABedrockModelTwice) {
  EXPECT_EQ(canonical_path("/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse",
                           CanonicalPath::kNormalEncodedAgain),
            "/model/anthropic.claude-3-haiku-20240307-v1%253A0/converse");
  EXPECT_EQ(
      canonical_path("/model/arn%3Aaws%3Abedrock%2Fx/invoke", CanonicalPath::kNormalEncodedAgain),
      "/model/arn%253Aaws%253Abedrock%252Fx/invoke");
  EXPECT_EQ(canonical_path("/key%20one//two", CanonicalPath::kAsSent), "/key%20one//two");
  EXPECT_EQ(canonical_path("", CanonicalPath::kNormalEncodedAgain), "/");
}

TEST(SigV4, SortsAndEncodesTheQuery) {
  EXPECT_EQ(canonical_query(""), "");
  EXPECT_EQ(canonical_query("b=2&a=%7e&a=1&flag"), "a=1&a=~&b=2&flag=");
  EXPECT_EQ(canonical_query("x=a+b&&y=%zz"), "x=a%2Bb&y=%25zz");
  EXPECT_EQ(canonical_query("X-Amz=1&x-amz=1&a=b=c"), "X-Amz=1&a=b%3Dc&x-amz=1");
}

}  // namespace
}  // namespace tidegate::credential
