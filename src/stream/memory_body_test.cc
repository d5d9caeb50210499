#include "stream/memory_body.h"

#include <gtest/gtest.h>

#include "support/pollers.h"

namespace tidegate::stream {
namespace {

async::Task<void> take(BodySource& body, std::string& text, bool& ended) {
  auto piece = co_await body.next();
  if (!piece) co_return;
  text.append(piece->bytes);
  ended = piece->end == End::kYes;
}

TEST(MemoryBody, IsOnePieceThatCanBeReadAgain) {
  testing::Loop loop(testing::PollerKind::kEpoll);
  MemoryBody body("hello");
  EXPECT_TRUE(body.ready());
  EXPECT_EQ(body.whole(), "hello");
  EXPECT_EQ(body.bytes_read(), 5U);
  for (int i = 0; i < 2; ++i) {
    std::string text;
    bool ended = false;
    loop.group.spawn(take(body, text, ended));
    EXPECT_EQ(text, "hello");
    EXPECT_TRUE(ended);
    EXPECT_TRUE(body.rewind());
  }
  EXPECT_EQ(body.next_now()->bytes, "hello");
}

// Readers of JSON look a little past the end (body.h).
TEST(MemoryBody, HasReadableBytesBehindIt) {
  MemoryBody body("x");
  const std::string_view whole = *body.whole();
  unsigned sum = 0;
  for (std::size_t i = 0; i < 64; ++i) sum += static_cast<unsigned char>(whole.data()[1 + i]);
  EXPECT_EQ(sum, 0U);
}

TEST(MemoryBody, OfNoBytesEndsAtOnce) {
  MemoryBody empty("");
  EmptyBody none;
  for (BodySource* body : {static_cast<BodySource*>(&empty), static_cast<BodySource*>(&none)}) {
    EXPECT_EQ(body->whole(), "");
    ASSERT_TRUE(body->next_now());
    EXPECT_EQ(body->next_now()->end, End::kYes);
    EXPECT_EQ(body->bytes_read(), 0U);
  }
}

}  // namespace
}  // namespace tidegate::stream
