#include "llm/conversation/thought_signature.h"

#include <gtest/gtest.h>

#include <string>

namespace tidegate::llm {
namespace {

std::string there_and_back(std::string_view signature) {
  Arena arena;
  const auto id = add_signature({"call_1"}, {signature}, arena);
  for (const char c : id.bytes) {
    EXPECT_TRUE(std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_') << id.bytes;
  }
  const auto split = split_signature(id, arena);
  EXPECT_EQ(split.id.bytes, "call_1");
  return std::string(split.signature.bytes);
}

TEST(ThoughtSignature, SurvivesInTheIdByteForByte) {
  for (const auto* signature : {"Zm9v", "Zm8=", "Zg==", "+/+/", "a-b_c", "ab+c_d", "Zg=", "x",
                                "skip_thought_signature_validator", "a b.c"}) {
    EXPECT_EQ(there_and_back(signature), signature);
  }
}

TEST(ThoughtSignature, EscapesInTheSignatureAreRead) {
  // A serialiser that escapes for HTML writes the padding so.
  EXPECT_EQ(there_and_back("Zg\\u003d\\u003d"), "Zg==");
}

TEST(ThoughtSignature, OtherIdsHaveNone) {
  Arena arena;
  for (const auto* id : {"", "toolu_01", "call__sig", "call__sig0", "call__sig9abc", "x__sig2!"}) {
    EXPECT_EQ(split_signature({id}, arena).id.bytes, id);
    EXPECT_TRUE(split_signature({id}, arena).signature.empty()) << id;
  }
  EXPECT_EQ(add_signature({"toolu_01"}, {}, arena).bytes, "toolu_01");
}

TEST(ThoughtSignature, IsReadFromAndWrittenIntoExtraContent) {
  std::string out;
  json::Writer writer(out);
  write_google_signature(writer, {"Zg=="});
  EXPECT_EQ(out, R"({"google":{"thought_signature":"Zg=="}})");
  EXPECT_EQ(find_google_signature(out).bytes, "Zg==");
  for (const auto* other : {"null", "{}", R"({"google":1})", R"({"google":{}})",
                            R"({"google":{"thought_signature":null}})"}) {
    EXPECT_TRUE(find_google_signature(other).empty()) << other;
  }
}

TEST(ThoughtSignature, GooglesAreToldFromOthers) {
  Arena arena;
  EXPECT_EQ(unmark_google(mark_google({"Zg=="}, arena))->bytes, "Zg==");
  EXPECT_TRUE(mark_google({}, arena).empty());
  EXPECT_FALSE(unmark_google({"Zg=="}));
}

TEST(ThoughtSignature, CarriesOtherProvidersThoughts) {
  Arena arena;
  using Kind = ForeignThought::Kind;
  for (const auto kind : {Kind::kSignature, Kind::kRedacted, Kind::kEncrypted}) {
    const auto wrapped = wrap_thought({kind, {"rs_1"}, {"a+b\\\"c"}}, arena);
    // A client that keeps bytes may return the other alphabet without padding.
    std::string url;
    for (const char c : wrapped.bytes) {
      if (c != '=') url += c == '+' ? '-' : c == '/' ? '_' : c;
    }
    for (const std::string_view text : {wrapped.bytes, std::string_view(url)}) {
      const auto thought = unwrap_thought({text}, arena);
      ASSERT_TRUE(thought);
      EXPECT_EQ(thought->kind, kind);
      EXPECT_EQ(thought->id.bytes, "rs_1");
      EXPECT_EQ(thought->data.bytes, "a+b\\\"c");
    }
  }
  EXPECT_FALSE(unwrap_thought({"Zg=="}, arena));
  EXPECT_FALSE(unwrap_thought({"not base64"}, arena));
  EXPECT_FALSE(unwrap_thought({"dGlkZWdhdGU6"}, arena));          // "tidegate:"
  EXPECT_FALSE(unwrap_thought({"dGlkZWdhdGU6eDoKeA=="}, arena));  // a kind that does not exist
}

}  // namespace
}  // namespace tidegate::llm
