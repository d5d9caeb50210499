#include "cache/wording.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace tidegate::cache {
namespace {

// Those of a shop that delivers.
const Synonyms& synonyms() {
  static const std::vector<std::vector<std::string>> kOfTheTrade = {{"ship", "deliver"},
                                                                    {"change", "update"}};
  static const Synonyms all(kOfTheTrade);
  return all;
}

bool same(std::string_view a, std::string_view b) {
  const auto one = Wording::read(a, synonyms());
  const auto other = Wording::read(b, synonyms());
  if (!one || !other) return false;
  const bool same = one->says_the_same_as(*other);
  EXPECT_EQ(same, other->says_the_same_as(*one)) << a << " | " << b;
  EXPECT_EQ(same, one->to_exact_key() == other->to_exact_key()) << a << " | " << b;
  if (same) EXPECT_EQ(one->to_key(), other->to_key()) << a << " | " << b;
  return same;
}

TEST(Wording, IsOneForWordsThatSayNothing) {
  const std::pair<std::string_view, std::string_view> kPairs[] = {
      {"How do I cancel my order?", "how to cancel an order"},
      {"How do I cancel my order?", "Hi, could you please tell me how I cancel the order? Thanks!"},
      {"What's the capital of France?", "what is the capital of france"},
      {"I can't log in", "I cannot log in."},
      {"I don\xE2\x80\x99t see my card", "I do not see my card!"},
      {"What is the tide at Dover on Monday?", "On Monday, what is the tide at Dover?"},
      {"Where is order 48213?", "where is the order 48213"},
      {"WHERE IS MY CARD?", "Where is my card?"},
      {"Where can I purchase a colour telephone?", "where can I buy a color phone"},
      {"Do you ship to Norway?", "do you deliver to Norway?"},
      {"How do I reset my password?", "How can I reset my password?"},
      {"Wie komme ich zum Hafen?", "wie komme ich zum Hafen?"},
  };
  for (const auto& [a, b] : kPairs) EXPECT_TRUE(same(a, b)) << a << " | " << b;
}

TEST(Wording, DiffersWhereAnythingDiffers) {
  const std::pair<std::string_view, std::string_view> kPairs[] = {
      {"How do I cancel my order?", "Cancel my order."},
      {"Can you pay me?", "Can I pay you?"},
      {"You cancel my order", "You cancel my order?"},
      {"Will it rain?", "Did it rain?"},
      {"Does the dog bite the man?", "Does the man bite the dog?"},
      {"Convert 5 USD to EUR please", "Convert 5 EUR to USD please"},
      {"Is it open in the US?", "Is it open, us?"},
      {"What is 7 + 3?", "What is 7 - 3?"},
      {"What is -5 squared?", "What is 5 squared?"},
      {"Is 1,000 much?", "Is 1.000 much?"},
      {"Who wrote \"The Sea\"?", "Who wrote \"Sea\"?"},
      {"How do I open it?", "How do I not open it?"},
      {"When did it open?", "Where did it open?"},
      {"Est-ce que la mer est haute?", "Est-ce que la mer est basse?"},
      {"Go from Paris to Rome", "Go from Rome to Paris"},
  };
  for (const auto& [a, b] : kPairs) EXPECT_FALSE(same(a, b)) << a << " | " << b;
}

TEST(Synonyms, OfTwoListsWithACommonWordAreOne) {
  const std::vector<std::vector<std::string>> lists = {{"a", "b"}, {"c", "d"}, {"b", "d"}};
  const Synonyms all(lists);
  EXPECT_EQ(all.of("a"), all.of("c"));
  EXPECT_EQ(all.of("b"), all.of("d"));
  EXPECT_EQ(all.of("e"), "e");
  EXPECT_EQ(all.of("purchase"), all.of("buy"));
}

TEST(Wording, IsNotReadOfWhatIsAboutWordsOrHasMaterial) {
  for (const std::string_view text :
       {"Translate the cat is here", "Fix this: he do not like it", "def f():\n  return 1",
        "How do you spell please?", "an open \" quotation", "", "  ", "the"}) {
    EXPECT_FALSE(Wording::read(text, synonyms())) << text;
  }
  EXPECT_FALSE(Wording::read(std::string(Wording::kMaxBytes + 1, 'x'), synonyms()));
}

// ---- Minimal edits: each makes another question of the one before.

constexpr std::string_view kQuestions[] = {
    "How do I cancel order 48213 before Friday?",
    "Why was I charged 25 euros twice for my card?",
    "Is it safe to take 200 mg of ibuprofen with alcohol?",
    "Can I transfer money from London to Paris without a fee?",
    "What is the tide at Dover on Monday at 6 pm?",
    "Should I buy shares of Acme if the price rises over 40 dollars?",
    "Where can I enable notifications for the first account?",
    "When does the cheapest flight from Berlin to Rome leave?",
    "How many kilometers is it from Hamburg to Munich?",
    "Does the warranty cover damage after 2 years?",
    "Who is allowed to open a savings account in Germany?",
    "How long does it take to increase my limit to 500 pounds?",
    "Is the deposit refundable if I cancel within 14 days?",
    "Why did my payment to Anna fail last week?",
    "How do I lock my card after it was stolen in Spain?",
    "What is the maximum temperature for storing this at 8 celsius?",
};

struct Swap {
  std::string_view kind;
  std::string_view from;
  std::string_view to;
};
constexpr Swap kSwaps[] = {
    {"number", "48213", "48231"},
    {"number", "25", "52"},
    {"number", "200", "2000"},
    {"number", "6", "7"},
    {"number", "40", "4.0"},
    {"number", "2", "3"},
    {"number", "500", "50"},
    {"number", "14", "41"},
    {"number", "8", "-8"},
    {"number", "twice", "once"},
    {"number", "first", "second"},
    {"negation", "safe", "unsafe"},
    {"negation", "Is", "Isn't"},
    {"negation", "Can", "Can't"},
    {"negation", "Does", "Doesn't"},
    {"negation", "Should", "Shouldn't"},
    {"negation", "did", "didn't"},
    {"negation", "was", "wasn't"},
    {"negation", "allowed", "not allowed"},
    {"negation", "without", "with"},
    {"entity", "London", "Lisbon"},
    {"entity", "Paris", "Prague"},
    {"entity", "Dover", "Calais"},
    {"entity", "Acme", "Apex"},
    {"entity", "Berlin", "Bern"},
    {"entity", "Rome", "Nice"},
    {"entity", "Hamburg", "Munich"},
    {"entity", "Germany", "Greece"},
    {"entity", "Anna", "Hannah"},
    {"entity", "Spain", "Sweden"},
    {"entity", "ibuprofen", "aspirin"},
    {"entity", "Monday", "Tuesday"},
    {"entity", "Friday", "Sunday"},
    {"unit", "euros", "dollars"},
    {"unit", "mg", "g"},
    {"unit", "pm", "am"},
    {"unit", "kilometers", "miles"},
    {"unit", "years", "months"},
    {"unit", "pounds", "euros"},
    {"unit", "days", "weeks"},
    {"unit", "celsius", "fahrenheit"},
    {"unit", "dollars", "cents"},
    {"opposite", "before", "after"},
    {"opposite", "buy", "sell"},
    {"opposite", "rises", "falls"},
    {"opposite", "over", "under"},
    {"opposite", "enable", "disable"},
    {"opposite", "cheapest", "dearest"},
    {"opposite", "leave", "arrive"},
    {"opposite", "open", "close"},
    {"opposite", "increase", "decrease"},
    {"opposite", "after", "before"},
    {"opposite", "lock", "unlock"},
    {"opposite", "maximum", "minimum"},
    {"opposite", "last", "next"},
    {"opposite", "cancel", "keep"},
    {"opposite", "fail", "succeed"},
    {"question", "When", "Where"},
    {"question", "Who", "How"},
    {"question", "Why", "When"},
    {"question", "How many", "Which"},
    {"question", "What", "When"},
};

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  // Whole words.
  const std::string padded = " " + std::string(text);
  auto at = padded.find(" " + std::string(from));
  while (at != padded.npos) {
    const char behind = padded[at + 1 + from.size()];
    if (behind == ' ' || behind == '?') break;
    at = padded.find(" " + std::string(from), at + 1);
  }
  if (at == padded.npos) return {};
  return padded.substr(1, at) + std::string(to) + padded.substr(at + 1 + from.size());
}

