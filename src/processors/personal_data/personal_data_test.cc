#include "processors/personal_data/personal_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/sse.h"
#include "llm/text/stream_texts.h"
#include "pipeline/scope_run.h"
#include "processors/personal_data/config.h"
#include "processors/request_fixture.h"

namespace tidegate::processors::personal_data {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kChat = "/v1/chat/completions";
constexpr const char* kMessages = "/v1/messages";
constexpr const char* kResponses = "/v1/responses";
constexpr const char* kGemini = "/v1beta/models/g:streamGenerateContent";
constexpr const char* kConverse = "/model/m/converse-stream";
constexpr const char* kRedact = R"({"detect":["email","card"]})";
constexpr const char* kPlaceholders = R"({"action":"Placeholder","key":"0123456789abcdef",
    "detect":["email"]})";

std::string processed(const std::string& config, std::string body, std::string path = kChat) {
  RequestFixture request(personal_data(), config, std::move(path), std::move(body));
  return request.run();
}

std::string chat(std::string_view text) {
  return R"({"model":"m", "messages":[{"role":"user","content":")" + std::string(text) + R"("}]})";
}

TEST(PersonalData, ReplacesValuesAndNothingElse) {
  EXPECT_EQ(processed(kRedact, chat(R"(a\n\u00e9 ann@example.org \"4111 1111 1111 1111\"\t.)")),
            chat(R"(a\n\u00e9 [EMAIL] \"[CARD]\"\t.)"));
  const auto harmless = chat(R"(Nothing \u0041 here, 12345.)");
  EXPECT_EQ(processed(kRedact, harmless), harmless);
}

TEST(PersonalData, TakesAnActionForEachGroup) {
  const std::string config =
      R"({"action":"Report","actions":{"financial":"Mask","contact":"Hash","credential":"Block"},
          "key":"0123456789abcdef","detect":["email","card","ip","stripe_key"]})";
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

TEST(PersonalData, PlaceholdersAreTheSameInEveryExchange) {
  const auto first = processed(kPlaceholders, chat("Mail ann@example.org"));
  const auto later = processed(kPlaceholders, chat("Mail ann@example.org"));
  EXPECT_EQ(first, later);
  EXPECT_THAT(first, HasSubstr("<EMAIL_"));
  EXPECT_THAT(first, Not(HasSubstr("ann@")));
}

TEST(PersonalData, SaysWhatIsWrongWithItsConfiguration) {
  EXPECT_THAT(check(R"({"action":"Erase"})"), ElementsAre(HasSubstr("action")));
  EXPECT_THAT(check(R"({"detect":["email","shoe_size"]})"), ElementsAre(HasSubstr("detect[1]")));
  EXPECT_THAT(check(R"({"action":"Hash"})"), ElementsAre(HasSubstr("key")));
  EXPECT_THAT(check(R"({"key":"short"})"), ElementsAre(HasSubstr("key")));
  EXPECT_THAT(check(R"({"actions":{"contact":"Mask"},"threshold":80})"), IsEmpty());
}

// One exchange through the processor: its request, then its reply, whole or in events.
class ExchangeFixture final : public pipeline::Subject {
 public:
  ExchangeFixture(std::string path, std::string body)
      : path_(std::move(path)), request_(arena_), response_(arena_), message_(request_) {
    request_.method = "POST";
    request_.target = path_;
    message_.call = llm::find_operation(request_.method, request_.path());
    auto pipeline = std::make_shared<config::Pipeline>();
    auto& spec = pipeline->processors.emplace_back();
    spec.name = "one";
    spec.type = "PersonalData";
    spec.phases = pipeline::PhaseSet::all();
    spec.config = kPlaceholders;
    chain_.emplace(std::vector{pipeline::CompiledPipeline::compile(pipeline, catalog_)});
    EXPECT_EQ(chain_->broken(), "");
    run_.emplace(*chain_, pipeline::Scope::kRoute, exchange_);
    payload_ = std::move(body);
    const auto facts =
        llm::parse_request_facts(*message_.call, "application/json", payload_, arena_,
                                 llm::read_path_facts(*message_.call, path_, arena_));
    EXPECT_TRUE(facts);
    facts_ = *facts;
    message_.facts = &facts_;
    sent = process(pipeline::Phase::kRequestBody, payload_);
    message_.response = &response_;
  }

