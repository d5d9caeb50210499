#include "json/scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

namespace tidegate::json {
namespace {

using ::testing::HasSubstr;

constexpr Selection kPaths{"model", "stream", "n", "stream_options",
                           "stream_options.include_usage"};
enum : std::size_t { kModel, kStream, kN, kStreamOptions, kIncludeUsage };

struct Scanned {
  std::array<Member, 5> members;
  Result<Range> range;
};

Scanned scan(std::string_view text) {
  Scanned scanned{.members = {}, .range = Range()};
  scanned.range = scan_object(text, kPaths, scanned.members, Origin::kDownstream);
  return scanned;
}

TEST(Scan, NotesSelectedMembersInAnyOrder) {
  const std::string_view text =
      R"( {"messages":[{"model":"inner","stream":true}],"stream" : true , "n":2,"model":"gpt"} )";
  auto scanned = scan(text);
  ASSERT_TRUE(scanned.range) << scanned.range.error().detail;
  EXPECT_EQ(scanned.range->begin, 1U);
  EXPECT_EQ(scanned.range->end, text.size() - 1);
  Arena arena;
  EXPECT_EQ(find_string(text, scanned.members[kModel], arena), "gpt");
  EXPECT_EQ(scanned.members[kModel].value.of(text), "\"gpt\"");
  EXPECT_EQ(scanned.members[kModel].name.of(text), "\"model\"");
  EXPECT_EQ(find_bool(scanned.members[kStream]), true);
  EXPECT_EQ(find_uint(text, scanned.members[kN]), 2U);
  EXPECT_FALSE(scanned.members[kStreamOptions].present());
}

TEST(Scan, NotesMembersOfSelectedObjects) {
  const std::string_view text = R"({"stream_options":{"x":[],"include_usage":false},"n":null})";
  auto scanned = scan(text);
  ASSERT_TRUE(scanned.range);
  EXPECT_EQ(scanned.members[kStreamOptions].value.of(text), R"({"x":[],"include_usage":false})");
  EXPECT_EQ(find_bool(scanned.members[kIncludeUsage]), false);
  EXPECT_EQ(scanned.members[kN].kind, Kind::kNull);
}

TEST(Scan, DecodesEscapedNamesAndStrings) {
  const std::string_view text = R"({"mod\u0065l":"a\"b\u00e9\ud83d\ude00\n"})";
  auto scanned = scan(text);
  ASSERT_TRUE(scanned.range);
  Arena arena;
  EXPECT_EQ(find_string(text, scanned.members[kModel], arena), "a\"b\xC3\xA9\xF0\x9F\x98\x80\n");
}

TEST(Scan, RefusesWhatTwoParsersWouldReadDifferently) {
  for (const std::string_view text :
       {R"({"model":"a","model":"b"})", R"({"model":"a","mod\u0065l":"b"})",
        R"({"model":"a","Model":"b"})", R"({"MODEL":"a"})",
        R"({"stream_options":{"include_usage":true,"include_usage":false}})",
        R"({"stream_options":{},"stream_options":null})"}) {
    EXPECT_FALSE(scan(text).range) << text;
  }
  // Members that nothing here looks at are the upstream's business.
  EXPECT_TRUE(scan(R"({"x":1,"x":2,"metadata":{"model":1,"model":2,"Model":3}})").range);
}

struct BadCase {
  std::string_view text;
  std::size_t at;
};

TEST(Scan, SaysWhereADocumentIsBroken) {
  const std::vector<BadCase> cases = {
      {"", 0},
      {"   ", 3},
      {"[1]", 0},
      {"{\"a\":1}}", 7},
      {"{\"a\":1} x", 8},
      {"{\"a\":1,}", 7},
      {"{,}", 1},
      {"{\"a\" 1}", 5},
      {"{\"a\":}", 5},
      {"{\"a\":1", 6},
      {"{\"a\":1 \"b\":2}", 7},
      {"{a:1}", 1},
      {"{\"a\":01}", 5},
      {"{\"a\":-}", 6},
      {"{\"a\":1.}", 7},
      {"{\"a\":1e}", 7},
      {"{\"a\":+1}", 5},
      {"{\"a\":1x}", 6},
      {"{\"a\":tru}", 5},
      {"{\"a\":truex}", 5},
      {"{\"a\":NaN}", 5},
      {"{\"a\":[1,]}", 8},
      {"{\"a\":[1 2]}", 8},
      {"{\"a\":\"x\\q\"}", 7},
      {"{\"a\":\"\\u12g4\"}", 6},
      {"{\"a\":\"x\ny\"}", 7},
      {"{\"a\":\"open}", 5},
      {"{\"a\":\"\xFF\"}", 6},
      {"{\"a\":\"\xC0\xAF\"}", 6},
      {"{\"a\":\"\xED\xA0\x80\"}", 6},
      {"\xEF\xBB\xBF{}", 0},
      {"{\"a\"\f:1}", 4},
      {std::string_view("{\"a\":\0}", 7), 5},
      {"{\"a\":\"b\"\"c\"}", 8},
      {"{\"a\":\"b\"c}", 8},
      {"{\"a\":'b'}", 5},
      {"{/**/}", 1},
  };
  for (const auto& bad : cases) {
    auto scanned = scan(bad.text);
    ASSERT_FALSE(scanned.range) << bad.text;
    EXPECT_EQ(scanned.range.error().code, ErrorCode::kMalformed);
    EXPECT_EQ(scanned.range.error().origin, Origin::kDownstream);
    EXPECT_THAT(scanned.range.error().detail,
                HasSubstr("JSON error at byte " + std::to_string(bad.at) + ":"))
        << bad.text;
  }
}

