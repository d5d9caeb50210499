#include "yaml/parse.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <string>
#include <string_view>

#include "yaml/value.h"

namespace tidegate::yaml {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// One line per value: kinds as letters, strings quoted, marks left out.
std::string show(const Value& value) {
  switch (value.kind()) {
    case Kind::kNull:
      return "null";
    case Kind::kBool:
      return fmt::format("b:{}", value.text());
    case Kind::kInt:
      return fmt::format("i:{}", value.text());
    case Kind::kFloat:
      return fmt::format("f:{}", value.text());
    case Kind::kString:
      return fmt::format("\"{}\"", value.text());
    case Kind::kList:
      break;
    case Kind::kMap:
      break;
  }
  std::string out;
  for (const auto& item : value.items()) out += show(item) + ",";
  for (const auto& [key, item] : value.entries())
    out += fmt::format("{}={},", key.text(), show(item));
  return value.kind() == Kind::kList ? "[" + out + "]" : "{" + out + "}";
}

std::string show(const Parsed& parsed) {
  std::string out = parsed.root != nullptr ? show(*parsed.root) : "nothing";
  for (const auto& problem : parsed.problems) {
    out += fmt::format("\n{}:{}: {}", problem.mark.line, problem.mark.column, problem.message);
  }
  return out;
}

std::string from_yaml(std::string_view text, std::uint32_t first_line = 1) {
  Arena arena;
  return show(parse_yaml(text, arena, first_line));
}

std::string from_json(std::string_view text) {
  Arena arena;
  return show(parse_json(text, arena));
}

TEST(ParseYaml, GivesPlainScalarsTheirCoreTypes) {
  struct Case {
    std::string_view text;
    std::string_view shown;
  };
  constexpr Case kCases[] = {
      {"8080", "i:8080"},
      {"-1", "i:-1"},
      {"+1", "i:+1"},
      {"0x1F", "i:0x1F"},
      {"0o17", "i:0o17"},
      {"0o18", "\"0o18\""},
      {"1.5", "f:1.5"},
      {".5", "f:.5"},
      {"1.", "f:1."},
      {"1e3", "f:1e3"},
      {"1e", "\"1e\""},
      {".inf", "f:.inf"},
      {"-.inf", "f:-.inf"},
      {".nan", "f:.nan"},
      {".", "\".\""},
      {"-", "[null,]"},
      {"true", "b:true"},
      {"False", "b:False"},
      {"yes", "\"yes\""},
      {"on", "\"on\""},
      {"off", "\"off\""},
      {"no", "\"no\""},
      {"~", "null"},
      {"null", "null"},
      {"Null", "null"},
      {"1h30m", "\"1h30m\""},
      {"10.0.0.1", "\"10.0.0.1\""},
      {"'8080'", "\"8080\""},
      {"\"true\"", "\"true\""},
      {"!!str 8080", "\"8080\""},
      {"1_000", "\"1_000\""},
      {"12:30", "\"12:30\""},
      {"0b11", "\"0b11\""},
      {"2001-01-01", "\"2001-01-01\""},
  };
  for (const auto& [text, shown] : kCases) EXPECT_EQ(from_yaml(text), shown) << text;
}

TEST(ParseYaml, KeepsOrderAndMarks) {
  Arena arena;
  const auto parsed = parse_yaml("b: 1\na:\n  - x\n  - y: 2\n", arena, 10);
  ASSERT_NE(parsed.root, nullptr);
  EXPECT_EQ(show(*parsed.root), "{b=i:1,a=[\"x\",{y=i:2,},],}");
  const Value* list = parsed.root->find("a");
  ASSERT_NE(list, nullptr);
  EXPECT_EQ(parsed.root->entries()[1].key.mark(), (Mark{11, 1}));
  EXPECT_EQ(list->items()[0].mark(), (Mark{12, 5}));
  EXPECT_EQ(list->items()[1].find("y")->mark(), (Mark{13, 8}));
}

TEST(ParseYaml, ReadsNumbersOnRequest) {
  Arena arena;
  const auto parsed =
      parse_yaml("[80, 0x10, 0o17, +5, 9223372036854775808, 1.5, -2e2, '7']", arena);
  const auto items = parsed.root->items();
  EXPECT_EQ(items[0].as_int(), 80);
  EXPECT_EQ(items[1].as_int(), 16);
  EXPECT_EQ(items[2].as_int(), 15);
  EXPECT_EQ(items[3].as_int(), 5);
  EXPECT_EQ(items[4].as_int(), std::nullopt);
  EXPECT_EQ(items[4].as_double(), 9223372036854775808.0);
  EXPECT_EQ(items[5].as_int(), std::nullopt);
  EXPECT_EQ(items[5].as_double(), 1.5);
  EXPECT_EQ(items[6].as_double(), -200.0);
  EXPECT_EQ(items[7].as_int(), std::nullopt);
}

TEST(ParseYaml, ReadsBlockScalarsAndAliases) {
  EXPECT_EQ(from_yaml("a: |\n  x\n  ---\n  y\n"), "{a=\"x\n---\ny\n\",}");
  EXPECT_EQ(from_yaml("a: &x {k: 1}\nb: *x\n"), "{a={k=i:1,},b={k=i:1,},}");
}

TEST(ParseYaml, SaysWhatIsWrongAndWhere) {
  struct Case {
    std::string_view text;
    std::string_view shown;
  };
  constexpr Case kCases[] = {
      {"a: 1\nb: 2\na: 3\nb: 4\n",
       "{a=i:1,b=i:2,}\n3:1: duplicate key \"a\" (first at line 1)"
       "\n4:1: duplicate key \"b\" (first at line 2)"},
      {"a: [1, 2\nb: 3\n", "nothing\n2:2: end of sequence flow not found"},
      {"a: b: c\n", "nothing\n1:5: illegal map value"},
      {"a: *nope\n", "nothing\n1:4: the referenced anchor is not defined"},
      {"a: &x [*x]\n", "nothing\n1:8: an alias inside the value it names"},
      {"a: !mine 1\n", "{a=\"1\",}\n1:4: the tag !mine does not fit here"},
      {"[x]: 1\nb: 2\n", "{b=i:2,}\n1:1: a key must be a string, not a list"},
      {"'a' 'b'\n", "\"a\"\n1:5: content after the end of the document"},
      {"a: \"x\x01y\"\n", "nothing\n1:6: control character 0x01"},
      {"a: b\nc: \xff\n", "nothing\n2:1: not UTF-8"},
  };
  for (const auto& [text, shown] : kCases) EXPECT_EQ(from_yaml(text), shown) << text;
}

TEST(ParseYaml, CountsLinesFromTheFirstLineGiven) {
  EXPECT_EQ(from_yaml("---\na: 1\na: 2\n", 40),
            "{a=i:1,}\n42:1: duplicate key \"a\" (first at line 41)");
}

TEST(ParseYaml, FindsDuplicatesInLargeMaps) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += fmt::format("key-{}: {}\n", i, i);
  text += "key-42: again\n";
  Arena arena;
  const auto parsed = parse_yaml(text, arena);
  ASSERT_EQ(parsed.problems.size(), 1u);
  EXPECT_EQ(parsed.problems[0].message, "duplicate key \"key-42\" (first at line 43)");
  EXPECT_EQ(parsed.root->entries().size(), 100u);
}

