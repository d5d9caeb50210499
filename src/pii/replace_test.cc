#include "pii/replace.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "pii/placeholder.h"

namespace tidegate::pii {
namespace {

const Rule& rule(std::string_view id) {
  for (const auto table : {personal_rules(), identity_rules(), credential_rules()}) {
    const auto found = std::ranges::find(table, id, &Rule::id);
    if (found != table.end()) return *found;
  }
  ADD_FAILURE() << id;
  return personal_rules().front();
}

const Secret kKey("tenant key");

TEST(Replace, RedactsByKind) { EXPECT_EQ(redact(rule("us_ssn")), "[US_SSN]"); }

TEST(Replace, MasksAllButTheLastFour) {
  EXPECT_EQ(mask("4111 1111 1111 1111"), "**** **** **** 1111");
  EXPECT_EQ(mask("ann@example.org"), "***@******e.org");
  EXPECT_EQ(mask("12345678"), "********");
  EXPECT_EQ(mask("123456789"), "*****6789");
  EXPECT_EQ(mask("jörg"), "****");
  EXPECT_EQ(mask(""), "");
}

TEST(Replace, HashesAreOfTheValueNotItsSpelling) {
  const auto& card = rule("card");
  EXPECT_EQ(hash(card, "4111 1111 1111 1111", kKey), hash(card, "4111-1111-1111-1111", kKey));
  EXPECT_NE(hash(card, "4111 1111 1111 1111", kKey),
            hash(card, "4111 1111 1111 1111", Secret("another tenant")));
  EXPECT_NE(hash(card, "123", kKey).substr(6), hash(rule("us_ssn"), "123", kKey).substr(8));
  EXPECT_EQ(hash(rule("email"), "Ann@Example.org", kKey),
            hash(rule("email"), "ann@example.ORG", kKey));
  EXPECT_NE(hash(rule("secret"), "Abc", kKey), hash(rule("secret"), "abc", kKey));
  EXPECT_EQ(hash(rule("phone"), "+49 30 901820", kKey), hash(rule("phone"), "0049-30901820", kKey));
  EXPECT_NE(hash(rule("phone"), "030 901820", kKey), hash(rule("phone"), "+30 901820", kKey));
}

TEST(Replace, HashIsTheHmacOfKindAndValue) {
  // printf 'EMAIL\0ann@example.org' | openssl dgst -sha256 -hmac 'tenant key'
  EXPECT_EQ(hash(rule("email"), "ann@example.org", kKey), "[EMAIL:2ce4b7068e78]");
}

TEST(Replace, ActionsHaveNames) {
  EXPECT_EQ(find_action("Placeholder"), Action::kPlaceholder);
  EXPECT_EQ(find_action("Block"), Action::kBlock);
  EXPECT_EQ(find_action("block"), std::nullopt);
}

TEST(Placeholders, AreStableAcrossRequestsAndSpellings) {
  Placeholders one(kKey);
  Placeholders other(kKey);
  other.replace(rule("email"), "first@example.org");
  const auto placeholder = one.replace(rule("card"), "4111 1111 1111 1111");
  EXPECT_EQ(placeholder, other.replace(rule("card"), "4111111111111111"));
  EXPECT_TRUE(placeholder.starts_with("<CARD_") && placeholder.ends_with(">"));
  EXPECT_EQ(placeholder.size(), std::string_view("<CARD_>").size() + Placeholders::kDigits);
}

TEST(Placeholders, ReplaceOneValueOnce) {
  Placeholders all(kKey);
  const auto first = all.replace(rule("email"), "Ann@example.org");
  EXPECT_EQ(all.replace(rule("email"), "ann@example.org"), first);
  EXPECT_NE(all.replace(rule("email"), "bob@example.org"), first);
  EXPECT_EQ(all.values().size(), 2U);
  EXPECT_EQ(all.values().find(first)->second, "Ann@example.org");
}

TEST(Placeholders, OfAnotherTenantAreOthers) {
  const Secret key("another tenant");
  Placeholders one(kKey);
  Placeholders other(key);
  EXPECT_NE(one.replace(rule("email"), "a@b.org"), other.replace(rule("email"), "a@b.org"));
}

TEST(Placeholders, GiveWayToTextsThatLookTheSame) {
  Placeholders before(kKey);
  const std::string placeholder(before.replace(rule("email"), "a@b.org"));

  Placeholders after(kKey);
  std::string shouted = placeholder;
  for (char& c : shouted) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  after.take_notice("what is " + shouted + "?");
  const auto other = after.replace(rule("email"), "a@b.org");
  EXPECT_NE(other, placeholder);
  EXPECT_EQ(after.replace(rule("email"), "a@b.org"), other);
}

// Labels of one length or not: no placeholder begins another one.
TEST(Placeholders, ManyValuesDoNotCollide) {
  Placeholders all(kKey);
  std::set<std::string_view> seen;
  for (int i = 0; i < 5000; ++i) {
    seen.insert(all.replace(rule("email"), "user" + std::to_string(i) + "@example.org"));
  }
  EXPECT_EQ(seen.size(), 5000U);
}

}  // namespace
}  // namespace tidegate::pii
