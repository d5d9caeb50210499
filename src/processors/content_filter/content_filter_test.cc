#include "processors/content_filter/content_filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "json/text.h"
#include "llm/text/stream_texts.h"
#include "processors/content_filter/config.h"
#include "processors/content_filter/word_filter.h"
#include "processors/dialogue_fixture.h"
#include "processors/exchange_fixture.h"
#include "processors/read_config.h"
#include "processors/request_fixture.h"

namespace tidegate::processors::content_filter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kChat = "/v1/chat/completions";
constexpr const char* kConfig = R"({"categories":[
    {"name":"rivals","words":["Acme","Globex Corporation"],"request":"Redact"},
    {"name":"projects","patterns":["\\bproj-\\d{2,4}\\b"],"replacement":"a project",
     "request":"Report"},
    {"name":"abuse","words":["damn"],"parts":["darn"],"request":"Block","response":"Block"}]})";

std::string chat(std::string_view text) {
  return R"({"model":"m", "messages":[{"role":"user","content":")" + std::string(text) + R"("}]})";
}

std::string filtered(std::string body, const std::string& config = kConfig) {
  RequestFixture request(content_filter(), config, kChat, std::move(body));
  return request.run();
}

TEST(ContentFilter, TakesTheActionOfEachCategoryOnRequests) {
  EXPECT_EQ(filtered(chat(R"(ask\n\u0041cme and GLOBEX  corporation, not Acmes)")),
            chat(R"(ask\n[rivals] and [rivals], not Acmes)"));
  EXPECT_EQ(filtered(chat("proj-123 is fine")), chat("proj-123 is fine"));
  EXPECT_EQ(filtered(chat("Damn it")),
            "!403 content_filter: the request holds content that is not allowed here: abuse");
  EXPECT_EQ(filtered(chat("goddarnit")),
            "!403 content_filter: the request holds content that is not allowed here: abuse");
  const auto harmless = chat(R"(Damned \u00e9 nothing)");
  EXPECT_EQ(filtered(harmless), harmless);
}

TEST(ContentFilter, RequestsAndRepliesHaveActionsOfTheirOwn) {
  const std::string config = R"({"categories":[
      {"name":"a","words":["one"],"request":"Ignore","response":"Redact","matchCase":true},
      {"name":"b","words":["two"],"request":"Redact","response":"Ignore"}]})";
  EXPECT_EQ(filtered(chat("one two"), config), chat("one [b]"));
  ExchangeFixture exchange(content_filter(), config, kChat, chat("hi"));
  EXPECT_EQ(exchange.reply(R"({"choices":[{"message":{"content":"one One two"}}]})"),
            R"({"choices":[{"message":{"content":"[a] One two"}}]})");
}

TEST(ContentFilter, WholeRepliesAreRedactedOrRefused) {
  ExchangeFixture exchange(content_filter(), kConfig, kChat, chat("hi"));
  EXPECT_EQ(
      exchange.reply(R"({"choices":[{"message":{"content":"Acme \u00e9","tool_calls":[{"function":)"
                     R"({"arguments":"{\"Acme\":1,\"q\":\"is \\u0041cme\"}"}}]}}]})"),
      R"({"choices":[{"message":{"content":"[rivals] é","tool_calls":[{"function":)"
      R"({"arguments":"{\"[rivals]\":1,\"q\":\"is [rivals]\"}"}}]}}]})");
  EXPECT_EQ(exchange.reply(R"({"choices":[{"message":{"content":"damn"}}]})"),
            "!403 content_filter: the answer holds content that is not allowed here: abuse");
}

TEST(ContentFilter, SaysWhatIsWrongWithItsConfiguration) {
  EXPECT_THAT(check_config<Config>("{}"), ElementsAre(HasSubstr("categories: is required")));
  EXPECT_THAT(check_config<Config>(R"({"categories":[{"name":"a"}]})"),
              ElementsAre(HasSubstr("categories[0]")));
  EXPECT_THAT(check_config<Config>(R"({"categories":[{"name":"a","patterns":["ok","a+"]}]})"),
              ElementsAre(HasSubstr("categories[0].patterns[1]: at 2: '*' and '+' have no limit")));
  EXPECT_THAT(check_config<Config>(R"({"categories":[{"name":"a","patterns":["a{300}"]}]})"),
              ElementsAre(HasSubstr("patterns[0]: could match 300 bytes, more than the 256")));
  EXPECT_THAT(
      check_config<Config>(
          R"({"categories":[{"name":"a","patterns":["a{300}"]}],"holdBack":{"bytes":300}})"),
      IsEmpty());
  EXPECT_THAT(
      check_config<Config>(R"({"categories":[{"name":"a","words":["x"],"request":"Erase"}]})"),
      ElementsAre(HasSubstr("categories[0].request")));
  EXPECT_THAT(check_config<Config>(
                  R"({"categories":[{"name":"a","words":["x"]},{"name":"a","words":["y"]}]})"),
              ElementsAre(HasSubstr("categories[1]")));
}

