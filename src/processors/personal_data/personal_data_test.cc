#include "processors/personal_data/personal_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "json/text.h"
#include "llm/text/stream_texts.h"
#include "pii/detector.h"
#include "processors/dialogue_fixture.h"
#include "processors/exchange_fixture.h"
#include "processors/personal_data/config.h"
#include "processors/read_config.h"
#include "processors/request_fixture.h"

namespace tidegate::processors::personal_data {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kChat = "/v1/chat/completions";
constexpr const char* kMessages = "/v1/messages";
constexpr const char* kRedact = R"({"detect":["email","card"]})";
constexpr const char* kPlaceholders = R"({"action":"Placeholder","secretRef":{"name":"pii"},
    "detect":["email"]})";

std::string processed(const std::string& config, std::string body, std::string path = kChat) {
  RequestFixture request(personal_data(), config, std::move(path), std::move(body));
  return request.run();
}

std::string chat(std::string_view text) {
  return R"({"model":"m", "messages":[{"role":"user","content":")" + std::string(text) + R"("}]})";
}

// Rules are compiled once as long as somebody has them: here, for all exchanges of a test.
class PersonalDataReplies : public ::testing::Test {
 private:
  Result<tidegate::pii::Detector> all_ = tidegate::pii::Detector::make({});
};

TEST(PersonalData, ReplacesValuesAndNothingElse) {
  EXPECT_EQ(processed(kRedact, chat(R"(a\n\u00e9 ann@example.org \"4111 1111 1111 1111\"\t.)")),
            chat(R"(a\n\u00e9 [EMAIL] \"[CARD]\"\t.)"));
  const auto harmless = chat(R"(Nothing \u0041 here, 12345.)");
  EXPECT_EQ(processed(kRedact, harmless), harmless);
}

TEST(PersonalData, TakesAnActionForEachGroup) {
  const std::string config =
      R"({"action":"Report","actions":{"financial":"Mask","contact":"Hash","credential":"Block"},
          "secretRef":{"name":"pii"},"detect":["email","card","ip","stripe_key"]})";
  EXPECT_EQ(processed(config, chat("4111 1111 1111 1111 from 10.1.2.3")),
            chat("**** **** **** 1111 from 10.1.2.3"));
  EXPECT_THAT(processed(config, chat("ann@example.org")), HasSubstr("[EMAIL:"));
  const auto key = "sk_live_" + std::string("4eC39HqLyjWDarjtT1zdp7dc");
  EXPECT_EQ(processed(config, chat(key)),
            "!403 personal_data: the request holds data that must not be sent: STRIPE_KEY");
}

TEST(PersonalData, LooksIntoToolsAndDocumentsToo) {
  EXPECT_EQ(processed(kRedact,
                      R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":[
      {"type":"tool_result","tool_use_id":"t","content":"ann@example.org"},
      {"type":"image","source":{"type":"base64","data":"iVBO"}}]}]})",
                      kMessages),
            R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":[
      {"type":"tool_result","tool_use_id":"t","content":"[EMAIL]"},
      {"type":"image","source":{"type":"base64","data":"iVBO"}}]}]})");
}

TEST(PersonalData, LooksAtWhatGoesWithTheTextsToo) {
  EXPECT_EQ(processed(kRedact,
                      R"({"model":"ann@example.org","user":"ann@example.org",
      "metadata":{"customer":"bob@example.org"},"messages":[{"role":"user","content":"4111111111111111"}],
      "note":["cat@example.org"]})"),
            R"({"model":"ann@example.org","user":"[EMAIL]",
      "metadata":{"customer":"[EMAIL]"},"messages":[{"role":"user","content":"[CARD]"}],
      "note":["[EMAIL]"]})");
}

TEST(PersonalData, PlaceholdersAreTheSameInEveryExchange) {
  const auto first = processed(kPlaceholders, chat("Mail ann@example.org"));
  const auto later = processed(kPlaceholders, chat("Mail ann@example.org"));
  EXPECT_EQ(first, later);
  EXPECT_THAT(first, HasSubstr("<EMAIL_"));
  EXPECT_THAT(first, Not(HasSubstr("ann@")));
}