TEST(Wording, TakesNoMinimalEditForTheSameQuestion) {
  // Around each pair, words that say nothing, so that both are found under other spellings too.
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kAround = {{
      {"", ""},
      {"Hi, ", ""},
      {"Please ", ""},
      {"Could you tell me ", " Thanks!"},
  }};
  int probes = 0;
  int wrong = 0;
  int found = 0;
  for (const std::string_view question : kQuestions) {
    for (const auto& [before, after] : kAround) {
      const std::string around = std::string(before) + std::string(question) + std::string(after);
      for (const Swap& swap : kSwaps) {
        const std::string edited = replaced(question, swap.from, swap.to);
        if (edited.empty()) continue;
        ++probes;
        if (!same(around, edited)) continue;
        ++wrong;
        ADD_FAILURE() << swap.kind << ": " << around << " | " << edited;
      }
    }
    // The question itself is found.
    found += same(question, "hello " + std::string(question)) ? 1 : 0;
  }
  EXPECT_GE(probes, 240);
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(found, static_cast<int>(std::size(kQuestions)));
}

TEST(Wording, TakesNoTwoQuestionsForOne) {
  for (const std::string_view one : kQuestions) {
    for (const std::string_view other : kQuestions) {
      EXPECT_EQ(same(one, other), one == other) << one << " | " << other;
    }
  }
}

// What people write when they ask the same again. Vectors would find most; the wording finds those
// that differ in words without meaning. The figure is in docs/reference/response-cache.md.
TEST(Wording, FindsTheParaphrasesThatItSays) {
  const std::pair<std::string_view, std::string_view> kPairs[] = {
      {"How do I reset my password?", "How can I reset my password?"},
      {"How do I reset my password?", "how to reset password"},
      {"How do I reset my password?", "I forgot my password, what now?"},
      {"What are your opening hours?", "When are you open?"},
      {"What are your opening hours?", "what are your opening hours please"},
      {"Where is my order?", "Where's my order?"},
      {"Where is my order?", "Track my order"},
      {"Why was my card declined?", "why was the card declined"},
      {"Why was my card declined?", "My card got declined, why?"},
      {"Do you ship to Norway?", "Do you deliver to Norway?"},
      {"Do you ship to Norway?", "do you ship to norway"},
      {"Can I change my address?", "can i change the address?"},
      {"Can I change my address?", "How do I update my address?"},
      {"What is the capital of Peru?", "Hello, what's the capital of Peru?"},
      {"What is the capital of Peru?", "Peru's capital?"},
      {"How long does delivery take?", "how long does the delivery take?"},
      {"How long does delivery take?", "When will it arrive?"},
      {"I want to close my account", "I want to close my account, thanks"},
      {"I want to close my account", "Please close my account"},
      {"Is there a fee for transfers?", "Is there a fee for the transfers?"},
  };
  int found = 0;
  for (const auto& [a, b] : kPairs) found += same(a, b) ? 1 : 0;
  EXPECT_EQ(found, 12) << "of " << std::size(kPairs);
}

}  // namespace
}  // namespace tidegate::cache
