#include "coding/decoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "coding/encode_fixture.h"

namespace tidegate::coding {
namespace {

constexpr DecodeLimits kNoLimits;
constexpr std::size_t kChunk = 1024 * 1024;

std::string sample() {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "{\"n\":" + std::to_string(i * i) + "} of a payload, ";
  return text;
}

// Feeds pieces of `stride` bytes and takes the output through a buffer of `room` bytes.
Result<std::string> decode_pieces(std::span<const Coding> codings, std::string_view bytes,
                                  std::size_t stride, std::size_t room,
                                  DecodeLimits limits = kNoLimits) {
  TIDEGATE_TRY(decoder, make_decoder(codings, limits, Origin::kDownstream));
  std::string buffer(room, '\0');
  std::string out;
  while (!bytes.empty()) {
    const std::string piece(bytes.substr(0, stride));
    bytes.remove_prefix(piece.size());
    std::string_view left = piece;
    while (true) {
      TIDEGATE_TRY(step, decoder->decode(left, buffer));
      left.remove_prefix(step.taken);
      out.append(buffer, 0, step.made);
      if (step.made < room) break;
    }
    EXPECT_TRUE(left.empty());
  }
  TIDEGATE_TRY_VOID(decoder->finish());
  return out;
}

Result<std::string> decode(Coding coding, std::string_view bytes, DecodeLimits limits = kNoLimits) {
  return decode_whole(std::array{coding}, bytes, limits, Origin::kDownstream);
}

std::string name_of(const testing::TestParamInfo<Coding>& info) {
  constexpr std::array kNames = {"Gzip", "Deflate", "Brotli", "Zstd"};
  return kNames[static_cast<std::size_t>(info.param)];
}

class Decoders : public testing::TestWithParam<Coding> {};
INSTANTIATE_TEST_SUITE_P(All, Decoders,
                         testing::Values(Coding::kGzip, Coding::kDeflate, Coding::kBrotli,
                                         Coding::kZstd),
                         name_of);

TEST_P(Decoders, MakeTheSameOfEverySplit) {
  const std::string text = sample();
  const std::string bytes = encode(GetParam(), text);
  const std::array codings = {GetParam()};
  for (std::size_t stride = 1; stride <= bytes.size(); ++stride) {
    EXPECT_EQ(decode_pieces(codings, bytes, stride, 100).value(), text) << stride;
  }
  for (const std::size_t room : {1UL, 2UL, 7UL, text.size(), text.size() + 1}) {
    EXPECT_EQ(decode_pieces(codings, bytes, bytes.size(), room).value(), text) << room;
  }
}

TEST_P(Decoders, RefuseEveryTruncation) {
  const std::string bytes = encode(GetParam(), sample());
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    const auto decoded = decode(GetParam(), std::string_view(bytes).substr(0, size));
    ASSERT_FALSE(decoded) << size;
    EXPECT_EQ(decoded.error().code, ErrorCode::kMalformed);
    EXPECT_EQ(decoded.error().origin, Origin::kDownstream);
  }
}

TEST_P(Decoders, RefuseWhatFollowsTheEnd) {
  const std::array codings = {GetParam()};
  for (const std::string& garbage : {std::string("x"), std::string("\0", 1), sample()}) {
    const std::string bytes = encode(GetParam(), sample()) + garbage;
    for (const std::size_t stride : {std::size_t{1}, bytes.size() - garbage.size(), bytes.size()}) {
      const auto decoded = decode_pieces(codings, bytes, stride, kChunk);
      ASSERT_FALSE(decoded);
      EXPECT_EQ(decoded.error().code, ErrorCode::kMalformed);
    }
  }
}

TEST_P(Decoders, RefuseWhatIsNotTheCoding) {
  // For brotli almost every beginning is one: no byte of 0xff is.
  EXPECT_EQ(decode(GetParam(), std::string(64, '\xff')).error().code, ErrorCode::kMalformed);
}

TEST_P(Decoders, TakeAnEmptyBodyAndACodingOfNothing) {
  EXPECT_EQ(decode(GetParam(), "").value(), "");
  EXPECT_EQ(decode(GetParam(), encode(GetParam(), "")).value(), "");
}

TEST_P(Decoders, StopAtTheLimit) {
  const std::string text = sample();
  const std::string bytes = encode(GetParam(), text);
  EXPECT_TRUE(decode(GetParam(), bytes, {text.size()}));
  const auto decoded = decode(GetParam(), bytes, {text.size() - 1});
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::kBodyTooLarge);
}