TEST(PersonalData, SaysWhatIsWrongWithItsConfiguration) {
  EXPECT_THAT(check_config<Config>(R"({"action":"Erase"})"), ElementsAre(HasSubstr("action")));
  EXPECT_THAT(check_config<Config>(R"({"detect":["email","shoe_size"]})"),
              ElementsAre(HasSubstr("detect[1]")));
  EXPECT_THAT(check_config<Config>(R"({"action":"Hash"})"), ElementsAre(HasSubstr("secretRef")));
  EXPECT_THAT(check_config<Config>(R"({"replies":{"action":"Hash"}})"),
              ElementsAre(HasSubstr("secretRef")));
  EXPECT_THAT(check_config<Config>(R"({"key":"in the resource itself"})"),
              ElementsAre(HasSubstr("key")));
  EXPECT_THAT(check_config<Config>(
                  R"({"replies":{"actions":{"contact":"Placeholder"}},"secretRef":{"name":"s"}})"),
              ElementsAre(HasSubstr("replies")));
  EXPECT_THAT(check_config<Config>(R"({"actions":{"contact":"Mask"},"threshold":80})"), IsEmpty());
}

std::string placeholder_in(std::string_view text) {
  const auto begin = text.find("<EMAIL_");
  EXPECT_NE(begin, text.npos) << text;
  return std::string(text.substr(begin, text.find('>', begin) + 1 - begin));
}

TEST(PersonalData, RestoresWholeReplies) {
  ExchangeFixture exchange(personal_data(), kPlaceholders, kChat,
                           chat(R"(Mail \"Ann\" ann@example.org)"));
  EXPECT_THAT(exchange.sent, Not(HasSubstr("ann@example")));
  const auto held = placeholder_in(exchange.sent);
  EXPECT_EQ(exchange.reply(R"({"choices":[{"index":0,"message":{"content":"To **)" + held +
                           R"(**: \u00e9","tool_calls":[{"function":{"arguments":"{\"to\":\")" +
                           held + R"(\"}"}}]}}],"usage":{"total_tokens":1}})"),
            R"({"choices":[{"index":0,"message":{"content":"To **ann@example.org**: é",)"
            R"("tool_calls":[{"function":{"arguments":"{\"to\":\"ann@example.org\"}"}}]}}],)"
            R"("usage":{"total_tokens":1}})");
}

std::string stream(const Dialogue& one, ExchangeFixture& exchange,
                   const std::vector<std::string>& pieces) {
  Client client(exchange.call());
  for (const auto& piece : pieces) client.take(exchange.event(one.type, with(one.delta, piece)));
  if (!one.end.empty()) client.take(exchange.event(one.end_type, one.end));
  client.take(exchange.end());
  return client.text;
}

TEST(PersonalData, RestoresStreamsOfEveryDialectAtEveryCut) {
  for (const auto& one : dialogues()) {
    ExchangeFixture exchange(personal_data(), kPlaceholders, one.path,
                             with(one.request, "Mail ann@example.org"));
    EXPECT_THAT(exchange.sent, Not(HasSubstr("ann@example")));
    const auto text = "To " + placeholder_in(exchange.sent) + " it is";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      EXPECT_EQ(stream(one, exchange, {text.substr(0, cut), text.substr(cut)}),
                "To ann@example.org it is")
          << one.delta << " cut at " << cut;
    }
    std::vector<std::string> bytes;
    for (const char c : text) bytes.emplace_back(1, c);
    EXPECT_EQ(stream(one, exchange, bytes), "To ann@example.org it is") << one.delta;
  }
}

