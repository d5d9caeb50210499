#include "llm/conversation/turns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "llm/conversation/thought_signature.h"

namespace tidegate::llm {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TextPart text(std::string_view bytes) {
  TextPart part;
  part.text = {bytes};
  return part;
}

ToolCallPart call(std::string_view id, std::string_view name = "f") {
  ToolCallPart part;
  part.id = {id};
  part.name = {name};
  return part;
}

ToolResultPart result(std::string_view id, std::string_view answer, std::string_view name = "") {
  ToolResultPart part;
  part.call_id = {id};
  part.name = {name};
  part.parts.emplace_back(text(answer));
  return part;
}

Message user(std::vector<Part> parts) { return {Role::kUser, std::move(parts), {}}; }
Message assistant(std::vector<Part> parts) { return {Role::kAssistant, std::move(parts), {}}; }

std::string show(const Part& part) {
  if (const auto* value = std::get_if<TextPart>(&part)) return std::string(value->text.bytes);
  if (const auto* value = std::get_if<ToolCallPart>(&part)) {
    return "call(" + std::string(value->id.bytes) + ")";
  }
  const auto* value = std::get_if<ToolResultPart>(&part);
  if (value == nullptr) return "?";
  return "result(" + std::string(value->call_id.bytes) + (value->error ? "!" : "") + ":" +
         show(std::get<TextPart>(value->parts.front())) + ")";
}

// "user[a b] assistant[call(1)]"
std::string show(const std::vector<Message>& turns) {
  std::string out;
  for (const auto& turn : turns) {
    out += out.empty() ? "" : " ";
    out += turn.role == Role::kUser ? "user[" : "assistant[";
    for (const auto& part : turn.parts) {
      out += (out.back() == '[' ? "" : " ") + show(part);
    }
    out += "]";
  }
  return out;
}

struct Case {
  std::vector<Message> messages;
  std::string turns;
  std::vector<std::string> losses;
};

constexpr std::string_view kMissing = "No result was returned for this call.";

TEST(Turns, AreArrangedAsStrictProvidersDemand) {
  const std::string missing(kMissing);
  const std::vector<Case> cases{
      {{user({text("a")}), user({text("b")}), assistant({text("c")})},
       "user[a b] assistant[c]",
       {}},
      {{user({text("a"), text(""), text(R"( \n\t)")}), assistant({text("")}), user({text("b")})},
       "user[a b]",
       {}},
      {{assistant({text("hello")}), user({text("a")})}, "user[.] assistant[hello] user[a]", {}},
      {{}, "user[.]", {}},
      {{user({text("a")}), assistant({text(R"(Answer: \n)")})}, "user[a] assistant[Answer:]", {}},
      {{user({text("a")}), assistant({text(R"(C:\\n)")})}, R"(user[a] assistant[C:\\n])", {}},
      // Parallel calls; results in another order and behind text.
      {{user({text("q")}), assistant({call("1"), call("2")}), user({result("2", "b")}),
        user({text("and"), result("1", "a")})},
       "user[q] assistant[call(1) call(2)] user[result(1:a) result(2:b) and]",
       {}},
      // A result behind the next answer goes back to its call.
      {{user({text("q")}), assistant({call("1")}), user({text("wait")}), assistant({text("ok")}),
        user({result("1", "a")}), assistant({text("so")}), user({text("go")})},
       "user[q] assistant[call(1)] user[result(1:a) wait] assistant[ok so] user[go]",
       {}},
      {{user({text("q")}), assistant({call("1"), call("2")}), user({result("1", "a")})},
       "user[q] assistant[call(1) call(2)] user[result(1:a) result(2!:" + missing + ")]",
       {"tool_results.2"}},
      {{user({text("q")}), assistant({call("1")})},
       "user[q] assistant[call(1)] user[result(1!:" + missing + ")]",
       {"tool_results.1"}},
      // Answers to nothing, and to the same call twice.
      {{user({result("9", "stray")}), assistant({call("1")}),
        user({result("1", "a"), result("1", "again")})},
       "user[stray] assistant[call(1)] user[result(1:a) again]",
       {"tool_results.9", "tool_results.1"}},
      // Ids that start anew in each turn.
      {{user({text("q")}), assistant({call("c0")}), user({result("c0", "a")}),
        assistant({call("c0")}), user({result("c0", "b")})},
       "user[q] assistant[call(c0)] user[result(c0:a)] assistant[call(c0_2)] user[result(c0_2:b)]",
       {}},
      // No ids: by name, then by order.
      {{user({text("q")}), assistant({call("", "f"), call("", "g"), call("", "f")}),
        user({result("", "G", "g"), result("", "F1", "f"), result("", "F2", "f")})},
       "user[q] assistant[call(call_0) call(call_1) call(call_2)] user[result(call_0:F1) "
       "result(call_1:G) result(call_2:F2)]",
       {}},
  };
  for (const auto& c : cases) {
    Conversation conversation;
    conversation.messages = c.messages;
    Losses losses;
    Arena arena;
    const auto turns = arrange_turns(conversation, FirstTurn::kUser, losses, arena);
    EXPECT_EQ(show(turns), c.turns);
    EXPECT_THAT(losses.fields(), testing::ElementsAreArray(c.losses)) << c.turns;
  }
}

TEST(Turns, TellNamesThatGetLost) {
  Conversation conversation;
  conversation.messages = {user({text("a")})};
  conversation.messages[0].name = {"ann"};
  Losses losses;
  Arena arena;
  arrange_turns(conversation, FirstTurn::kAny, losses, arena);
  EXPECT_THAT(losses.fields(), ElementsAre("messages[0].name"));
}

TEST(ToolIds, KeepWhatIsGoodAndStayStable) {
  Arena arena;
  const std::string longest(64, 'a');
  for (const std::string_view id : {"toolu_01A-b", longest.c_str()}) {
    EXPECT_EQ(safe_tool_id({id}, arena).bytes, id);
  }
  const auto a = safe_tool_id({"functions.get:0"}, arena);
  EXPECT_THAT(std::string(a.bytes), testing::MatchesRegex("functions_get_0_[0-9a-f]*"));
  EXPECT_EQ(a, safe_tool_id({"functions.get:0"}, arena));
  EXPECT_NE(a, safe_tool_id({"functions_get.0"}, arena));
  EXPECT_EQ(safe_tool_id({std::string(300, 'x')}, arena).bytes.size(), 64U);
  EXPECT_FALSE(safe_tool_id({""}, arena).empty());
  EXPECT_EQ(safe_tool_id(add_signature({"call_1"}, {"c2ln"}, arena), arena).bytes, "call_1");
}

TEST(ToolIds, WithASignatureMatchThoseWithout) {
  Arena arena;
  Conversation conversation;
  conversation.messages = {assistant({call(add_signature({"1"}, {"c2ln"}, arena).bytes)}),
                           user({result("1", "a")})};
  Losses losses;
  EXPECT_EQ(show(arrange_turns(conversation, FirstTurn::kAny, losses, arena)),
            "assistant[call(1)] user[result(1:a)]");
  EXPECT_THAT(losses.fields(), IsEmpty());
}

TEST(Tools, ComeFromTheHistoryWhereTheCallerGivesNone) {
  Conversation conversation;
  const std::vector<Message> turns{assistant({call("1", "f"), call("2", "g"), call("3", "f")})};
  const auto tools = tools_or_history(conversation, turns);
  ASSERT_EQ(tools.size(), 2U);
  EXPECT_EQ(tools[0].name.bytes, "f");
  EXPECT_EQ(tools[1].name.bytes, "g");
  conversation.tools.emplace_back().name = {"own"};
  EXPECT_EQ(tools_or_history(conversation, turns).size(), 1U);
}

}  // namespace
}  // namespace tidegate::llm
