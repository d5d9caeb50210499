// Expressions against a host: what they read, what they allocate, what they cost, how they fail.
#include "cel/program.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "cel/cel_fixture.h"

namespace tidegate::cel {
namespace {

Program compile_or_die(std::string_view source, const CompileOptions& options = {}) {
  auto program = compile(source, make_environment(), options);
  if (!program) ADD_FAILURE() << source << "\n" << program.error().to_string();
  return program ? *std::move(program) : *compile("false", Environment());
}

// "true", "false", "unknown", another kind's name, or "error: message".
std::string evaluate(std::string_view source, const EvaluationLimits& limits = {}) {
  const Program program = compile_or_die(source);
  const Request request;
  Arena arena;
  const auto value = program.evaluate(request, arena, limits);
  if (!value) return "error: " + std::string(value.error().message);
  if (value->is(Kind::kBool)) return value->as_bool() ? "true" : "false";
  return std::string(type_name(*value));
}

TEST(Program, ReadsTheHost) {
  EXPECT_EQ(evaluate(R"(model.startsWith("gpt-") && identity.groups.exists(g, g == "research"))"),
            "true");
  EXPECT_EQ(evaluate(R"(request.headers["x-tenant"] == "acme")"), "true");
  EXPECT_EQ(evaluate("has(request.headers.authorization)"), "false");
  EXPECT_EQ(evaluate("has(request.path)"), "true");
  EXPECT_EQ(evaluate("payload == null"), "true");
}

TEST(Program, ComputesWithoutTheArenaWhatNeedsNone) {
  const std::string_view sources[] = {
      R"(model.startsWith("gpt-") && identity.groups.exists(g, g == "research"))",
      R"(request.headers["x-tenant"] in ["acme", "umbrella"] ? usage.input_tokens > 1000 : false)",
      R"(model.matches("^(gpt|claude)-") || "x" in request.headers)",
      R"(usage.input_tokens * 3 + 7 >= 3607 && size(model) == 6)"};
  for (const auto source : sources) {
    const Program program = compile_or_die(source);
    const Request request;
    Arena arena;
    const auto value = program.evaluate(request, arena);
    ASSERT_TRUE(value) << source;
    EXPECT_TRUE(value->is_true()) << source;
    EXPECT_EQ(arena.used(), 0u) << source;
  }
}

TEST(Program, ReadsNoMoreThanItNeeds) {
  const Program program = compile_or_die(R"(model == "x" && request.path == "/")");
  const Request request;
  Arena arena;

  ASSERT_TRUE(program.evaluate(request, arena)->is_false());

  EXPECT_EQ(request.reads, (std::vector<VariableId>{0}));
  const std::vector<VariableId> all(program.variables().begin(), program.variables().end());
  EXPECT_EQ(all, (std::vector<VariableId>{0, 2}));
}

TEST(Program, LetsOthersDecideWhenAVariableIsUnknown) {
  EXPECT_EQ(evaluate("later"), "unknown");
  EXPECT_EQ(evaluate("later || true"), "true");
  EXPECT_EQ(evaluate("later && false"), "false");
  EXPECT_EQ(evaluate("later && true"), "unknown");
  EXPECT_EQ(evaluate("1 / 0 == 1 || later"), "unknown");
  EXPECT_EQ(evaluate("later ? 1 : 2"), "unknown");
  EXPECT_EQ(evaluate("[1, 2].map(x, later)"), "unknown");
}

TEST(Program, AbsorbsErrorsThatDoNotDecide) {
  EXPECT_EQ(evaluate(R"(request.headers["absent"] == "x" || model == "gpt-4o")"), "true");
  EXPECT_EQ(evaluate(R"(request.headers["absent"] == "x" && model == "other")"), "false");
  EXPECT_EQ(evaluate(R"(request.headers.absent == "x" || model == "other")"),
            "error: no such key: absent");
  EXPECT_EQ(evaluate("[0, 1].exists(x, 1 / x == 1)"), "true");
  EXPECT_EQ(evaluate("optional.of(1).orValue(1 / 0) == 1"), "true");
}

TEST(Program, TellsWhereAnEvaluationFailed) {
  const Program program = compile_or_die("1 +\n  1 / (usage.input_tokens - 1200)");
  const Request request;
  Arena arena;

  const auto value = program.evaluate(request, arena);

  ASSERT_FALSE(value);
  EXPECT_EQ(program.explain(value.error()),
            "2:5: division by zero\n"
            "  |   1 / (usage.input_tokens - 1200)\n"
            "  |     ^");
}

TEST(Program, EndsWhenItCostsTooMuch) {
  const EvaluationLimits tight{.max_cost = 50, .max_iterations = 1000};
  EXPECT_EQ(evaluate("[1, 2, 3, 4].all(a, [1, 2, 3, 4].all(b, a * b > 0)) || true", tight),
            "error: over the cost limit");
  EXPECT_EQ(evaluate("lists.range(200).map(x, x)"), "list");
  EXPECT_EQ(evaluate("lists.range(200).map(x, x)", {.max_cost = 100'000, .max_iterations = 100}),
            "error: over the limit of iterations");
}

TEST(Program, BoundsWhatItMakes) {
  // Each step doubles; without a bound this is 2^40 bytes.
  std::string source = R"("0123456789abcdef")";
  for (int i = 0; i < 36; ++i) source = "cel.bind(x, " + source + ", x + x)";
  EXPECT_EQ(evaluate("size(" + source + ") > 0"), "error: over the cost limit");
  std::string lists = "[1, 2]";
  for (int i = 0; i < 36; ++i) lists = "cel.bind(x, " + lists + ", x + x)";
  EXPECT_EQ(evaluate("size(" + lists + ") > 0"), "error: over the cost limit");
}

TEST(Program, ComparesWhatSharesItsPartsWithinTheCost) {
  // A tree of 2^30 leaves made of 30 lists.
  std::string source = "[1]";
  for (int i = 0; i < 30; ++i) source = "cel.bind(x, " + source + ", [x, x])";
  EXPECT_EQ(evaluate("cel.bind(t, " + source + ", t == t)"), "error: over the cost limit");
  EXPECT_EQ(evaluate("\"%s\".format([" + source + "]) == \"\""), "error: over the cost limit");
}

TEST(Program, EstimatesWhatItMayCost) {
  const auto cheap = compile_or_die("model == \"a\"").cost_bound();
  const auto loop = compile_or_die("identity.groups.exists(g, g == \"a\")").cost_bound();
  const auto nested =
      compile_or_die("identity.groups.all(a, identity.groups.exists(b, a == b))").cost_bound();
  EXPECT_LT(cheap, 100u);
  EXPECT_GT(loop, 100u * 5);
  EXPECT_GT(nested, 100u * loop / 2);
}

TEST(Program, CostsNoMoreThanEstimated) {
  const std::string_view sources[] = {
      R"(model.startsWith("gpt-") && identity.groups.exists(g, g == "research"))",
      "identity.groups.all(a, identity.groups.exists(b, a == b))",
      R"(request.headers.map(k, k + request.headers[k]).join(","))",
      R"([1, 2, 3].map(x, x * x).filter(x, x > 1).size() == 2)",
      R"({"a": 1, "b": 2}.transformMap(k, v, v + 1) == {"a": 2, "b": 3})"};
  for (const auto source : sources) {
    const Program program = compile_or_die(source);
    const Request request;
    Arena arena;
    const EvaluationLimits limits{.max_cost = static_cast<std::int64_t>(program.cost_bound())};
    EXPECT_TRUE(program.evaluate(request, arena, limits)) << source;
  }
}

TEST(Program, KeepsItsConstantsWhenItMoves) {
  Program first = compile_or_die(R"({"a": ["x", "y"]}["a"][1] + "\u00e9")");
  const Program second = std::move(first);
  const Request request;
  Arena arena;
  EXPECT_EQ(second.evaluate(request, arena)->as_text(), "y\u00e9");
}

TEST(Program, FindsElementsOfLargeLists) {
  std::string list = "[";
  for (int i = 0; i < 200; ++i) list += "'m" + std::to_string(i) + "', ";
  EXPECT_EQ(evaluate("'m199' in " + list + "'gpt-4o'] && model in " + list + "'gpt-4o']"), "true");
  EXPECT_EQ(evaluate("model in " + list + "'x']"), "false");
  EXPECT_EQ(evaluate("dyn(1) in " + list + "1u] && dyn(1.0) in " + list + "1]"), "true");
  EXPECT_EQ(evaluate("dyn(null) in " + list + "'x']"), "false");
  EXPECT_EQ(evaluate("model in " + list + "'gpt-4o']", {.max_cost = 10}), "true");
}

TEST(Program, FindsKeysOfLargeMaps) {
  std::string source = "{";
  for (int i = 0; i < 200; ++i)
    source += "'k" + std::to_string(i) + "': " + std::to_string(i) + ",";
  source += "}";
  EXPECT_EQ(evaluate(source + "['k137'] == 137 && !('k200' in " + source + ")"), "true");
  EXPECT_EQ(evaluate("lists.range(100).transformMap(i, v, v)[dyn(57.0)] == 57"), "true");
  EXPECT_EQ(evaluate("lists.range(100).transformMap(i, v, v)[dyn(57u)] == 57"), "true");
}

}  // namespace
}  // namespace tidegate::cel