TEST(Scan, AcceptsEveryValueKind) {
  EXPECT_TRUE(scan(R"({})").range);
  EXPECT_TRUE(scan("{\n\t\"a\" : [ ] , \"b\":{ }\r\n}\n").range);
  EXPECT_TRUE(
      scan(R"({"a":[0,-0,1.5,1e-7,1E+3,123456789012345678901234567890,true,false,null]})").range);
  EXPECT_TRUE(scan(R"({"a":"\\\"\/\b\f\n\r\t\u0000\ud800"})").range);
  EXPECT_TRUE(scan("{\"\xF0\x9F\x98\x80\":\"\xE2\x82\xAC\"}").range);
  EXPECT_TRUE(validate(" \"text\" ", Origin::kUpstream));
  EXPECT_TRUE(validate("12", Origin::kUpstream));
  EXPECT_FALSE(validate("12 13", Origin::kUpstream));
}

TEST(Scan, BoundsDepth) {
  const auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  EXPECT_TRUE(scan(nested(kMaxDepth)).range);
  EXPECT_FALSE(scan(nested(kMaxDepth + 1)).range);
}

TEST(Scan, DocumentsLargerThanTheKeptScratchSpace) {
  std::string text = R"({"messages":[)";
  while (text.size() < 3 * 1024 * 1024) text += R"({"role":"user","content":"hello\nworld"},)";
  text += R"(0],"model":"late"})";
  auto scanned = scan(text);
  ASSERT_TRUE(scanned.range);
  EXPECT_EQ(scanned.members[kModel].value.of(text), "\"late\"");
}

// Large documents are indexed in another way; they are held to the same rules.
TEST(Scan, LargeDocumentsOfLongStrings) {
  const std::string prose(40'000, 'p');
  const std::string text =
      R"({"messages":[{"role":"user","content":")" + prose + R"(\n\"x\""}],"model":"\u006d1"})";
  auto scanned = scan(text);
  ASSERT_TRUE(scanned.range);
  Arena arena;
  EXPECT_EQ(find_string(text, scanned.members[kModel], arena), "m1");
  for (const std::string_view bad : {"\n", "\\q", "\xFF"}) {
    std::string broken = text;
    broken.insert(20'000, bad);
    auto refused = scan(broken);
    ASSERT_FALSE(refused.range) << bad;
    EXPECT_THAT(refused.range.error().detail, HasSubstr("JSON error at byte 2000"));
  }
  EXPECT_FALSE(scan(text.substr(0, 30'000)).range);
  EXPECT_FALSE(scan(std::string(20'000, ' ')).range);
}

// The text may end right before memory that must not be touched.
TEST(Scan, ReadsNoByteBehindTheText) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  auto* memory = static_cast<char*>(
      mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  ASSERT_NE(memory, MAP_FAILED);
  ASSERT_EQ(mprotect(memory + page, page, PROT_NONE), 0);
  for (std::size_t padding = 0; padding < 130; ++padding) {
    const std::string text = "{\"x\":\"" + std::string(padding, 'a') + "\",\"model\":\"m\"}";
    char* start = memory + page - text.size();
    std::memcpy(start, text.data(), text.size());
    EXPECT_TRUE(scan({start, text.size()}).range);
    EXPECT_FALSE(scan({start, text.size() - 1}).range);
  }
  munmap(memory, 2 * page);
}

TEST(Scan, NumbersThatAreWhole) {
  const auto uint_of = [](std::string_view number) {
    const std::string text = "{\"n\":" + std::string(number) + "}";
    auto scanned = scan(text);
    return find_uint(text, scanned.members[kN]);
  };
  EXPECT_EQ(uint_of("0"), 0U);
  EXPECT_EQ(uint_of("9223372036854775807"), 9223372036854775807U);
  EXPECT_EQ(uint_of("12.0"), 12U);
  EXPECT_EQ(uint_of("1e3"), 1000U);
  EXPECT_EQ(uint_of("9223372036854775808"), std::nullopt);
  EXPECT_EQ(uint_of("-1"), std::nullopt);
  EXPECT_EQ(uint_of("1.5"), std::nullopt);
  EXPECT_EQ(uint_of("1e400"), std::nullopt);
  EXPECT_EQ(uint_of("\"1\""), std::nullopt);
}

}  // namespace
}  // namespace tidegate::json
