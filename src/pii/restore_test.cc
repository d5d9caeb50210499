#include "pii/restore.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace tidegate::pii {
namespace {

using In = Restorer::In;

const Secret kKey("tenant key");

const Rule& rule(std::string_view id) {
  return *std::ranges::find(personal_rules(), id, &Rule::id);
}

// A map of three values, one of which JSON must escape.
class Restoring : public testing::Test {
 protected:
  Restoring() {
    mail = placeholders.replace(rule("email"), "ann@example.org");
    card = placeholders.replace(rule("card"), "4111 1111 1111 1111");
    odd = placeholders.replace(rule("email"), "o\"dd\\@example.org");
  }

  // What comes out for these pieces.
  static std::string feed(const Restorer& restorer, const std::vector<std::string_view>& pieces,
                          In in) {
    Restorer::State state;
    std::string out;
    for (const auto piece : pieces) restorer.feed(state, piece, in, out);
    restorer.finish(state, out);
    return out;
  }

  // Whole, byte by byte, at every cut and at every two cuts: the same, or "differs".
  static std::string every_cut(const Restorer& restorer, std::string_view text, In in) {
    const auto whole = feed(restorer, {text}, in);
    std::vector<std::string_view> bytes;
    for (std::size_t i = 0; i < text.size(); ++i) bytes.push_back(text.substr(i, 1));
    if (feed(restorer, bytes, in) != whole) return "differs byte by byte";
    for (std::size_t a = 0; a <= text.size(); ++a) {
      for (std::size_t b = a; b <= text.size(); ++b) {
        const auto cut =
            feed(restorer, {text.substr(0, a), text.substr(a, b - a), text.substr(b)}, in);
        if (cut != whole) return "differs at " + std::to_string(a) + " and " + std::to_string(b);
      }
    }
    return whole;
  }

  Placeholders placeholders{kKey};
  std::string mail;
  std::string card;
  std::string odd;
};

TEST_F(Restoring, PutsValuesBackAtEveryCut) {
  const Restorer restorer(placeholders);
  EXPECT_EQ(every_cut(restorer, "Dear " + mail + ", card " + card + ".", In::kText),
            "Dear ann@example.org, card 4111 1111 1111 1111.");
  EXPECT_EQ(every_cut(restorer, mail + mail, In::kText), "ann@example.organn@example.org");
  EXPECT_EQ(every_cut(restorer, "é<ü" + mail + "€", In::kText), "é<üann@example.org€");
}

TEST_F(Restoring, TakesBeginningsThatComeToNothing) {
  const Restorer restorer(placeholders);
  const std::string cut = mail.substr(0, mail.size() - 1);
  for (const auto& text : {std::string("a < b"), std::string("<"), std::string("<<<"), cut,
                           std::string("<EMAIL_"), std::string("<b>bold</b>")}) {
    EXPECT_EQ(every_cut(restorer, text, In::kText), text);
  }
  // Begun again within what looked like one.
  EXPECT_EQ(every_cut(restorer, cut + mail, In::kText), cut + "ann@example.org");
  EXPECT_EQ(every_cut(restorer, "<<EMAIL" + mail, In::kText), "<<EMAILann@example.org");
}

TEST_F(Restoring, SeesThroughCaseAndMarkdown) {
  const Restorer restorer(placeholders);
  std::string shouted = mail;
  std::string quiet = mail;
  for (char& c : shouted) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  for (char& c : quiet) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  EXPECT_EQ(every_cut(restorer, "**" + shouted + "** `" + quiet + "`", In::kText),
            "**ann@example.org** `ann@example.org`");
}

TEST_F(Restoring, LeavesUnknownPlaceholders) {
  const Restorer restorer(placeholders);
  EXPECT_EQ(every_cut(restorer, "<EMAIL_0000000000> <PERSON_1>", In::kText),
            "<EMAIL_0000000000> <PERSON_1>");
  // Of another request: its table is not this one's.
  Placeholders other(kKey);
  const std::string foreign(other.replace(rule("email"), "bob@example.org"));
  EXPECT_EQ(every_cut(restorer, foreign, In::kText), foreign);
}

TEST_F(Restoring, EscapesWithinJson) {
  const Restorer restorer(placeholders);
  EXPECT_EQ(every_cut(restorer, R"({"to":")" + odd + R"("})", In::kJson),
            R"({"to":"o\"dd\\@example.org"})");
  EXPECT_EQ(every_cut(restorer, R"({"to":")" + odd + R"("})", In::kText),
            R"({"to":"o"dd\@example.org"})");
}

