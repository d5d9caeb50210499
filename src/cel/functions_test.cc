// Functions and macros at their edges. The specification's own cases (tests/cel) say what they are
// for.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "cel/cel_fixture.h"
#include "cel/program.h"

namespace tidegate::cel {
namespace {

// Empty when the expression is true, else what it is.
std::string explain(std::string_view source) {
  const auto program = compile(source, make_environment());
  if (!program) return program.error().to_string();
  const Request request;
  Arena arena;
  const auto value = program->evaluate(request, arena);
  if (!value) return program->explain(value.error());
  return value->is_true() ? std::string() : "not true: " + std::string(type_name(*value));
}

TEST(Functions, HoldAtTheirEdges) {
  const std::string_view sources[] = {
      // Text
      R"("abc".replace("", "-") == "-a-b-c-")",
      R"("\u00e9".replace("", "-", 1) == "-\u00e9")",
      R"("aaa".replace("aa", "b") == "ba")",
      R"("a,b,c".split(",", 2) == ["a", "b,c"])",
      R"("".split("") == [] && "".split(",") == [""])",
      R"("h\u00e9".split("") == ["h", "\u00e9"])",
      R"("ab".reverse() == "ba" && [1, 2].reverse() == [2, 1])",
      R"("\u3000 x\u00a0".trim() == "x" && " ".trim() == "")",
      R"("\u00c9A".lowerAscii() == "\u00c9a")",
      R"("abc".substring(1, 1) == "" && "abc".charAt(3) == "")",
      R"(size("\U0001f600") == 1 && size(b"\xf0\x9f") == 2)",
      R"("%d%%".format([7]) == "7%")",
      R"("%.0f %.1e".format([2.5, 12345.0]) == "2 1.2e+04")",
      R"("%x %X %o %b".format([-255, "hi", 8, -5]) == "-ff 6869 10 -101")",
      R"("%s".format([{"b": [1.5, null], "a": true}]) == "{a: true, b: [1.5, null]}")",
      R"(["a", "b"].join() == "ab" && [].join("-") == "")",
      // Times
      R"(string(timestamp("2024-02-29T23:59:59.120+01:00")) == "2024-02-29T22:59:59.12Z")",
      R"(timestamp("2024-12-31T00:00:00Z").getDayOfYear() == 365)",
      R"(timestamp("2024-03-01T00:30:00Z").getDate("-01:00") == 29)",
      R"(duration("1.5h") == duration("90m") && string(duration("-1500ms")) == "-1.5s")",
      R"(duration("1h1m1s1ms1us1ns") > duration("3661s"))",
      R"(duration("-90s").getMinutes() == -1)",
      // Collections
      "[3, 1, 2].sortBy(x, -x) == [3, 2, 1]",
      R"(["b", "a", "a"].sort() == ["a", "a", "b"])",
      "[2.0, double('NaN'), 1.0].sort()[1] == 1.0",
      "[[1], [2, [3]]].flatten() == [1, 2, [3]]",
      "[1, 1.0, 1u].distinct() == [1]",
      "[1, 2].first().value() == 1 && ![].last().hasValue()",
      R"({"a": 1}.transformMapEntry(k, v, {v: k}) == {1: "a"})",
      R"({"a": 1, "b": 2}.map(k, k).size() == 2)",
      R"([1, 2, 3].transformList(i, v, i != 1, v) == [1, 3])",
      R"({"a": {"b": 1}}.?a.?b.orValue(0) == 1 && {"a": {}}.?a.?b.orValue(0) == 0)",
      R"({"x-y": 1}.`x-y` == 1)",
      "sets.equivalent([1, 2, 2], [2u, 1.0])",
      // Numbers
      "9223372036854775807 < 9223372036854775808u",
      "-7 / 2 == -3 && -7 % 2 == -1",
      "math.round(-2.5) == -3.0 && math.sign(-0.5) == -1.0",
      "math.bitShiftRight(-1, 60) == 15",
      "double('1e-400') == 0.0 && string(1e300 * 1e10) == 'Infinity'",
      "int('-5') == -5 && uint('5') == 5u && double('+1.5') == 1.5",
      // Network
      R"(ip("2001:DB8::1") == ip("2001:db8:0::1") && string(ip("::1")) == "::1")",
      R"(cidr("10.1.2.3/8").masked() == cidr("10.0.0.0/8"))",
      R"(cidr("0.0.0.0/0").containsIP("255.1.1.1") && !cidr("::/0").containsIP("1.1.1.1"))",
      R"(!isCIDR("10.0.0.0/33") && !isCIDR("10.0.0.0/08") && !isIP("1.2.3"))",
      // Encoders
      R"(base64.encode(b"\xff\xfe") == "//4=" && base64.decode("_-8") == b"\xff\xef")",
  };
  for (const auto source : sources) EXPECT_EQ(explain(source), "") << source;
}

TEST(Functions, FailWithAReason) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"9223372036854775807 + usage.input_tokens > 0", "integer overflow"},
      {"usage.input_tokens % 0 == 1", "modulus by zero"},
      {"0u - 1u == 0u", "integer overflow"},
      {"int(model) == 1", "cannot convert the string to int"},
      {"timestamp(model) == timestamp(0)", "no timestamp of RFC 3339, or out of range"},
      {"timestamp(\"2023-02-29T00:00:00Z\") == timestamp(0)",
       "no timestamp of RFC 3339, or out of range"},
      {"identity.groups[7] == \"\"", "index out of bounds: 7"},
      {"[1].map(x, {x: 1, 1: 2}).size() == 1", "repeated key"},
      {"identity.groups.transformMapEntry(i, g, {1: g}).size() == 1", "repeated key"},
      {"optional.none().value() == 1", "optional.none() dereference"},
      {"model.matches(model + \"(\")", "invalid regular expression: missing ): gpt-4o("},
      {"model.substring(2, 1) == \"\"", "invalid substring range. start: 2, end: 1"},
      {"timestamp(0).getHours(\"Europe/Nowhere\") == 1", "no such time zone"},
      {"string(b\"\\xff\") == \"\"", "the bytes are not UTF-8"},
      {"ip(\"::ffff:1.2.3.4\") == ip(\"1.2.3.4\")", "IPv4-mapped IPv6 address is not allowed"},
      {"math.greatest(identity.groups.map(g, size(g)).filter(x, x > 99)) == 1",
       "the list is empty"},
  };
  for (const auto& [source, message] : cases) {
    const auto program = compile(source, make_environment());
    ASSERT_TRUE(program) << program.error().to_string();
    const Request request;
    Arena arena;
    const auto value = program->evaluate(request, arena);
    ASSERT_FALSE(value) << source;
    EXPECT_EQ(value.error().message, message) << source;
  }
}

}  // namespace
}  // namespace tidegate::cel
