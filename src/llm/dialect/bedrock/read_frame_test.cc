#include "llm/dialect/bedrock/read_frame.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/crc32.h"
#include "llm/dialect/bedrock/frames_fixture.h"

namespace tidegate::llm::bedrock {
namespace {

std::string u32(std::uint32_t value) {
  std::string out;
  for (unsigned shift = 32; shift > 0; shift -= 8) {
    out += static_cast<char>(value >> (shift - 8) & 0xffU);
  }
  return out;
}

// A message of which only the contents may be wrong, not the checksums.
std::string message(std::uint32_t total, std::uint32_t headers_size, std::string_view rest) {
  std::string out = u32(total) + u32(headers_size);
  out += u32(crc32(out));
  out += rest;
  return out + u32(crc32(out));
}

std::string with_headers(std::string_view headers) {
  return message(static_cast<std::uint32_t>(16 + headers.size()),
                 static_cast<std::uint32_t>(headers.size()), headers);
}

TEST(EventStream, HeadersOfAllTypesAreRead) {
  using namespace std::string_literals;
  const auto headers =
      "\x01"
      "a\x00"s +
      "\x01"
      "b\x01"s +
      "\x01"
      "c\x02\x7f"s +
      "\x01"
      "d\x03\x01\x02"s +
      "\x01"
      "e\x04\x01\x02\x03\x04"s +
      "\x01"
      "f\x05\x01\x02\x03\x04\x05\x06\x07\x08"s +
      "\x01"
      "g\x06\x00\x03xyz"s +
      "\x01"
      "h\x08\x00\x00\x01\x02\x03\x04\x05\x06"s +
      "\x01"
      "i\x09"
      "0123456789abcdef"s +
      "\x0b:event-type\x07\x00\x05"
      "hello"s;
  const auto stream = with_headers(headers);
  FrameReader reader;
  reader.feed(stream);
  Frame frame;
  const auto found = reader.next(frame);
  ASSERT_TRUE(found) << found.error().detail;
  EXPECT_TRUE(*found);
  EXPECT_EQ(frame.event_type, "hello");
  EXPECT_EQ(frame.payload, "");
  EXPECT_FALSE(*reader.next(frame));
  EXPECT_FALSE(reader.unfinished());
}

TEST(EventStream, BadMessagesAreRefused) {
  using namespace std::string_literals;
  const std::vector<std::pair<std::string, std::string>> cases{
      {with_headers("\x05"
                    "ab"s),
       "event stream: bad header"},
      {with_headers("\x01"
                    "a"s),
       "event stream: bad header"},
      {with_headers("\x01"
                    "a\x0a"s),
       "event stream: bad header"},
      {with_headers("\x01"
                    "a\x07\x00"s),
       "event stream: bad header"},
      {with_headers("\x01"
                    "a\x07\x00\x05"
                    "ab"s),
       "event stream: bad header"},
      {message(16, 4, ""), "event stream: headers longer than their message"},
      {message(15, 0, ""), "event stream: impossible length of a message"},
      {message(0x7fffffff, 0, ""), "event stream: message too large"},
  };
  for (const auto& [stream, detail] : cases) {
    FrameReader reader;
    reader.feed(stream);
    Frame frame;
    const auto found = reader.next(frame);
    ASSERT_FALSE(found) << detail;
    EXPECT_EQ(found.error().detail, detail);
    EXPECT_EQ(found.error().origin, Origin::kUpstream);
  }
}

TEST(EventStream, IsReadAtEverySplit) {
  std::string stream;
  append_event(stream, "a", "{}");
  append_event(stream, "b", R"({"x":1})");
  append_exception(stream, "c", "{}");
  constexpr std::string_view kShown = "a {}\nb {\"x\":1}\nc {}\n";
  EXPECT_EQ(show_frames(stream), kShown);
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    FrameReader reader;
    std::string shown;
    for (const auto& piece : {stream.substr(0, cut), stream.substr(cut)}) {
      reader.feed(piece);
      Frame frame;
      while (true) {
        const auto found = reader.next(frame);
        ASSERT_TRUE(found) << cut << found.error().detail;
        if (!*found) break;
        const auto type = frame.message_type == "event" ? frame.event_type : frame.exception_type;
        shown.append(type).append(" ").append(frame.payload).append("\n");
      }
    }
    EXPECT_EQ(shown, kShown) << cut;
    EXPECT_FALSE(reader.unfinished()) << cut;
  }
  EXPECT_EQ(show_frames(std::string_view(stream).substr(0, stream.size() - 1)),
            "a {}\nb {\"x\":1}\nunfinished");
}

TEST(EventStream, MessagesHaveALimit) {
  std::string stream;
  append_event(stream, "a", std::string(100, 'x'));
  FrameReader reader(100);
  reader.feed(stream);
  Frame frame;
  const auto found = reader.next(frame);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::kLimit);
}

}  // namespace
}  // namespace tidegate::llm::bedrock
