#include "http/chunked.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tidegate::http {
namespace {

constexpr std::string_view kBody =
    "5\r\nhello\r\n1A;name=\"v;x\"\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\nX-Sum: 31\r\nY:z\r\n\r\n";
constexpr std::string_view kPayload = "helloabcdefghijklmnopqrstuvwxyz";

struct Decoded {
  std::string payload;
  std::size_t consumed = 0;
  bool done = false;
  std::string trailers;
  std::string error;
  ErrorCode code = ErrorCode::kInternal;
};

// Feeds the parts one after another, as a relay does.
Decoded decode(const std::vector<std::string_view>& parts, ChunkedLimits limits = {}) {
  Arena arena;
  ChunkedDecoder decoder(arena, Origin::kDownstream, limits);
  Decoded out;
  for (std::string_view part : parts) {
    while (!part.empty() && !decoder.done()) {
      const auto step = decoder.next(part);
      if (!step) {
        out.error = step.error().detail;
        out.code = step.error().code;
        return out;
      }
      out.payload += step->payload;
      out.consumed += step->consumed;
      part.remove_prefix(step->consumed);
    }
  }
  out.done = decoder.done();
  EXPECT_EQ(decoder.payload_bytes(), out.payload.size());
  for (const Field& field : decoder.trailers().fields()) {
    out.trailers.append(field.name).append("=").append(field.value).append(";");
  }
  return out;
}

void expect_whole(const Decoded& got) {
  EXPECT_EQ(got.error, "");
  EXPECT_TRUE(got.done);
  EXPECT_EQ(got.payload, kPayload);
  EXPECT_EQ(got.consumed, kBody.size());
  EXPECT_EQ(got.trailers, "X-Sum=31;Y=z;");
}

TEST(ChunkedDecoder, GivesTheSamePayloadOverEverySplit) {
  const std::string bytes = std::string(kBody) + "GET /next";
  expect_whole(decode({bytes}));
  std::vector<std::string_view> single;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    single.push_back(std::string_view(bytes).substr(i, 1));
  expect_whole(decode(single));
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    SCOPED_TRACE(cut);
    const std::string_view all = bytes;
    expect_whole(decode({all.substr(0, cut), all.substr(cut)}));
  }
}

TEST(ChunkedDecoder, MeasuresWhatBelongsToTheMessageOverEverySplit) {
  const std::string bytes = std::string(kBody) + "GET /next";
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    SCOPED_TRACE(cut);
    Arena arena;
    ChunkedDecoder tracker(arena, Origin::kUpstream);
    const std::string_view all = bytes;
    const auto first = tracker.measure(all.substr(0, cut));
    const auto second = tracker.measure(all.substr(cut));
    ASSERT_TRUE(first.has_value() && second.has_value());
    EXPECT_EQ(*first + *second, kBody.size());
    EXPECT_TRUE(tracker.done());
    EXPECT_EQ(tracker.payload_bytes(), kPayload.size());
  }
}

TEST(ChunkedDecoder, IsNotDoneBeforeItsLastByte) {
  for (std::size_t cut = 0; cut < kBody.size(); ++cut) {
    const Decoded got = decode({kBody.substr(0, cut)});
    EXPECT_EQ(got.error, "") << cut;
    EXPECT_FALSE(got.done) << cut;
    EXPECT_EQ(got.consumed, cut);
  }
}

TEST(ChunkedDecoder, RefusesEveryAmbiguousFraming) {
  constexpr std::string_view kBad[] = {
      "\r\n",
      "5\nhello\r\n0\r\n\r\n",
      "5\rhello",
      "5\r\nhello\n0\r\n\r\n",
      "5\r\nhelloX",
      "5\r\nhello\r0",
      " 5\r\nhello\r\n",
      "5 \r\nhello\r\n",
      "5\t\r\nhello\r\n",
      "5 ;a\r\nhello\r\n",
      "+5\r\nhello\r\n",
      "-5\r\n",
      "0x5\r\nhello\r\n",
      "5h\r\n",
      ";ext\r\n",
      "g\r\n",
      "8000000000000000\r\n",
      "ffffffffffffffff\r\n",
      "10000000000000005\r\n",
      "00000000000000005\r\nhello\r\n",
      "5;a\nb\r\nhello\r\n",
      "5;a\x01\r\nhello\r\n",
      "5;a\rb\r\nhello\r\n",
      "0\r\n\n",
      "0\r\n\rX",
      "0\r\nX: 1\n\r\n",
      "0\r\nX: 1\r\n folded\r\n\r\n",
      "0\r\nX : 1\r\n\r\n",
      "0\r\nno colon\r\n\r\n",
      "0\r\n: 1\r\n\r\n",
  };
  for (const std::string_view bytes : kBad) {
    const Decoded got = decode({bytes});
    EXPECT_NE(got.error, "") << bytes;
    EXPECT_EQ(got.code, ErrorCode::kMalformed) << bytes;
  }
}

TEST(ChunkedDecoder, RefusesTrailersThatWouldChangeTheMessage) {
  for (const std::string_view name : {"Content-Length: 5", "transfer-encoding: chunked", "Host: b",
                                      "Connection: close", "Authorization: x"}) {
    const std::string bytes = "0\r\n" + std::string(name) + "\r\n\r\n";
    EXPECT_EQ(decode({bytes}).code, ErrorCode::kProtocolViolation) << name;
  }
}

TEST(ChunkedDecoder, BoundsLinesAndTrailers) {
  const ChunkedLimits limits{
      .max_line_bytes = 10, .max_trailer_bytes = 20, .max_trailer_fields = 2};
  EXPECT_EQ(decode({"5;12345678\r\nhello\r\n"}, limits).code, ErrorCode::kLimit);
  EXPECT_EQ(decode({"5;1234567\r\nhello\r\n0\r\n\r\n"}, limits).error, "");
  EXPECT_EQ(decode({"0\r\nA: 34567890123456789012\r\n\r\n"}, limits).code,
            ErrorCode::kHeadTooLarge);
  EXPECT_EQ(decode({"0\r\nA:1\r\nB:2\r\nC:3\r\n\r\n"}, limits).code, ErrorCode::kHeadTooLarge);
}

TEST(ChunkPrefix, WritesTheSizeInHex) {
  EXPECT_EQ(format_chunk_prefix(0).view(), "0\r\n");
  EXPECT_EQ(format_chunk_prefix(500).view(), "1f4\r\n");
  EXPECT_EQ(format_chunk_prefix(0xffffffffffffffff).view(), "ffffffffffffffff\r\n");
}

}  // namespace
}  // namespace tidegate::http