  // What the client gets for a whole reply.
  std::string reply(std::string body) {
    return process(pipeline::Phase::kResponseBody, std::move(body));
  }
  // What it gets for an event: data of all events, those that are inserted first.
  std::vector<std::pair<std::string, std::string>> event(std::string type, std::string data) {
    inserted_.clear();
    pipeline::StreamEvent event{.type = type};
    message_.event = &event;
    auto now = process(pipeline::Phase::kStreamChunk, std::move(data));
    auto events = inserted_;
    events.emplace_back(std::move(type), std::move(now));
    return events;
  }
  std::vector<std::pair<std::string, std::string>> end() {
    inserted_.clear();
    const pipeline::StreamEvent event{.end = true};
    message_.event = &event;
    process(pipeline::Phase::kStreamChunk, "");
    return inserted_;
  }
  llm::Call call() const { return *message_.call; }

  std::string sent;  // to the model

  const pipeline::Message& message() const override { return message_; }
  http::HeaderMap& fields() override { return request_.fields; }
  Result<void> check_payload(std::string_view) const override { return {}; }
  Result<void> replace_payload(std::string text) override {
    payload_ = std::move(text);
    message_.payload = payload_;
    return {};
  }
  Result<void> set_model(std::string_view) override { return {}; }
  void drop_event() override {}
  void insert_event(std::string_view raw) override {
    if (message_.call->dialect == Dialect::kBedrock) {
      // A frame: lengths, headers and checksums around its JSON.
      ASSERT_THAT(raw, HasSubstr("contentBlockDelta"));
      const auto begin = raw.find("{\"content");
      inserted_.emplace_back("contentBlockDelta", raw.substr(begin, raw.size() - 4 - begin));
    } else {
      http::SseScanner scanner;
      http::SseEvent event;
      scanner.feed(raw);
      ASSERT_TRUE(*scanner.next(event));
      inserted_.emplace_back(event.type, event.data);
    }
  }
  bool can_answer() const override { return false; }

 private:
  std::string process(pipeline::Phase phase, std::string payload) {
    payload_ = std::move(payload);
    message_.payload = payload_;
    EXPECT_TRUE(run_->start(phase, *this));
    EXPECT_EQ(run_->outcome().kind, pipeline::Outcome::Kind::kContinue);
    return payload_;
  }

  tidegate::testing::Loop loop_{tidegate::testing::PollerKind::kEpoll};
  async::CancelScope cancel_;
  Arena arena_;
  pipeline::Catalog catalog_{{personal_data()}};
  std::string path_;
  http::RequestHead request_;
  http::ResponseHead response_;
  pipeline::Message message_;
  llm::RequestFacts facts_;
  std::optional<pipeline::Chain> chain_;
  pipeline::ExchangeRun exchange_{arena_, loop_.reactor, cancel_};
  std::optional<pipeline::ScopeRun> run_;
  std::string payload_;
  std::vector<std::pair<std::string, std::string>> inserted_;
};

std::string placeholder_in(std::string_view text) {
  const auto begin = text.find("<EMAIL_");
  EXPECT_NE(begin, text.npos) << text;
  return std::string(text.substr(begin, text.find('>', begin) + 1 - begin));
}

TEST(PersonalData, RestoresWholeReplies) {
  ExchangeFixture exchange(kChat, chat(R"(Mail \"Ann\" ann@example.org)"));
  EXPECT_THAT(exchange.sent, Not(HasSubstr("ann@example")));
  const auto held = placeholder_in(exchange.sent);
  EXPECT_EQ(exchange.reply(R"({"choices":[{"index":0,"message":{"content":"To **)" + held +
                           R"(**: \u00e9","tool_calls":[{"function":{"arguments":"{\"to\":\")" +
                           held + R"(\"}"}}]}}],"usage":{"total_tokens":1}})"),
            R"({"choices":[{"index":0,"message":{"content":"To **ann@example.org**: é",)"
            R"("tool_calls":[{"function":{"arguments":"{\"to\":\"ann@example.org\"}"}}]}}],)"
            R"("usage":{"total_tokens":1}})");
}

struct Dialogue {
  std::string path;
  std::string request;  // @ is the user's text
  std::string type;
  std::string delta;  // @ is a piece of text
  std::string end_type;
  std::string end;  // ends the text; empty: the stream just ends
};

