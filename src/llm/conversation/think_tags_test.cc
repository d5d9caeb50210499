#include "llm/conversation/think_tags.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "llm/conversation/steps_fixture.h"

namespace tidegate::llm {
namespace {

// The steps of an answer whose first block has these texts, filtered piece by piece.
class Filtered {
 public:
  explicit Filtered(const std::vector<std::string>& texts, std::vector<ReplyStep> more = {}) {
    pass({ReplyStart{}, BlockStart{}});
    for (const std::string& text : texts) pass({delta(0, text)});
    pass({BlockStop{0}});
    pass(std::move(more));
    pass({ReplyFinish{}, ReplyEnd{}});
  }
  static BlockDelta delta(std::uint32_t index, std::string_view text) {
    return {.index = index, .kind = BlockDelta::Kind::kText, .text = {text}};
  }
  std::string text() const {
    if (!grammar_.problem().empty()) return "grammar: " + grammar_.problem() + text_.text();
    return text_.text();
  }

 private:
  void pass(std::vector<ReplyStep> steps) {
    Arena arena;  // gone with the piece
    filter_.filter(steps, arena);
    text_.add(steps);
    grammar_.add(steps);
  }

  ThinkTagFilter filter_;
  StepText text_;
  StepGrammar grammar_;
};

// The same whole, in two pieces at every cut (none of which is within an escape), and in bytes
// where there are no escapes.
std::string filtered(const std::string& text) {
  const std::string whole = Filtered({text}).text();
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    if (text.find('\\') != text.npos && cut > 0) continue;
    EXPECT_EQ(Filtered({text.substr(0, cut), text.substr(cut)}).text(), whole) << cut;
  }
  if (text.find('\\') == text.npos) {
    std::vector<std::string> bytes;
    for (const char c : text) bytes.emplace_back(1, c);
    EXPECT_EQ(Filtered(bytes).text(), whole);
  }
  return whole;
}

std::string reasoned(std::string_view thought, std::string_view answer) {
  const std::string end = "finish 0 \nend\n";
  std::string out =
      "start  \nblock 0 reasoning   \ndelta 0 text " + std::string(thought) + "\nstop 0\n";
  if (!answer.empty()) out += "block 1 text   \ndelta 1 text " + std::string(answer) + "\nstop 1\n";
  return out + end;
}
std::string plain(std::string_view answer) {
  return "start  \nblock 0 text   \ndelta 0 text " + std::string(answer) +
         "\nstop 0\nfinish 0 \nend\n";
}

TEST(ThinkTags, BecomeReasoningHoweverTheyAreCut) {
  EXPECT_EQ(filtered("<think>hm, 1 < 2</think>Yes."), reasoned("hm, 1 < 2", "Yes."));
  EXPECT_EQ(filtered("  <think> a </think>  b </think> c"), reasoned("a ", "b </think> c"));
  EXPECT_EQ(filtered("<think>cut by the lim"), reasoned("cut by the lim", ""));
  EXPECT_EQ(filtered("<think>only</think>"), reasoned("only", ""));
  EXPECT_EQ(filtered("<think>only</think> "), reasoned("only", ""));
}

TEST(ThinkTags, AreFoundBehindEscapes) {
  // Go's JSON and many others escape the brackets.
  EXPECT_EQ(filtered(R"(\u003cthink\u003e\na \"b\"\n\u003c/think\u003e\n\nAn\u00e9)"),
            reasoned(R"(a \"b\"\n)", "Ané"));
}

TEST(ThinkTags, ElsewhereAreText) {
  EXPECT_EQ(filtered("Use <think>this</think>."), plain("Use <think>this</think>."));
  EXPECT_EQ(filtered("<thinking>no</thinking>"), plain("<thinking>no</thinking>"));
  EXPECT_EQ(filtered("<thi"), plain("<thi"));
  EXPECT_EQ(filtered("no opening tag</think>Yes."), plain("no opening tag</think>Yes."));
}

TEST(ThinkTags, WithoutThoughtsLeaveNoReasoning) {
  EXPECT_EQ(filtered("<think>\\n\\n</think>\\n\\nYes."), plain("Yes."));
  EXPECT_EQ(filtered("<think></think>"), "start  \nfinish 0 \nend\n");
}

TEST(ThinkTags, MoveTheBlocksBehindThem) {
  const std::vector<ReplyStep> call = {
      BlockStart{
          .index = 1, .kind = BlockStart::Kind::kToolCall, .id = {"c"}, .name = {"f"}, .data = {}},
      BlockDelta{1, BlockDelta::Kind::kArguments, {"{}"}}, BlockStop{1}};
  EXPECT_EQ(Filtered({"<think>a</think>b"}, call).text(),
            "start  \nblock 0 reasoning   \ndelta 0 text a\nstop 0\nblock 1 text   \n"
            "delta 1 text b\nstop 1\nblock 2 call c f \ndelta 2 arguments {}\nstop 2\n"
            "finish 0 \nend\n");
  EXPECT_EQ(Filtered({"<think>a</think>"}, call).text(),
            "start  \nblock 0 reasoning   \ndelta 0 text a\nstop 0\nblock 1 call c f \n"
            "delta 1 arguments {}\nstop 1\nfinish 0 \nend\n");
  EXPECT_EQ(Filtered({"<think></think>"}, call).text(),
            "start  \nblock 0 call c f \ndelta 0 arguments {}\nstop 0\nfinish 0 \nend\n");
}

TEST(ThinkTags, OfAWholeReplySayTheSameAsOfAStream) {
  const std::string_view texts[] = {"<think>hm</think>Yes.", "<think>hm", "<think>hm</think>",
                                    "Yes <think>.", R"(\u003cthink>\n\n</think>\nA \"b\")"};
  for (const std::string_view text : texts) {
    Arena arena;
    Reply reply;
    reply.parts.emplace_back(TextPart{.text = {text}, .cache = {}, .citations = {}});
    split_think_tags(reply, arena);
    std::string whole = "start  \n";
    for (std::size_t i = 0; i < reply.parts.size(); ++i) {
      const auto* thought = std::get_if<ReasoningPart>(&reply.parts[i]);
      const auto number = std::to_string(i);
      const EscapedText said =
          thought != nullptr ? thought->text : std::get<TextPart>(reply.parts[i]).text;
      whole += "block " + number + (thought != nullptr ? " reasoning   \n" : " text   \n");
      whole += "delta " + number + " text " + std::string(said.bytes) + "\nstop " + number + "\n";
    }
    EXPECT_EQ(whole + "finish 0 \nend\n", Filtered({std::string(text)}).text()) << text;
  }
}

}  // namespace
}  // namespace tidegate::llm