TEST(PersonalData, WhatIsHeldGoesOutInFrontOfTheEnd) {
  for (const auto& one : dialogues()) {
    ExchangeFixture exchange(personal_data(), kPlaceholders, one.path,
                             with(one.request, "Mail ann@example.org"));
    const auto held = placeholder_in(exchange.sent);
    const auto begun = "To " + held.substr(0, held.size() - 1);
    EXPECT_EQ(stream(one, exchange, {begun}), begun) << one.delta;
    // A text of the same lane that comes later begins anew.
    EXPECT_EQ(stream(one, exchange, {held}), "ann@example.org") << one.delta;
  }
}

TEST(PersonalData, EventsWithoutPlaceholdersPassAsTheyCame) {
  for (const auto& one : dialogues()) {
    ExchangeFixture exchange(personal_data(), kPlaceholders, one.path,
                             with(one.request, "Mail ann@example.org"));
    const auto data = with(one.delta, R"(a \u003cb\u003e \"x\" <EMAIL_0000000000>)");
    const auto events = exchange.event(one.type, data);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].second, data);
  }
}

TEST(PersonalData, ChoicesThatInterleaveAreRestoredApart) {
  ExchangeFixture exchange(personal_data(), kPlaceholders, kChat, chat("Mail ann@example.org"));
  const auto held = placeholder_in(exchange.sent);
  std::string texts[2];
  for (std::size_t i = 0; i < held.size(); ++i) {
    for (const int choice : {0, 1}) {
      const auto data = R"({"choices":[{"index":)" + std::to_string(choice) +
                        R"(,"delta":{"content":")" + held[i] + R"("}}]})";
      Arena arena;
      llm::EventTexts said;
      for (const auto& [type, out] : exchange.event("", data)) {
        ASSERT_TRUE(llm::list_event_texts(exchange.call(), type, out, arena, said));
        for (const auto& text : said.texts) texts[choice] += text.text.plain;
      }
    }
  }
  EXPECT_EQ(texts[0], "ann@example.org");
  EXPECT_EQ(texts[1], "ann@example.org");
}

constexpr const char* kMaskReplies =
    R"({"action":"Report","replies":{"action":"Redact","actions":{"financial":"Mask"}}})";

// What the model says, with what the client reads of it.
const std::pair<std::string, std::string> kSaid[] = {
    {"Write to ann.b@example.org, please.", "Write to [EMAIL], please."},
    {"Her card is 4111 1111 1111 1111 and that is it.",
     "Her card is **** **** **** 1111 and that is it."},
    {"IBAN GB29 NWBK 6016 1331 9268 19 it is, not 4111-1111-1111-1112.",
     "IBAN **** **** **** **** **68 19 it is, not 4111-1111-1111-1112."},
    {"Number AB 12 34 56 C is her national insurance number",
     "Number [UK_NINO] is her national insurance number"},
    {"078-05-1121 is her SSN. Call +1 212 555 0123x45, or (212) 555-0199",
     "[US_SSN] is her SSN. Call [PHONE], or [PHONE]"},
    {"password = correct-horse-7-battery; then go on", "password = [SECRET]; then go on"},
    {"-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA1\nx7Zq9\n-----END RSA PRIVATE KEY-----\nok",
     "[PRIVATE_KEY]\nok"},
    {"Mail ann@example.org, bob@example.org\tand nobody.", "Mail [EMAIL], [EMAIL]\tand nobody."},
};

TEST_F(PersonalDataReplies, MasksWhatTheModelSaysAtEveryCut) {
  const auto& chats = dialogues();
  for (const auto& [said, read] : kSaid) {
    for (const auto& one : {chats[0], chats[4], chats[6]}) {
      for (std::size_t cut = 0; cut <= said.size(); ++cut) {
        ExchangeFixture exchange(personal_data(), kMaskReplies, one.path, with(one.request, "hi"));
        EXPECT_EQ(
            stream(one, exchange, {json_text(said.substr(0, cut)), json_text(said.substr(cut))}),
            read)
            << " cut at " << cut;
      }
      std::vector<std::string> bytes;
      for (const char c : said) bytes.push_back(json_text(std::string(1, c)));
      ExchangeFixture exchange(personal_data(), kMaskReplies, one.path, with(one.request, "hi"));
      EXPECT_EQ(stream(one, exchange, bytes), read);
    }
  }
}

