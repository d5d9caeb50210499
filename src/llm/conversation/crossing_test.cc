// Every case file of every format, through every other one and back: what a conversation means must
// not change on the way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "json/scan.h"
#include "llm/conversation/cases_fixture.h"
#include "llm/conversation/collect.h"
#include "llm/dialect/anthropic/reply.h"
#include "llm/dialect/anthropic/request.h"
#include "llm/dialect/anthropic/stream_reader.h"
#include "llm/dialect/anthropic/stream_writer.h"
#include "llm/dialect/gemini/reply.h"
#include "llm/dialect/gemini/request.h"
#include "llm/dialect/gemini/stream_reader.h"
#include "llm/dialect/gemini/stream_writer.h"
#include "llm/dialect/openai/chat/reply.h"
#include "llm/dialect/openai/chat/request.h"
#include "llm/dialect/openai/chat/stream_reader.h"
#include "llm/dialect/openai/chat/stream_writer.h"

namespace tidegate::llm {
namespace {

using ::testing::IsEmpty;

struct Codec {
  std::string_view name;  // in the names of case files
  Result<void> (*read_request)(std::string_view, const PathFacts&, Conversation&, Arena&);
  void (*write_request)(const Conversation&, const Target&, std::string&, Losses&);
  Result<Reply> (*read_reply)(std::string_view, Arena&);
  void (*write_reply)(const Reply&, const Caller&, std::string&);
  std::unique_ptr<StreamReader> (*make_reader)();
  std::unique_ptr<StreamWriter> (*make_writer)(const Caller&);
};

template <class Writer>
std::unique_ptr<StreamWriter> make_writer(const Caller& caller) {
  return std::make_unique<Writer>(caller);
}

const std::array kCodecs = {
    Codec{"chat", openai::read_chat_request, openai::write_chat_request, openai::read_chat_reply,
          openai::write_chat_reply,
          []() -> std::unique_ptr<StreamReader> {
            return std::make_unique<openai::ChatStreamReader>();
          },
          make_writer<openai::ChatStreamWriter>},
    Codec{"messages", anthropic::read_messages_request, anthropic::write_messages_request,
          anthropic::read_messages_reply, anthropic::write_messages_reply,
          []() -> std::unique_ptr<StreamReader> {
            return std::make_unique<anthropic::MessagesStreamReader>();
          },
          make_writer<anthropic::MessagesStreamWriter>},
    Codec{"gemini", gemini::read_generate_content_request, gemini::write_generate_content_request,
          [](std::string_view body, Arena& arena) {
            return gemini::read_generate_content_reply(body, "exchange", arena);
          },
          gemini::write_generate_content_reply,
          []() -> std::unique_ptr<StreamReader> {
            return std::make_unique<gemini::GenerateContentStreamReader>("exchange");
          },
          make_writer<gemini::GenerateContentStreamWriter>},
};

// The parts of one conversation or reply that every format can say.
struct Meaning {
  std::string text;
  std::vector<std::string> calls;    // names, in order
  std::vector<std::string> results;  // texts, in order
  bool operator==(const Meaning&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Meaning& meaning) {
  out << "text: " << meaning.text << "\ncalls:";
  for (const auto& call : meaning.calls) out << ' ' << call;
  out << "\nresults:";
  for (const auto& result : meaning.results) out << " [" << result << ']';
  return out;
}

void add(const std::vector<Part>& parts, Meaning& meaning, Arena& arena) {
  for (const auto& part : parts) {
    if (const auto* text = std::get_if<TextPart>(&part)) {
      meaning.text += json::unescape(text->text, arena);
    } else if (const auto* refusal = std::get_if<RefusalPart>(&part)) {
      meaning.text += json::unescape(refusal->text, arena);
    } else if (const auto* call = std::get_if<ToolCallPart>(&part)) {
      meaning.calls.emplace_back(json::unescape(call->name, arena));
    } else if (const auto* result = std::get_if<ToolResultPart>(&part)) {
      std::string all;
      for (const auto& inside : result->parts) {
        const auto* plain = std::get_if<TextPart>(&inside);
        if (plain != nullptr) all += json::unescape(plain->text, arena);
      }
      meaning.results.push_back(all);
    }
  }
}

constexpr Caller kCaller{
    .model = "alias", .include_usage = true, .fallback_id = "fallback", .now = 1'760'000'000};

class Crossing : public ::testing::TestWithParam<std::pair<std::size_t, std::size_t>> {
 protected:
  const Codec& from() const { return kCodecs[GetParam().first]; }
  const Codec& to() const { return kCodecs[GetParam().second]; }
  std::vector<std::string> cases(std::string_view kind, std::string_view extension) const {
    return find_cases(std::string(kind) + "_",
                      "." + std::string(from().name) + std::string(extension));
  }
};

TEST_P(Crossing, RequestsAreUnderstoodOnTheOtherSide) {
  const auto names = cases("request", ".json");
  EXPECT_GE(names.size(), 12U);
  for (const auto& name : names) {
    SCOPED_TRACE(name);
    Arena arena;
    const auto body = read_case(name);
    Conversation sent;
    const PathFacts path{.model = "gemini-2.5-flash", .stream = false};
    ASSERT_TRUE(from().read_request(body, path, sent, arena));
    Target target;
    target.model = "gemini-2.5-flash";
    std::string crossed;
    Losses losses;
    to().write_request(sent, target, crossed, losses);
    ASSERT_TRUE(json::validate(crossed, Origin::kInternal)) << crossed;
    Conversation got;
    const auto read = to().read_request(crossed, path, got, arena);
    ASSERT_TRUE(read) << read.error().detail << "\n" << crossed;
    Meaning before;
    Meaning after;
    for (const auto& message : sent.messages) add(message.parts, before, arena);
    for (const auto& message : got.messages) add(message.parts, after, arena);
    EXPECT_EQ(before.calls, after.calls) << crossed;
    EXPECT_EQ(before.results.size(), after.results.size()) << crossed;
    if (sent.max_tokens) EXPECT_EQ(sent.max_tokens, got.max_tokens) << crossed;
  }
}

TEST_P(Crossing, RepliesSayTheSameToEveryCaller) {
  const auto names = cases("reply", ".json");
  EXPECT_THAT(names, ::testing::Not(IsEmpty()));
  for (const auto& name : names) {
    SCOPED_TRACE(name);
    Arena arena;
    const auto body = read_case(name);
    const auto sent = from().read_reply(body, arena);
    if (!sent) continue;  // a case of what is no reply
    std::string crossed;
    to().write_reply(*sent, kCaller, crossed);
    ASSERT_TRUE(json::validate(crossed, Origin::kInternal)) << crossed;
    const auto got = to().read_reply(crossed, arena);
    ASSERT_TRUE(got) << got.error().detail << "\n" << crossed;
    Meaning before;
    Meaning after;
    add(sent->parts, before, arena);
    add(got->parts, after, arena);
    EXPECT_EQ(before, after) << crossed;
    if (!sent->usage) continue;
    ASSERT_TRUE(got->usage) << crossed;
    EXPECT_EQ(sent->usage->total(), got->usage->total()) << crossed;
    EXPECT_EQ(sent->usage->output, got->usage->output) << crossed;
  }
}

// The whole answer of a stream; false: the stream had no end.
bool collect(const Codec& codec, std::string_view stream, Arena& arena, Reply& reply,
             StreamWriter* writer, std::string& out) {
  const auto reader = codec.make_reader();
  ReplyCollector collector(arena);
  std::vector<ReplyStep> steps;
  const auto take = [&] {
    for (const auto& step : steps) {
      collector.take(step);
      if (writer != nullptr) writer->write(step, out);
    }
    steps.clear();
  };
  const bool fed = reader->feed(stream, steps).has_value();
  take();
  const bool ended = fed && reader->finish(steps).has_value();
  take();
  if (!ended || collector.failure() != nullptr) return false;
  auto whole = collector.finish();
  if (!whole) return false;
  reply = *std::move(whole);
  return true;
}

TEST_P(Crossing, StreamsSayTheSameToEveryCaller) {
  const auto names = cases("stream", ".sse");
  EXPECT_THAT(names, ::testing::Not(IsEmpty()));
  for (const auto& name : names) {
    SCOPED_TRACE(name);
    Arena arena;
    const auto stream = read_case(name);
    const auto writer = to().make_writer(kCaller);
    std::string crossed;
    Reply sent;
    const bool whole = collect(from(), stream, arena, sent, writer.get(), crossed);
    Reply got;
    std::string nothing;
    EXPECT_EQ(collect(to(), crossed, arena, got, nullptr, nothing), whole) << crossed;
    if (!whole) continue;
    Meaning before;
    Meaning after;
    add(sent.parts, before, arena);
    add(got.parts, after, arena);
    EXPECT_EQ(before, after) << crossed;
    if (!sent.usage) continue;
    ASSERT_TRUE(got.usage) << crossed;
    EXPECT_EQ(sent.usage->total(), got.usage->total()) << crossed;
    EXPECT_EQ(sent.usage->output, got.usage->output) << crossed;
  }
}

INSTANTIATE_TEST_SUITE_P(Pairs, Crossing,
                         ::testing::Values(std::pair{0, 1}, std::pair{0, 2}, std::pair{1, 0},
                                           std::pair{1, 2}, std::pair{2, 0}, std::pair{2, 1}),
                         [](const auto& info) {
                           return std::string(kCodecs[info.param.first].name) + "_to_" +
                                  std::string(kCodecs[info.param.second].name);
                         });

}  // namespace
}  // namespace tidegate::llm
