#include "llm/text/frame_events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "llm/dialect/bedrock/frames_fixture.h"

namespace tidegate::llm {
namespace {

using bedrock::append_event;
using bedrock::encode_frames;
using bedrock::show_frames;
using ::testing::ElementsAre;

constexpr std::string_view kStream = R"([{"chunk":{"type":"message_start","n":"\u00e9"}},
  {"event":"metadata","payload":{"usage":{}}},{"chunk":{"generation":"x"}},
  {"exception":"throttlingException","payload":{"message":"slow"}}])";

// Type and data of each event, and the stream written anew.
struct Read {
  std::vector<std::string> events;
  std::string again;
  bool failed = false;
};

Read read(std::string_view stream, std::size_t stride) {
  FrameEvents frames;
  Read out;
  for (std::size_t at = 0; at < stream.size(); at += stride) {
    const std::string piece(stream.substr(at, stride));
    frames.feed(piece);
    FrameEvent event;
    while (true) {
      const auto more = frames.next(event);
      out.failed = !more;
      if (!more) return out;
      if (!*more) break;
      out.events.push_back(std::string(event.type) + " " + std::string(event.data));
      append_frame_event(out.again, event, event.data);
    }
  }
  return out;
}

TEST(FrameEvents, ShowTheEventsWithinChunksWhateverTheSplit) {
  const std::string stream = encode_frames(kStream);
  for (std::size_t stride = 1; stride <= stream.size(); ++stride) {
    const Read got = read(stream, stride);
    EXPECT_THAT(got.events, ElementsAre(R"(message_start {"type":"message_start","n":"\u00e9"})",
                                        R"(metadata {"usage":{}})", R"( {"generation":"x"})",
                                        R"(throttlingException {"message":"slow"})"));
    EXPECT_EQ(got.again, stream) << stride;
  }
}

TEST(FrameEvents, OfChunksThatAreEditedKeepWhatElseTheyHold) {
  const std::string stream = encode_frames(R"([{"chunk":{"a":1}}])");
  FrameEvents frames;
  FrameEvent event;
  frames.feed(stream);
  ASSERT_TRUE(*frames.next(event));
  std::string edited;
  append_frame_event(edited, event, R"({"a":2})");
  EXPECT_EQ(show_frames(edited), "chunk {\"bytes\":\"eyJhIjoyfQ==\",\"p\":\"abcd\"}\n");
}

TEST(FrameEvents, AreRefusedWhereAChunkIsNone) {
  for (const char* payload : {"{}", R"({"bytes":"*"})", R"({"bytes":7})", "[", R"({"p":"a"})"}) {
    std::string stream;
    append_event(stream, "chunk", payload);
    EXPECT_TRUE(read(stream, stream.size()).failed) << payload;
  }
  std::string escaped;
  append_event(escaped, "chunk", R"({"bytes":"eyJhIjoi\/\/8ifQ=="})");
  EXPECT_FALSE(read(escaped, escaped.size()).failed);
}

}  // namespace
}  // namespace tidegate::llm
