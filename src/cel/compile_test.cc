// What does not compile, and how that is told.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "cel/cel_fixture.h"
#include "cel/program.h"

namespace tidegate::cel {
namespace {

struct Refusal {
  std::string_view source;
  Position position;
  std::string_view message;
};

TEST(Compile, RefusesWithThePlaceAndTheReason) {
  const Refusal refusals[] = {
      {"", {1, 1}, "expected an expression, not the end"},
      {"1 +", {1, 4}, "expected an expression, not the end"},
      {"a = b", {1, 3}, "unexpected \"=\"; equality is \"==\""},
      {"true & false", {1, 6}, "unexpected single \"&\""},
      {"(1", {1, 3}, "expected \")\", not the end"},
      {"1 2", {1, 3}, "expected the end or an operator, not \"2\""},
      {"\"open", {1, 1}, "the string does not end"},
      {R"("\q")", {1, 2}, "unknown escape"},
      {R"("\ud800")", {1, 2}, "no such code point"},
      {R"(b"\u0041")", {1, 3}, "\\u and \\U are not for bytes"},
      {"9223372036854775808", {1, 1}, "the number does not fit an int"},
      {"18446744073709551616u", {1, 1}, "the number does not fit a uint"},
      {"1e999", {1, 1}, "the number is out of range"},
      {"12ab", {1, 1}, "malformed number"},
      {"while == 1", {1, 1}, "\"while\" is a reserved word"},
      {"modle == 1", {1, 1}, "undeclared reference to 'modle'"},
      {"true &&\n  request.pth == \"\"", {2, 3}, "undeclared reference to 'request.pth'"},
      {"model.startWith(\"a\")", {1, 7}, "undeclared function 'startWith'"},
      {"model + 1", {1, 7}, "no matching overload of + for (string, int)"},
      {"model.size", {1, 7}, "string has no field 'size'"},
      {"model && true", {1, 1}, "expected bool, not string"},
      {"true ? 1 : \"a\"", {1, 6}, "the sides of ?: differ: int and string"},
      {"model.all(c, true)", {1, 1}, "string cannot be iterated: only lists and maps"},
      {"[1].all(1, true)", {1, 9}, "all() binds a variable: its argument must be a name"},
      {"[1].all(x, x, true)", {1, 12}, "the two variables must differ"},
      {"has(model)", {1, 1}, "has() takes one selection of a field: has(a.b)"},
      {"{1.5: 2}", {1, 2}, "double cannot be a key"},
      {"model.matches(\"(\")", {1, 15}, "invalid regular expression: missing ): ("},
      {"a.B{c: 1}", {1, 3}, "messages are not supported"},
      {"\"\u00e9\" + x", {1, 7}, "undeclared reference to 'x'"},
  };
  for (const auto& refusal : refusals) {
    const auto program = compile(refusal.source, make_environment());
    ASSERT_FALSE(program) << refusal.source;
    EXPECT_EQ(program.error().message, refusal.message) << refusal.source;
    EXPECT_EQ(program.error().position, refusal.position) << refusal.source << "\n"
                                                          << program.error().to_string();
  }
}

TEST(Compile, PointsAtThePlace) {
  const auto program = compile("true &&\n\trequest.pth == \"/\"", make_environment());
  ASSERT_FALSE(program);
  EXPECT_EQ(program.error().to_string(),
            "2:2: undeclared reference to 'request.pth'\n"
            "  | \trequest.pth == \"/\"\n"
            "  | \t^");
}

TEST(Compile, BoundsTheSource) {
  const CompileOptions tight{.limits = {.max_source_bytes = 20, .max_nodes = 5, .max_depth = 4}};
  const Environment environment;
  EXPECT_FALSE(compile(std::string(21, '1'), environment, tight));
  EXPECT_EQ(compile("[1, 2, 3, 4, 5]", environment, tight).error().message,
            "the expression is too large");
  EXPECT_EQ(compile("((((1))))", environment, tight).error().message, "nested too deeply");
  EXPECT_EQ(compile("!!!!!true", environment, tight).error().message, "nested too deeply");
}

TEST(Compile, BoundsEveryKindOfNesting) {
  const Environment environment;
  const auto repeat = [](std::string_view text) {
    std::string many;
    for (int i = 0; i < 5000; ++i) many += text;
    return many;
  };
  EXPECT_FALSE(compile(repeat("(") + "1" + repeat(")"), environment));
  EXPECT_FALSE(compile(repeat("[") + repeat("]"), environment));
  EXPECT_FALSE(compile(repeat("{1:") + "1" + repeat("}"), environment));
  EXPECT_FALSE(compile(repeat("-") + "x", environment));
  EXPECT_FALSE(compile("1" + repeat("+1"), environment));
  EXPECT_FALSE(compile("{}" + repeat(".a"), environment));
  EXPECT_FALSE(compile("true" + repeat("?true:true"), environment));
  EXPECT_TRUE(compile("true" + repeat("&&true"), environment));
  EXPECT_TRUE(compile("true" + repeat("||true"), environment));
}

TEST(Compile, DeducesTheType) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"usage.input_tokens + 1", "int"},
      {"request.headers", "map(string, string)"},
      {"request.headers.map(k, size(k))", "list(int)"},
      {"request.headers.?tenant", "optional(string)"},
      {"request.headers.?tenant.orValue(model)", "string"},
      {"identity.groups.filter(g, g != model)", "list(string)"},
      {"[1, \"a\"]", "list(dyn)"},
      {"payload.messages[0]", "dyn"},
      {"math.greatest(1, usage.input_tokens)", "int"},
      {"math.greatest(1, 2.0)", "dyn"},
      {"timestamp(\"2025-01-01T00:00:00Z\") - duration(\"1h\")", "timestamp"},
      {"cidr(\"10.0.0.0/8\").ip()", "net.IP"},
      {"identity.groups.transformMap(i, g, g)", "map(int, string)"},
  };
  for (const auto& [source, type] : cases) {
    const auto program = compile(source, make_environment());
    ASSERT_TRUE(program) << program.error().to_string();
    EXPECT_EQ(to_string(program->type()), type) << source;
  }
}

TEST(Compile, LetsAnythingPassWithoutTypes) {
  const CompileOptions unchecked{.check_types = false};
  const auto program = compile("nobody || model + 1 == 2", make_environment(), unchecked);
  ASSERT_TRUE(program);
  const Request request;
  Arena arena;
  const auto value = program->evaluate(request, arena);
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().message, "undeclared reference to 'nobody'");
}

TEST(Compile, TakesFunctionsOfTheHost) {
  Environment environment;
  environment.add_function({"twice", "(int) -> int; int.() -> int",
                            [](CallContext& context, std::span<const Value> arguments) {
                              if (arguments.size() != 1 || !arguments[0].is(Kind::kInt)) {
                                return context.no_overload();
                              }
                              return Value::integer(2 * arguments[0].as_int());
                            }});
  const auto program = compile("twice(3) + 4.twice() == 14", environment);
  ASSERT_TRUE(program) << program.error().to_string();
  const Request request;
  Arena arena;
  EXPECT_TRUE(program->evaluate(request, arena)->is_true());
}

}  // namespace
}  // namespace tidegate::cel
