#include "json/member_scanner.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "json/scan.h"

namespace tidegate::json {
namespace {

constexpr Selection kPaths{"usage", "model", "error", "n"};

using Values = std::array<std::optional<std::string>, 4>;

Values scan_pieces(const std::vector<std::string_view>& pieces) {
  MemberScanner scanner(kPaths, 1024);
  for (const auto piece : pieces) scanner.feed(piece);
  Values values;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (auto found = scanner.find(i)) values[i] = std::string(*found);
  }
  return values;
}

const std::vector<std::string>& documents() {
  static const std::vector<std::string> kDocuments = {
      R"({})",
      R"({"model":"gpt","usage":{"prompt_tokens":1,"details":[1,{"x":"}\"]"}]},"n":12})",
      " {\n \"choices\" : [ { \"usage\": 1, \"text\": \"a\\\\\" } ],\n \"usage\" : null }",
      R"({"mod\u0065l":"a\"b","x":true,"error":{"message":"no {brace} \\"},"n":-1.5e3})",
      R"({"text":"y_Y_y_Y_y_Y_y_Y_y_Y_y_Y_y_Y_y","usage":[["y_Y_y_Y_y_Y_y_Y_y"],{}]})",
      "{\"a\":{},\"b\":[],\"c\":\"\",\"usage\":\"\",\"model\":0}",
  };
  return kDocuments;
}

TEST(MemberScanner, AgreesWithAScanOfTheWholeDocument) {
  for (const auto& text : documents()) {
    std::array<Member, 4> members;
    ASSERT_TRUE(scan_object(text, kPaths, members, Origin::kUpstream)) << text;
    const auto values = scan_pieces({text});
    for (std::size_t i = 0; i < members.size(); ++i) {
      ASSERT_EQ(values[i].has_value(), members[i].present()) << text;
      if (values[i]) {
        EXPECT_EQ(*values[i], members[i].value.of(text));
      }
    }
  }
}

TEST(MemberScanner, EverySplitGivesTheSame) {
  for (const auto& document : documents()) {
    const std::string_view text = document;
    const auto whole = scan_pieces({text});
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      EXPECT_EQ(scan_pieces({text.substr(0, cut), text.substr(cut)}), whole) << text << cut;
    }
    std::vector<std::string_view> bytes;
    for (std::size_t i = 0; i < text.size(); ++i) bytes.push_back(text.substr(i, 1));
    EXPECT_EQ(scan_pieces(bytes), whole) << text;
  }
}

TEST(MemberScanner, ValuesOverTheLimitCountAsAbsent) {
  MemberScanner scanner(kPaths, 8);
  scanner.feed(R"({"usage":{"prompt_tokens":1},"model":"12345678","n":1234567})");
  EXPECT_EQ(scanner.find(0), std::nullopt);
  EXPECT_EQ(scanner.find(1), std::nullopt);
  EXPECT_EQ(scanner.find(3), "1234567");
  EXPECT_TRUE(scanner.finished());
}

TEST(MemberScanner, GivesUpQuietlyOnWhatIsNotAnObject) {
  for (const std::string_view text : {"<html>", "[{\"usage\":1}]", "{usage:1}", "\"usage\"", ""}) {
    EXPECT_EQ(scan_pieces({text}), Values()) << text;
  }
}

TEST(MemberScanner, ABrokenEscapeInANameIsNoName) {
  EXPECT_EQ(scan_pieces({R"({"mod\u00":1,"usag\u":2,"model\q":3,"n":4})"}),
            (Values{std::nullopt, std::nullopt, std::nullopt, "4"}));
}

TEST(MemberScanner, AnUnfinishedValueIsAbsent) {
  EXPECT_EQ(scan_pieces({R"({"usage":{"a":1)"})[0], std::nullopt);
  EXPECT_EQ(scan_pieces({R"({"usage":12)"})[0], std::nullopt);
}

}  // namespace
}  // namespace tidegate::json