std::string with(std::string_view pattern, std::string_view text) {
  std::string out(pattern);
  const auto at = out.find('@');
  return out.replace(at, 1, text);
}

const std::vector<Dialogue>& dialogues() {
  static const std::vector<Dialogue> all{
      {kChat, R"({"model":"m","messages":[{"role":"user","content":"@"}]})", "",
       R"({"id":"c","choices":[{"index":1,"delta":{"content":"@"}}]})", "",
       R"({"id":"c","choices":[{"index":1,"delta":{},"finish_reason":"stop"}]})"},
      {kChat, R"({"model":"m","messages":[{"role":"user","content":"@"}]})", "",
       R"({"choices":[{"index":0,"delta":{"tool_calls":[{"index":2,"function":{
        "arguments":"@"}}]}}]})",
       "", "[DONE]"},
      {kChat, R"({"model":"m","messages":[{"role":"user","content":"@"}]})", "",
       R"({"choices":[{"index":0,"delta":{"reasoning_content":"@"}}]})", "", ""},
      {kResponses, R"({"model":"m","input":"@"})", "response.output_text.delta",
       R"({"type":"response.output_text.delta","item_id":"i","output_index":1,"content_index":0,
        "delta":"@"})",
       "response.output_item.done",
       R"({"type":"response.output_item.done","output_index":1,"item":{"type":"message"}})"},
      {kMessages, R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"@"}]})",
       "content_block_delta",
       R"({"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"@"}})",
       "content_block_stop", R"({"type":"content_block_stop","index":1})"},
      {kMessages, R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"@"}]})",
       "content_block_delta",
       R"({"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta",
        "partial_json":"@"}})",
       "content_block_stop", R"({"type":"content_block_stop","index":1})"},
      {kGemini, R"({"contents":[{"role":"user","parts":[{"text":"@"}]}]})", "",
       R"({"candidates":[{"index":0,"content":{"parts":[{"text":"@"}]}}]})", "",
       R"({"candidates":[{"index":0,"content":{"parts":[]},"finishReason":"STOP"}]})"},
      {kConverse, R"({"messages":[{"role":"user","content":[{"text":"@"}]}]})", "contentBlockDelta",
       R"({"contentBlockIndex":1,"delta":{"text":"@"}})", "contentBlockStop",
       R"({"contentBlockIndex":1})"},
  };
  return all;
}

// The text that the events of one lane say; nothing may follow its end.
class Client {
 public:
  explicit Client(llm::Call call) : call_(call) {}
  void take(const std::vector<std::pair<std::string, std::string>>& events) {
    for (const auto& [type, data] : events) {
      llm::EventTexts said;
      ASSERT_TRUE(llm::list_event_texts(call_, type, data, arena_, said)) << data;
      for (const auto& one : said.texts) {
        EXPECT_FALSE(ended_) << "text behind its end: " << data;
        text += one.text.plain;
      }
      ended_ = ended_ || !said.ends.empty();
    }
  }
  std::string text;

 private:
  llm::Call call_;
  Arena arena_;
  bool ended_ = false;
};

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
    ExchangeFixture exchange(one.path, with(one.request, "Mail ann@example.org"));
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
    ExchangeFixture exchange(one.path, with(one.request, "Mail ann@example.org"));
    const auto held = placeholder_in(exchange.sent);
    const auto begun = "To " + held.substr(0, held.size() - 1);
    EXPECT_EQ(stream(one, exchange, {begun}), begun) << one.delta;
    // A text of the same lane that comes later begins anew.
    EXPECT_EQ(stream(one, exchange, {held}), "ann@example.org") << one.delta;
  }
}

TEST(PersonalData, EventsWithoutPlaceholdersPassAsTheyCame) {
  for (const auto& one : dialogues()) {
    ExchangeFixture exchange(one.path, with(one.request, "Mail ann@example.org"));
    const auto data = with(one.delta, R"(a \u003cb\u003e \"x\" <EMAIL_0000000000>)");
    const auto events = exchange.event(one.type, data);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].second, data);
  }
}

TEST(PersonalData, ChoicesThatInterleaveAreRestoredApart) {
  ExchangeFixture exchange(kChat, chat("Mail ann@example.org"));
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

}  // namespace
}  // namespace tidegate::processors::personal_data