TEST_P(Decoders, RefuseBombs) {
  const std::string bomb = encode(GetParam(), std::string(16 * kChunk, '\0'));
  ASSERT_LT(bomb.size(), 64 * 1024U);
  const auto decoded = decode(GetParam(), bomb);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::kBodyTooLarge);
  // What is small however often it repeats itself is none.
  EXPECT_TRUE(decode(GetParam(), encode(GetParam(), std::string(kFreeDecodedBytes, ' '))));
}

TEST(Decoder, UndoesSeveralCodingsInTheReverseOfTheirOrder) {
  const std::string text = sample();
  const std::string bytes = zstd(brotli(gzip(text)));
  const std::array codings = {Coding::kGzip, Coding::kBrotli, Coding::kZstd};
  for (std::size_t stride = 1; stride <= bytes.size(); ++stride) {
    EXPECT_EQ(decode_pieces(codings, bytes, stride, 100).value(), text) << stride;
  }
  EXPECT_FALSE(decode_whole(std::array{Coding::kBrotli, Coding::kGzip, Coding::kZstd}, bytes,
                            kNoLimits, Origin::kUpstream));
}

TEST(Decoder, RefusesABombWithinACodingThatHidesIt) {
  const std::string bomb = gzip(gzip(std::string(16 * kChunk, '\0')));
  const std::array codings = {Coding::kGzip, Coding::kGzip};
  EXPECT_EQ(decode_whole(codings, bomb, kNoLimits, Origin::kUpstream).error().code,
            ErrorCode::kBodyTooLarge);
  // What comes between is as bounded as what comes out: members of nothing.
  std::string nothing;
  for (int i = 0; i < 100'000; ++i) nothing += gzip("");
  EXPECT_EQ(decode_whole(codings, gzip(nothing), {kChunk}, Origin::kUpstream).error().code,
            ErrorCode::kBodyTooLarge);
}

TEST(Decoder, TakesABareDeflateStream) {
  const std::string text = sample();
  const std::string bytes = deflate_pieces({text}, -15);
  for (const std::size_t stride : {std::size_t{1}, std::size_t{2}, bytes.size()}) {
    EXPECT_EQ(decode_pieces(std::array{Coding::kDeflate}, bytes, stride, 3).value(), text);
  }
}

TEST(Decoder, TakesMembersAndFramesOneAfterAnother) {
  EXPECT_EQ(decode(Coding::kGzip, gzip("one ") + gzip("") + gzip("two")).value(), "one two");
  const std::string skippable("\x51\x2a\x4d\x18\x03\x00\x00\x00xyz", 11);
  EXPECT_EQ(decode(Coding::kZstd, zstd("one ") + skippable + zstd("two")).value(), "one two");
}

TEST(Decoder, RefusesFormatsFromBeforeZstdWasAStandard) {
  for (const char version : {'\x25', '\x26', '\x27'}) {
    const std::string bytes = std::string(1, version) + "\xb5\x2f\xfd" + std::string(32, '\0');
    EXPECT_EQ(decode(Coding::kZstd, bytes).error().code, ErrorCode::kMalformed);
  }
}

TEST(Decoder, RefusesAWindowThatIsTooLarge) {
  // A frame's head alone: magic, descriptor, a window of 16 MiB (exponent 14 of 1 KiB).
  const std::string bytes = std::string("\x28\xb5\x2f\xfd\x00", 5) + char(14 << 3);
  EXPECT_EQ(decode(Coding::kZstd, bytes + std::string(32, '\0')).error().code,
            ErrorCode::kBodyTooLarge);
}

TEST(Decoder, TellsWhatWasFlushedAtOnce) {
  const std::vector<std::string> events = {"data: one\n\n", "data: two\n\n", "data: [DONE]\n\n"};
  for (const int bits : {31, 15, -15}) {
    const std::array codings = {bits == 31 ? Coding::kGzip : Coding::kDeflate};
    const auto decoder = make_decoder(codings, kNoLimits, Origin::kUpstream).value();
    std::string buffer(4096, '\0');
    const std::string first = deflate_pieces({events[0], events[1]}, bits);
    // The first event ends with the marker of a flush, an empty stored block.
    const std::size_t end = first.find(std::string("\0\0\xff\xff", 4)) + 4;
    const auto step = decoder->decode(std::string_view(first).substr(0, end), buffer);
    EXPECT_EQ(buffer.substr(0, step.value().made), events[0]);
  }
}

}  // namespace
}  // namespace tidegate::coding