// What is said, and what the client reads. Texts end where they are blocked.
struct Case {
  std::string said;
  std::string read;
  bool ends = false;
};
const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {"Ask Acme, not Acmes or ac me.", "Ask [rivals], not Acmes or ac me."},
      {"acme", "[rivals]"},
      {"acm", "acm"},
      {"Globex corp, Globex Corporation", "Globex corp, [rivals]"},
      {"globex Acme", "globex [rivals]"},
      {"proj-12 proj-12345 proj-1 proj-999", "a project proj-12345 proj-1 a project"},
      {"Well, damn it all.", "Well, ", true},
      {"a damned dam", "a damned dam"},
      {"so undarned, Acme", "so un", true},
      {"Acme: damn", "[rivals]: ", true},
  };
  return all;
}

struct Heard {
  std::string text;
  bool ended = false;
  std::vector<std::string> events;
};

Heard hear(const Dialogue& one, const std::vector<std::string>& pieces,
           const std::string& config = kConfig) {
  ExchangeFixture exchange(content_filter(), config, one.path, with(one.request, "hi"));
  Client client(exchange.call());
  Heard heard;
  const auto take = [&](const Events& events) {
    client.take(events);
    for (const auto& [type, data] : events) heard.events.push_back(type + " " + data);
  };
  for (const auto& piece : pieces) {
    if (!exchange.ended) take(exchange.event(one.type, with(one.delta, json_text(piece))));
  }
  if (!exchange.ended && !one.end.empty()) take(exchange.event(one.end_type, one.end));
  if (!exchange.ended) take(exchange.end());
  heard.text = client.text;
  heard.ended = exchange.ended;
  return heard;
}

TEST(ContentFilter, FiltersStreamsOfEveryDialectAtEveryCut) {
  for (const auto& one : dialogues()) {
    const std::string open = one.is_json ? R"({"a":")" : "";
    for (const auto& [said, read, ends] : cases()) {
      const auto whole = open + said;
      for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
        const auto heard = hear(one, {whole.substr(0, cut), whole.substr(cut)});
        EXPECT_EQ(heard.text, open + read) << one.delta << " cut at " << cut;
        EXPECT_EQ(heard.ended, ends) << one.delta << " cut at " << cut;
      }
      std::vector<std::string> bytes;
      for (const char c : whole) bytes.emplace_back(1, c);
      const auto heard = hear(one, bytes);
      EXPECT_EQ(heard.text, open + read) << one.delta;
      EXPECT_EQ(heard.ended, ends) << one.delta;
    }
  }
}

TEST(ContentFilter, NeverTellsAPartOfWhatIsRedacted) {
  const auto& one = dialogues()[0];
  ExchangeFixture exchange(content_filter(), kConfig, one.path, with(one.request, "hi"));
  Client client(exchange.call());
  for (const std::string piece : {"By Glo", "bex", " Corp", "oration"}) {
    client.take(exchange.event("", with(one.delta, piece)));
    EXPECT_EQ(client.text, "By ");
  }
  client.take(exchange.event("", with(one.delta, ".")));
  EXPECT_EQ(client.text, "By [rivals].");
}

TEST(ContentFilter, EventsWithoutMatchesPassAsTheyCame) {
  for (const auto& one : dialogues()) {
    ExchangeFixture exchange(content_filter(), kConfig, one.path, with(one.request, "hi"));
    const auto data = with(one.delta, R"(x \u003cb\u003e \"y\" nothing. )");
    const auto events = exchange.event(one.type, data);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].second, data);
  }
}

TEST(ContentFilter, ABlockedStreamEndsAsItsDialectSays) {
  const auto last_of = [](std::size_t dialogue) {
    const auto& one = dialogues()[dialogue];
    const std::string open = one.is_json ? R"({"a":")" : "";
    return hear(one, {open + "Oh, ", "damn", " you"}).events;
  };
  const auto chat_end = last_of(0);
  EXPECT_THAT(chat_end[chat_end.size() - 2], HasSubstr(R"("finish_reason":"content_filter")"));
  EXPECT_EQ(chat_end.back(), " [DONE]");
  EXPECT_THAT(last_of(3).back(), HasSubstr(R"("reason":"content_filter")"));
  const auto messages_end = last_of(4);
  EXPECT_THAT(messages_end[messages_end.size() - 2], HasSubstr(R"("stop_reason":"refusal")"));
  EXPECT_THAT(messages_end.back(), HasSubstr("message_stop"));
  EXPECT_THAT(last_of(6).back(), HasSubstr(R"("finishReason":"SAFETY")"));
  EXPECT_THAT(last_of(7).back(), HasSubstr(R"("stopReason":"content_filtered")"));
}

