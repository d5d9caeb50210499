#include "llm/stream_meter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/limits.h"

namespace tidegate::llm {
namespace {

constexpr Call kChat{Dialect::kOpenAi, Operation::kChatCompletions};
constexpr Call kText{Dialect::kOpenAi, Operation::kCompletions};
constexpr Call kResponses{Dialect::kOpenAi, Operation::kResponses};
constexpr Call kGemini{Dialect::kGemini, Operation::kGenerateContent};
constexpr Call kMessages{Dialect::kAnthropic, Operation::kMessages};
using HideUsage = StreamMeter::HideUsage;

std::string read_file(const std::string& name) {
  std::ifstream file(TIDEGATE_SOURCE_DIR "/testdata/stream/" + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Outcome {
  std::string forwarded;
  std::optional<Usage> usage;
  StreamState state;
  std::uint64_t events;
  std::uint64_t output_events;
  bool operator==(const Outcome&) const = default;
};

Outcome run(Call call, HideUsage hide, const std::vector<std::string_view>& pieces) {
  StreamMeter meter(call, hide);
  std::string forwarded;
  for (const auto piece : pieces) {
    // Its own buffer, gone when the next piece comes.
    const std::string buffer(piece);
    for (const auto view : meter.feed(buffer)) forwarded += view;
  }
  for (const auto view : meter.finish()) forwarded += view;
  return {forwarded, meter.usage(), meter.state(), meter.events(), meter.output_events()};
}

struct Case {
  std::string name;
  Call call;
  StreamState state;
  std::uint64_t input;
  std::uint64_t output;
  std::uint64_t output_events;
  bool has_golden = false;  // <name>.hidden.golden: what goes out with usage hidden
};

std::ostream& operator<<(std::ostream& out, const Case& value) { return out << value.name; }

class StreamMeterCases : public ::testing::TestWithParam<Case> {};

TEST_P(StreamMeterCases, AccountsAndForwardsWhatItShould) {
  const auto& param = GetParam();
  const auto text = read_file(param.name + ".sse");
  const auto plain = run(param.call, HideUsage::kNo, {text});
  EXPECT_EQ(plain.forwarded, text);
  EXPECT_EQ(plain.state, param.state);
  EXPECT_EQ(plain.output_events, param.output_events);
  ASSERT_EQ(plain.usage.has_value(), param.input + param.output > 0);
  if (plain.usage) {
    EXPECT_EQ(plain.usage->input(), TokenCount(param.input));
    EXPECT_EQ(plain.usage->output, TokenCount(param.output));
  }
  const auto hidden = run(param.call, HideUsage::kYes, {text});
  if (param.has_golden) {
    EXPECT_EQ(hidden.forwarded, read_file(param.name + ".hidden.golden"));
  }
  EXPECT_EQ(hidden.usage, plain.usage);
  EXPECT_EQ(hidden.state, plain.state);
}

TEST_P(StreamMeterCases, EverySplitGivesTheSame) {
  const auto text = read_file(GetParam().name + ".sse");
  const std::string_view view = text;
  for (const auto hide : {HideUsage::kNo, HideUsage::kYes}) {
    const auto whole = run(GetParam().call, hide, {view});
    for (std::size_t cut = 0; cut <= view.size(); ++cut) {
      ASSERT_EQ(run(GetParam().call, hide, {view.substr(0, cut), view.substr(cut)}), whole) << cut;
    }
    std::vector<std::string_view> bytes;
    for (std::size_t i = 0; i < view.size(); ++i) bytes.push_back(view.substr(i, 1));
    EXPECT_EQ(run(GetParam().call, hide, bytes), whole);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Streams, StreamMeterCases,
    ::testing::Values(Case{"openai_chat_usage", kChat, StreamState::kDone, 9, 12, 1, true},
                      Case{"openai_chat_obfuscation", kChat, StreamState::kDone, 9, 12, 1, true},
                      Case{"azure_first_chunk", kChat, StreamState::kDone, 9, 12, 1, true},
                      Case{"vllm_continuous_usage", kChat, StreamState::kDone, 9, 3, 2, true},
                      Case{"crlf", kChat, StreamState::kDone, 9, 12, 1, true},
                      Case{"spaced_json", kChat, StreamState::kDone, 3, 1, 1, true},
                      Case{"tool_calls", kChat, StreamState::kDone, 9, 12, 2},
                      Case{"chat_error", kChat, StreamState::kFailed, 0, 0, 1},
                      Case{"chat_bare_error", kChat, StreamState::kFailed, 0, 0, 1},
                      Case{"vllm_old_error", kChat, StreamState::kFailed, 0, 0, 0},
                      Case{"completions", kText, StreamState::kDone, 5, 1, 1},
                      Case{"anthropic_text", kMessages, StreamState::kDone, 32, 15, 2},
                      Case{"anthropic_cut", kMessages, StreamState::kFinished, 32, 15, 2},
                      Case{"anthropic_error", kMessages, StreamState::kFailed, 32, 1, 1},
                      Case{"responses_text", kResponses, StreamState::kDone, 37, 11, 1},
                      Case{"responses_failed", kResponses, StreamState::kFailed, 0, 0, 1},
                      Case{"responses_error", kResponses, StreamState::kFailed, 0, 0, 1},
                      Case{"gemini_text", kGemini, StreamState::kDone, 8, 14, 3},
                      Case{"gemini_finish_twice", kGemini, StreamState::kDone, 8, 14, 2},
                      Case{"gemini_blocked_prompt", kGemini, StreamState::kDone, 8, 0, 0},
                      Case{"gemini_bare_error", kGemini, StreamState::kFailed, 8, 0, 1}),
    [](const auto& info) { return info.param.name; });

TEST(StreamMeter, WholePiecesGoOutAsOneView) {
  StreamMeter meter(kChat, HideUsage::kYes);
  const std::string piece = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n: ping\n\n";
  const auto views = meter.feed(piece);
  ASSERT_EQ(views.size(), 1U);
  EXPECT_EQ(views[0].data(), piece.data());
}

TEST(StreamMeter, RemembersTheResponse) {
  StreamMeter meter(kResponses, HideUsage::kNo);
  meter.feed(read_file("responses_text.sse"));
  EXPECT_EQ(meter.response_id(), "resp_67c9fdcecf488190bdd9a0409de3a1ec07b8b0ad4e5eb654");
  EXPECT_EQ(meter.events(), 5U);
}

TEST(StreamMeter, HoldsOnlyTheUnfinishedEvent) {
  StreamMeter meter(kChat, HideUsage::kYes);
  const std::string first = "data: {\"a\":1}\n\ndata: {\"choices\":[],";
  const auto views = meter.feed(first);
  ASSERT_EQ(views.size(), 1U);
  EXPECT_EQ(views[0], "data: {\"a\":1}\n\n");
  const std::string second = "\"usage\":{\"prompt_tokens\":1}}\n\ndata: [DONE]\n\n";
  EXPECT_THAT(meter.feed(second), ::testing::ElementsAre("data: [DONE]\n\n"));
  EXPECT_EQ(meter.usage()->input(), TokenCount(1));
}

TEST(StreamMeter, AnEventOverTheLimitPassesUnread) {
  const std::string text = "data: 1\n\ndata: {\"x\":\"" +
                           std::string(limits::kMaxSseEventBytes, 'x') +
                           "\"}\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":1}}\n\n";
  for (const std::size_t step : {std::size_t{1000}, text.size()}) {
    std::vector<std::string_view> pieces;
    for (std::size_t at = 0; at < text.size(); at += step) {
      pieces.push_back(std::string_view(text).substr(at, step));
    }
    EXPECT_EQ(run(kChat, HideUsage::kYes, pieces).forwarded, text);
    EXPECT_EQ(run(kChat, HideUsage::kNo, pieces).forwarded, text);
  }
}

TEST(StreamMeter, NothingAfterTheEndChangesIt) {
  StreamMeter meter(kChat, HideUsage::kNo);
  meter.feed("data: [DONE]\n\n: keep-alive\n\n");
  meter.feed("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n");
  EXPECT_EQ(meter.state(), StreamState::kDone);
}

}  // namespace
}  // namespace tidegate::llm
