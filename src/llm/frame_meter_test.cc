#include "llm/frame_meter.h"

#include <gtest/gtest.h>

#include <string>

#include "llm/dialect/bedrock/frames_fixture.h"

namespace tidegate::llm {
namespace {

constexpr Call kConverse{Dialect::kBedrock, Operation::kConverse};
constexpr Call kInvoke{Dialect::kBedrock, Operation::kInvokeModel};

const std::string kText = bedrock::encode_frames(
    R"([{"event":"messageStart","payload":{"role":"assistant"}},)"
    R"({"event":"contentBlockDelta","payload":{"contentBlockIndex":0,"delta":{"text":"Hi"}}},)"
    R"({"event":"contentBlockStop","payload":{"contentBlockIndex":0}}])");
const std::string kEnd = bedrock::encode_frames(
    R"([{"event":"messageStop","payload":{"stopReason":"end_turn"}},)"
    R"({"event":"metadata","payload":{"usage":{"inputTokens":12,"outputTokens":6,)"
    R"("totalTokens":25,"cacheReadInputTokens":7},"metrics":{}}}])");

TEST(FrameMeter, CountsAConverseStreamAtEverySplit) {
  const std::string stream = kText + kEnd;
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    FrameMeter meter(kConverse);
    std::string out;
    for (const std::string& piece : {stream.substr(0, cut), stream.substr(cut)}) {
      for (const auto view : meter.feed(piece)) out += view;
    }
    ASSERT_EQ(out, stream) << cut;
    ASSERT_EQ(meter.state(), StreamState::kDone) << cut;
    ASSERT_TRUE(meter.output_started());
    ASSERT_TRUE(meter.usage());
    EXPECT_EQ(meter.usage()->input_uncached, TokenCount(12));
    EXPECT_EQ(meter.usage()->cache_read, TokenCount(7));
    EXPECT_EQ(meter.usage()->output, TokenCount(6));
  }
}

TEST(FrameMeter, AStreamThatWasCutIsStillRunning) {
  FrameMeter meter(kConverse);
  meter.feed(kText);
  EXPECT_EQ(meter.state(), StreamState::kRunning);
  EXPECT_EQ(meter.output_events(), 1U);
  EXPECT_FALSE(meter.usage());
}

TEST(FrameMeter, AnExceptionIsAFailure) {
  FrameMeter meter(kConverse);
  meter.feed(kText);
  const std::string exception = bedrock::encode_frames(
      R"([{"exception":"throttlingException","payload":{"message":"slow down"}}])");
  meter.feed(exception);
  EXPECT_EQ(meter.state(), StreamState::kFailed);
}

TEST(FrameMeter, CountsClaudesOwnEvents) {
  FrameMeter meter(kInvoke);
  const std::string stream = bedrock::encode_frames(
      R"([{"chunk":{"type":"message_start","message":{"id":"msg_1","type":"message",)"
      R"("role":"assistant","model":"m","content":[],"usage":{"input_tokens":25,)"
      R"("output_tokens":1}}}},)"
      R"({"chunk":{"type":"content_block_start","index":0,)"
      R"("content_block":{"type":"text","text":""}}},)"
      R"({"chunk":{"type":"content_block_delta","index":0,)"
      R"("delta":{"type":"text_delta","text":"Hi"}}},)"
      R"({"chunk":{"type":"content_block_stop","index":0}},)"
      R"({"chunk":{"type":"message_delta","delta":{"stop_reason":"end_turn"},)"
      R"("usage":{"output_tokens":15}}},)"
      R"({"chunk":{"type":"message_stop"}}])");
  meter.feed(stream);
  EXPECT_EQ(meter.state(), StreamState::kDone);
  ASSERT_TRUE(meter.usage());
  EXPECT_EQ(meter.usage()->input_uncached, TokenCount(25));
  EXPECT_EQ(meter.usage()->output, TokenCount(15));
}

TEST(FrameMeter, WhatCannotBeReadPassesUnwatched) {
  FrameMeter meter(kConverse);
  std::string broken = kText;
  broken[9] ^= 1;  // of the checksum of the first message's lengths
  const std::string_view piece = broken;
  ASSERT_EQ(meter.feed(piece).size(), 1U);
  EXPECT_EQ(meter.feed(piece).front(), piece);
  EXPECT_FALSE(meter.usage());
  EXPECT_EQ(meter.state(), StreamState::kDone);
}

}  // namespace
}  // namespace tidegate::llm