TEST(ContentFilter, ReportsHideNothingFromOtherActions) {
  const std::string config = R"({"categories":[
      {"name":"seen","words":["bad word"],"response":"Report"},
      {"name":"gone","words":["word"]}]})";
  const auto& one = dialogues()[0];
  EXPECT_EQ(hear(one, {"a bad w", "ord"}, config).text, "a bad [gone]");
}

TEST(ContentFilter, TellsWhatItHoldsWhenTheStreamPausesTooLong) {
  std::string config(kConfig);
  config.insert(1, R"("holdBack":{"time":"1h"},)");
  const std::string said = "By Globex Corporation or Acme.";
  for (const auto& one : dialogues()) {
    const std::string open = one.is_json ? R"({"a":")" : "";
    ExchangeFixture exchange(content_filter(), config, one.path, with(one.request, "hi"));
    for (std::size_t cut = 0; cut <= said.size(); ++cut) {
      Client client(exchange.call());
      EXPECT_FALSE(exchange.holds());
      client.take(exchange.event(one.type, with(one.delta, json_text(open + said.substr(0, cut)))));
      const auto before = client.text;
      client.take(exchange.pause(std::chrono::minutes(59)));
      EXPECT_EQ(client.text, before) << one.delta << " cut at " << cut;
      const bool holds = exchange.holds();
      client.take(exchange.pause(std::chrono::minutes(1)));
      EXPECT_FALSE(exchange.holds());
      EXPECT_EQ(holds, client.text != before) << one.delta << " cut at " << cut;
      client.take(exchange.event(one.type, with(one.delta, json_text(said.substr(cut)))));
      client.take(exchange.end());
      // What was cut within a match is not found; all else is, and nothing is lost or told twice.
      const bool in_first = cut > 3 && cut < 21;
      const bool in_second = cut > 25 && cut < 29;
      EXPECT_EQ(client.text, open + "By " + (in_first ? "Globex Corporation" : "[rivals]") +
                                 " or " + (in_second ? "Acme" : "[rivals]") + ".")
          << one.delta << " cut at " << cut;
    }
  }
}

TEST(ContentFilter, APauseMayEndTheStream) {
  std::string config(kConfig);
  config.insert(1, R"("holdBack":{"time":"1h"},)");
  for (const auto& one : dialogues()) {
    ExchangeFixture exchange(content_filter(), config, one.path, with(one.request, "hi"));
    Client client(exchange.call());
    const std::string open = one.is_json ? R"({"a":")" : "";
    client.take(exchange.event(one.type, with(one.delta, json_text(open + "Oh damn"))));
    EXPECT_EQ(client.text, open + "Oh ");
    const auto last = exchange.pause(std::chrono::hours(1));
    EXPECT_TRUE(exchange.ended) << one.delta;
    EXPECT_FALSE(last.empty()) << one.delta;
    client.take(last);
    EXPECT_EQ(client.text, open + "Oh ");
  }
}

TEST(ContentFilter, TheTimeBeginsAnewWithEachPartThatIsHeld) {
  std::string config(kConfig);
  config.insert(1, R"("holdBack":{"time":"1h"},)");
  const auto& one = dialogues()[0];
  ExchangeFixture exchange(content_filter(), config, one.path, with(one.request, "hi"));
  Client client(exchange.call());
  client.take(exchange.event("", with(one.delta, "a Glob")));
  exchange.pause(std::chrono::minutes(50));
  client.take(exchange.event("", with(one.delta, "al Ac")));
  EXPECT_EQ(client.text, "a Global ");
  client.take(exchange.pause(std::chrono::minutes(50)));
  EXPECT_EQ(client.text, "a Global ");
  const auto told = exchange.pause(std::chrono::minutes(10));
  ASSERT_EQ(told.size(), 1U);
  // It has what all events of this stream have.
  EXPECT_EQ(told[0].second,
            R"({"id":"c","choices":[{"index":1,"delta":{"content":"Ac"},"finish_reason":null}]})");
}

TEST(ContentFilter, HoldsBackNoLongerThanItMay) {
  Config config;
  ASSERT_THAT(read(kConfig, config), IsEmpty());
  const auto rules = RuleSet::make(config, Direction::kResponse);
  ASSERT_TRUE(rules);
  HoldBack time{SteadyTime(), std::chrono::milliseconds(100)};
  Findings findings;
  WordFilter filter(*rules, time, findings, false);
  std::string out;
  ASSERT_TRUE(filter.feed("by Globex", out));
  EXPECT_EQ(out, "by ");
  time.now += std::chrono::milliseconds(99);
  ASSERT_TRUE(filter.feed(" ", out));
  EXPECT_EQ(out, "by ");
  time.now += std::chrono::milliseconds(1);
  ASSERT_TRUE(filter.feed("Corporation Acme. ", out));
  EXPECT_EQ(out, "by Globex Corporation [rivals]. ");
}

}  // namespace
}  // namespace tidegate::processors::content_filter
