#include "stream/decoded_body.h"

#include <gtest/gtest.h>

#include <array>
#include <deque>

#include "coding/encode_fixture.h"
#include "support/pollers.h"

namespace tidegate::stream {
namespace {

// Gives out pieces of a body, at once or when it is waited for, and spoils each when the next one
// is asked for.
class Pieces final : public BodySource {
 public:
  enum class Mode : std::uint8_t { kNow, kWaited };
  Pieces(std::string_view body, std::size_t stride, Mode mode) : mode_(mode) {
    for (std::size_t at = 0; at < body.size(); at += stride) {
      pieces_.emplace_back(body.substr(at, stride));
    }
    if (pieces_.empty()) pieces_.emplace_back();
  }
  async::Task<Result<Piece>> next() override { co_return take(); }
  std::optional<Piece> next_now() override {
    if (mode_ == Mode::kWaited) return std::nullopt;
    return take();
  }
  bool ready() const override { return mode_ == Mode::kNow; }
  void spoil() { shown_.assign(shown_.size(), '#'); }

 private:
  Piece take() {
    shown_ = std::move(pieces_.front());
    pieces_.pop_front();
    return {shown_, pieces_.empty() ? End::kYes : End::kNo};
  }
  const Mode mode_;
  std::deque<std::string> pieces_;
  std::string shown_;
};

async::Task<void> read_all(BodySource& body, Pieces& source, Result<std::string>& out) {
  std::string text;
  while (true) {
    auto piece = co_await body.next();
    if (!piece) {
      out = std::unexpected(std::move(piece).error());
      co_return;
    }
    source.spoil();
    text.append(piece->bytes);
    if (piece->end == End::kYes) break;
  }
  out = std::move(text);
}

Result<std::string> decode(std::string_view bytes, std::size_t stride, Pieces::Mode mode) {
  testing::Loop loop(testing::PollerKind::kEpoll);
  Pieces source(bytes, stride, mode);
  const std::array codings = {coding::Coding::kGzip};
  DecodedBody body(source, coding::make_decoder(codings, {}, Origin::kUpstream).value());
  Result<std::string> out;
  loop.group.spawn(read_all(body, source, out));
  loop.run_until_idle();
  return out;
}

// Of 100 KiB that no coding makes much shorter.
std::string long_text() {
  std::string text;
  std::uint32_t state = 1;
  while (text.size() < std::size_t{100} * 1024) {
    state = state * 1664525 + 1013904223;
    text += static_cast<char>('a' + (state >> 24) % 26);
  }
  return text;
}

TEST(DecodedBody, GivesWhatWasEncodedWhateverItsPieces) {
  const std::string text = long_text();
  const std::string bytes = coding::gzip(text);
  for (const auto mode : {Pieces::Mode::kNow, Pieces::Mode::kWaited}) {
    for (const std::size_t stride : {std::size_t{100}, std::size_t{20'000}, bytes.size()}) {
      EXPECT_EQ(decode(bytes, stride, mode).value(), text) << stride;
    }
  }
  const std::string small = "{\"a\":1}";
  for (std::size_t stride = 1; stride < 30; ++stride) {
    EXPECT_EQ(decode(coding::gzip(small), stride, Pieces::Mode::kWaited).value(), small);
  }
}

TEST(DecodedBody, EndsWithTheErrorOfWhatItCannotDecode) {
  const std::string bytes = coding::gzip(long_text());
  EXPECT_EQ(decode(bytes.substr(0, bytes.size() - 1), 1000, Pieces::Mode::kNow).error().code,
            ErrorCode::kMalformed);
  EXPECT_EQ(decode(bytes + "xyz", bytes.size(), Pieces::Mode::kWaited).error().code,
            ErrorCode::kMalformed);
  EXPECT_EQ(decode("no gzip", 3, Pieces::Mode::kWaited).error().origin, Origin::kUpstream);
}

TEST(DecodedBody, GivesWhatThereIsOfABodyThatWasCut) {
  Pieces source(coding::deflate_pieces({"data: one\n\n", "data: two\n\n"}, 31).substr(0, 40), 40,
                Pieces::Mode::kNow);
  const std::array codings = {coding::Coding::kGzip};
  DecodedBody body(source, coding::make_decoder(codings, {}, Origin::kUpstream).value());
  const auto begun = body.next_now();
  ASSERT_TRUE(begun);
  EXPECT_TRUE(begun->bytes.starts_with("data: one\n\n")) << begun->bytes;
  EXPECT_EQ(begun->end, End::kNo);
  EXPECT_FALSE(body.next_now());
  EXPECT_TRUE(body.ready());
}

TEST(DecodedBody, MayBeEmpty) {
  EXPECT_EQ(decode("", 1, Pieces::Mode::kNow).value(), "");
  EXPECT_EQ(decode(coding::gzip(""), 1, Pieces::Mode::kWaited).value(), "");
}

}  // namespace
}  // namespace tidegate::stream
