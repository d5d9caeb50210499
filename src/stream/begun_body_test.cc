#include "stream/begun_body.h"

#include <gtest/gtest.h>

#include "stream/memory_body.h"
#include "support/pollers.h"

namespace tidegate::stream {
namespace {

async::Task<void> read_all(BodySource& body, std::string& text) {
  while (true) {
    auto piece = co_await body.next();
    if (!piece) co_return;
    text.append(piece->bytes).append("|");
    if (piece->end == End::kYes) co_return;
  }
}

TEST(BegunBody, GivesTheBeginningAndThenTheRest) {
  testing::Loop loop(testing::PollerKind::kEpoll);
  MemoryBody rest("rest");
  BegunBody body(rest, "begun ");
  EXPECT_TRUE(body.ready());
  EXPECT_FALSE(body.whole());
  EXPECT_FALSE(body.rewind());
  std::string text;
  loop.group.spawn(read_all(body, text));
  EXPECT_EQ(text, "begun |rest|");
}

TEST(BegunBody, GivesItWithoutWaitingToo) {
  MemoryBody rest("rest");
  BegunBody body(rest, "begun ");
  EXPECT_EQ(body.next_now()->bytes, "begun ");
  const auto last = body.next_now();
  EXPECT_EQ(last->bytes, "rest");
  EXPECT_EQ(last->end, End::kYes);
}

TEST(BegunBody, MayBeAllThatThereIs) {
  EmptyBody none;
  BegunBody body(none, "all", End::kYes);
  const auto all = body.next_now();
  EXPECT_EQ(all->bytes, "all");
  EXPECT_EQ(all->end, End::kYes);
}

TEST(BegunBody, WithoutABeginningIsItsSource) {
  MemoryBody rest("rest");
  BegunBody body(rest);
  EXPECT_EQ(body.next_now()->bytes, "rest");
}

}  // namespace
}  // namespace tidegate::stream