TEST_F(PersonalDataReplies, MasksWhatIsSaidInArgumentsOfToolsAndKeepsThemJson) {
  const auto& one = dialogues()[1];
  const std::string said =
      R"({"to":"ann\u0040example.org","n":4111111111111111,"b":"4111111111111111\n","password":"correct-horse-7-battery"})";
  const std::string read =
      R"({"to":"[EMAIL]","n":4111111111111111,"b":"************1111\n","password":"[SECRET]"})";
  for (std::size_t cut = 0; cut <= said.size(); ++cut) {
    ExchangeFixture exchange(personal_data(), kMaskReplies, one.path, with(one.request, "hi"));
    EXPECT_EQ(stream(one, exchange, {json_text(said.substr(0, cut)), json_text(said.substr(cut))}),
              read)
        << " cut at " << cut;
  }
}

TEST_F(PersonalDataReplies, MasksWholeReplies) {
  ExchangeFixture exchange(personal_data(), kMaskReplies, kChat, chat("hi"));
  EXPECT_EQ(
      exchange.reply(R"({"choices":[{"message":{"content":"Mail ann@example.org \u00e9"}}]})"),
      R"({"choices":[{"message":{"content":"Mail [EMAIL] é"}}]})");
}

TEST_F(PersonalDataReplies, RestoresItsPlaceholdersAndMasksTheRest) {
  const std::string config =
      R"({"action":"Placeholder","secretRef":{"name":"pii"},"replies":{"action":"Redact"}})";
  const auto& one = dialogues()[0];
  for (std::size_t cut = 0; cut <= 60; ++cut) {
    ExchangeFixture exchange(personal_data(), config, one.path,
                             with(one.request, "ann@example.org"));
    const auto said = "Not bob@example.org but " + placeholder_in(exchange.sent) + ".";
    const auto at = std::min(cut, said.size());
    EXPECT_EQ(stream(one, exchange, {said.substr(0, at), said.substr(at)}),
              "Not [EMAIL] but ann@example.org.")
        << " cut at " << cut;
  }
}

TEST_F(PersonalDataReplies, ProseIsHeldBackByItsLastWordAtMost) {
  const auto& one = dialogues()[0];
  ExchangeFixture exchange(personal_data(), kMaskReplies, one.path, with(one.request, "hi"));
  Client client(exchange.call());
  std::string said;
  for (const std::string piece :
       {"Once", " upon", " a", " time", " there", " was", " a", " fo", "x"}) {
    said += piece;
    client.take(exchange.event("", with(one.delta, piece)));
    EXPECT_GE(client.text.size() + 6, said.size()) << client.text;
  }
}

TEST_F(PersonalDataReplies, AStreamThatMustNotGoOnEndsAsItsDialectSays) {
  const std::string config =
      R"({"action":"Report","replies":{"action":"Report","actions":{"credential":"Block"}}})";
  const std::string key = "sk_live_" + std::string("4eC39HqLyjWDarjtT1zdp7dc");
  for (const auto& one : dialogues()) {
    ExchangeFixture exchange(personal_data(), config, one.path, with(one.request, "hi"));
    Client client(exchange.call());
    const bool is_json = one.is_json;
    const std::string said =
        (is_json ? "\"It is " : "It is ") + key + " there, I think. So it is, and nothing more.";
    for (const char c : said) {
      if (exchange.ended) break;
      client.take(exchange.event(one.type, with(one.delta, json_text(std::string(1, c)))));
    }
    EXPECT_TRUE(exchange.ended) << one.delta;
    EXPECT_EQ(client.text, is_json ? "\"It is " : "It is ") << one.delta;
  }
  ExchangeFixture exchange(personal_data(), config, kChat, chat("hi"));
  EXPECT_EQ(exchange.reply(R"({"choices":[{"message":{"content":")" + key + R"("}}]})"),
            "!403 personal_data: the answer holds data that must not be told");
}

}  // namespace
}  // namespace tidegate::processors::personal_data