TEST_F(Restoring, KnowsEscapedBracketsWithinJson) {
  const Restorer restorer(placeholders);
  const auto inside = mail.substr(1, mail.size() - 2);
  EXPECT_EQ(every_cut(restorer, R"({"to":"\u003c)" + inside + R"(\u003e\n"})", In::kJson),
            R"({"to":"ann@example.org\n"})");
  // An escaped backslash and letters behind it.
  const auto literal = R"({"to":"\\u003c)" + inside + R"(\\u003e"})";
  EXPECT_EQ(every_cut(restorer, literal, In::kJson), literal);
  const auto begun = R"(\u003c\u003c)" + inside + R"(\u003e)";
  EXPECT_EQ(every_cut(restorer, begun, In::kJson), R"(\u003cann@example.org)");
}

TEST_F(Restoring, HoldsOnlyWhatMayBecomeAPlaceholder) {
  const Restorer restorer(placeholders);
  Restorer::State state;
  std::string out;
  EXPECT_FALSE(restorer.feed(state, "The sum is 5", In::kText, out));
  EXPECT_EQ(out, "The sum is 5");
  EXPECT_TRUE(restorer.feed(state, " x <EMA", In::kText, out));
  EXPECT_EQ(out, "The sum is 5 x ");
  EXPECT_EQ(state.held, "<EMA");
  EXPECT_TRUE(restorer.feed(state, "X", In::kText, out));
  EXPECT_EQ(out, "The sum is 5 x <EMAX");
  EXPECT_TRUE(state.held.empty());
}

TEST_F(Restoring, LanesThatInterleaveKeepTheirOwn) {
  const Restorer restorer(placeholders);
  Restorer::State first;
  Restorer::State second;
  std::string one;
  std::string two;
  for (std::size_t i = 0; i < std::max(mail.size(), card.size()); ++i) {
    if (i < mail.size()) restorer.feed(first, mail.substr(i, 1), In::kText, one);
    if (i < card.size()) restorer.feed(second, card.substr(i, 1), In::kText, two);
  }
  restorer.finish(first, one);
  restorer.finish(second, two);
  EXPECT_EQ(one, "ann@example.org");
  EXPECT_EQ(two, "4111 1111 1111 1111");
}

// Texts made of pieces of placeholders and of everything that is special, cut at random.
TEST_F(Restoring, RandomTextsComeOutTheSameHoweverTheyAreCut) {
  const Restorer restorer(placeholders);
  std::mt19937 random(7);
  const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random()) % n; };
  const std::string bits[] = {mail,
                              card,
                              odd,
                              "<",
                              "\\",
                              "u003c",
                              "\\u003c",
                              ">",
                              "é",
                              "\"",
                              mail.substr(0, 5),
                              mail.substr(1),
                              "EMAIL_",
                              " "};
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    for (std::size_t n = pick(8); n > 0; --n) text += bits[pick(std::size(bits))];
    const In in = pick(2) == 0 ? In::kText : In::kJson;
    std::vector<std::string_view> pieces;
    for (std::string_view rest = text; !rest.empty();) {
      const auto size = std::min(rest.size(), 1 + pick(9));
      pieces.push_back(rest.substr(0, size));
      rest.remove_prefix(size);
    }
    ASSERT_EQ(feed(restorer, pieces, in), restorer.restore(text, in)) << text;
  }
}

TEST(Restorer, WithoutValuesLetsAllPass) {
  const Placeholders none(kKey);
  const Restorer restorer(none);
  EXPECT_TRUE(restorer.empty());
  EXPECT_EQ(restorer.restore("a <b> \\u003c", In::kJson), "a <b> \\u003c");
}

}  // namespace
}  // namespace tidegate::pii