TEST(ParseYaml, BoundsAliases) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    text += fmt::format("a{0}: &a{0} [*a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}]\n", i,
                        i - 1);
  }
  EXPECT_THAT(from_yaml(text), HasSubstr("aliases add more than 100000 values"));
}

TEST(ParseYaml, BoundsDepth) {
  EXPECT_THAT(from_yaml(std::string(5000, '[')), HasSubstr("nested deeper than 64 levels"));
  std::string text = "a0: &a0 [x]\n";
  for (int i = 1; i < 100; ++i) text += fmt::format("a{0}: &a{0} [*a{1}]\n", i, i - 1);
  EXPECT_THAT(from_yaml(text), HasSubstr("nested deeper than 64 levels"));
}

TEST(ParseYaml, TakesAnEmptyTextForNull) {
  EXPECT_EQ(from_yaml(""), "null");
  EXPECT_EQ(from_yaml("# only a comment\n"), "null");
}

TEST(ParseJson, GivesTheTreeThatYamlGives) {
  constexpr std::string_view kTexts[] = {
      R"({"a": 1, "b": [true, null, -2.5e3], "c": {"d": "x"}})",
      "{\n  \"kind\": \"Service\",\n  \"ports\": [80, 443]\n}\n",
      "[]",
      "{}",
  };
  for (const auto text : kTexts) EXPECT_EQ(from_json(text), from_yaml(text)) << text;
}

TEST(ParseJson, ReadsEscapesAndMarks) {
  Arena arena;
  const auto parsed =
      parse_json("{\n  \"a\\u0062\": \"\\ud83d\\ude00\",\n  \"c\" : [\n 7]}", arena);
  ASSERT_NE(parsed.root, nullptr) << show(parsed);
  EXPECT_EQ(show(*parsed.root), "{ab=\"\xf0\x9f\x98\x80\",c=[i:7,],}");
  const auto entries = parsed.root->entries();
  EXPECT_EQ(entries[0].key.mark(), (Mark{2, 3}));
  EXPECT_EQ(entries[0].value.mark(), (Mark{2, 14}));
  EXPECT_EQ(entries[1].key.mark(), (Mark{3, 3}));
  EXPECT_EQ(entries[1].value.items()[0].mark(), (Mark{4, 2}));
}

TEST(ParseJson, RefusesWhatIsNotJson) {
  constexpr std::string_view kTexts[] = {
      "{",          "[1,]",          "{\"a\" 1}",    "{\"a\": 01}", "{\"a\": nul}", "{\"a\": 1} x",
      "[\"a]",      "{'a': 1}",      "{\"a\": tru}", "[1 2]",       "{\"a\": 1-}",  "\"text\"",
      "[\"\xff\"]", "[\"\\ud83d\"]", "{\"a\": 1}}",  "[nullx]",
  };
  for (const auto text : kTexts) {
    Arena arena;
    const auto parsed = parse_json(text, arena);
    EXPECT_EQ(parsed.root, nullptr) << text;
    EXPECT_FALSE(parsed.problems.empty()) << text;
  }
}

TEST(ParseJson, ReportsDuplicatesAndBoundsDepth) {
  EXPECT_EQ(from_json("{\"a\": 1,\n \"a\": 2}"),
            "{a=i:1,}\n2:2: duplicate key \"a\" (first at line 1)");
  EXPECT_THAT(from_json(std::string(500, '[') + std::string(500, ']')),
              HasSubstr("nested deeper than 64 levels"));
}

TEST(ParseJson, KeepsHugeIntegersAsText) {
  EXPECT_EQ(from_json("[123456789012345678901234567890]"), "[i:123456789012345678901234567890,]");
}

}  // namespace
}  // namespace tidegate::yaml
