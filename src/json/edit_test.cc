#include "json/edit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

namespace tidegate::json {
namespace {

using ::testing::ElementsAre;

constexpr Selection kPaths{"a", "b", "c"};

struct Document {
  explicit Document(std::string_view t) : text(t) {
    range = scan_object(text, kPaths, members, Origin::kDownstream).value();
  }
  std::string_view text;
  std::array<Member, 3> members;
  Range range;
};

TEST(Edit, ReplacesAValueAndKeepsEverythingElse) {
  Document document(R"({ "x" : 1e-7, "b":"old" , "z":12345678901234567890 })");
  Edit edit(document.text);
  edit.replace(document.members[1].value, "\"new-name\"");
  EXPECT_THAT(edit.pieces(), ElementsAre(R"({ "x" : 1e-7, "b":)", "\"new-name\"",
                                         R"( , "z":12345678901234567890 })"));
  EXPECT_EQ(edit.size(), edit.to_string().size());
}

TEST(Edit, PiecesAreViewsOfTheOriginal) {
  Document document(R"({"a":1})");
  Edit edit(document.text);
  edit.replace(document.members[0].value, "22");
  EXPECT_EQ(edit.pieces()[0].data(), document.text.data());
  EXPECT_EQ(edit.pieces()[2].data(), document.text.data() + document.text.size() - 1);
}

TEST(Edit, AppliesSplicesInTheOrderOfTheText) {
  Document document(R"({"a":1,"b":2,"c":3})");
  Edit edit(document.text);
  edit.replace(document.members[2].value, "33");
  edit.replace(document.members[0].value, "11");
  edit.insert(document.members[1].value.end, ".");
  edit.insert(document.members[1].value.end, "5");
  EXPECT_EQ(edit.to_string(), R"({"a":11,"b":2.5,"c":33})");
}

TEST(Edit, AnEmptyEditIsTheOriginal) {
  Edit edit("{}");
  EXPECT_TRUE(edit.empty());
  EXPECT_THAT(edit.pieces(), ElementsAre("{}"));
  EXPECT_THAT(Edit("").pieces(), ElementsAre());
}

std::string append(std::string_view text) {
  Document document(text);
  Edit edit(document.text);
  Arena arena;
  append_member(edit, document.text, document.range, R"("s":true)", arena);
  return edit.to_string();
}

TEST(Edit, AppendsAMemberAtTheEndOfAnObject) {
  EXPECT_EQ(append(R"({"a":1})"), R"({"a":1,"s":true})");
  EXPECT_EQ(append(R"({})"), R"({"s":true})");
  EXPECT_EQ(append("{\n}"), "{\"s\":true\n}");
  EXPECT_EQ(append("{\n  \"a\": 1\n}\n"), "{\n  \"a\": 1,\"s\":true\n}\n");
  EXPECT_EQ(append(R"({"a":"}"})"), R"({"a":"}","s":true})");
}

std::string remove(std::string_view text, std::size_t member) {
  Document document(text);
  Edit edit(document.text);
  remove_member(edit, document.text, document.members[member]);
  return edit.to_string();
}

TEST(Edit, RemovesAMemberWithOneComma) {
  EXPECT_EQ(remove(R"({"a":1,"b":2,"c":3})", 0), R"({"b":2,"c":3})");
  EXPECT_EQ(remove(R"({"a":1,"b":2,"c":3})", 1), R"({"a":1,"c":3})");
  EXPECT_EQ(remove(R"({"a":1,"b":2,"c":3})", 2), R"({"a":1,"b":2})");
  EXPECT_EQ(remove(R"({ "a" : 1 })", 0), R"({  })");
  EXPECT_EQ(remove("{\n \"a\": 1,\n \"b\": 2\n}", 0), "{\n \"b\": 2\n}");
  EXPECT_EQ(remove("{\n \"a\": 1,\n \"b\": 2\n}", 1), "{\n \"a\": 1\n}");
}

}  // namespace
}  // namespace tidegate::json
