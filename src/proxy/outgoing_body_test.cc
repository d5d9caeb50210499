#include "proxy/outgoing_body.h"

#include <gtest/gtest.h>

#include <string>

#include "support/pollers.h"

namespace tidegate::proxy {
namespace {

using stream::End;

class Outgoing : public ::testing::Test {
 protected:
  // What is there now, piece by piece; "." ends it, "!" is a failure, "?" would wait.
  std::string take() {
    std::string all;
    while (body.ready()) {
      all += one();
      if (all.ends_with('.') || all.ends_with('!')) return all;
    }
    return all + "?";
  }
  std::string one() {
    loop.group.spawn(go(*this));
    for (int i = 0; i < 10 && loop.group.size() != 0; ++i) loop.turn(0);
    return said;
  }
  static async::Task<void> go(Outgoing& self) {
    auto piece = co_await self.body.next();
    self.said = piece ? std::string(piece->bytes) + (piece->end == End::kYes ? "." : "|") : "!";
  }

  tidegate::testing::Loop loop{tidegate::testing::PollerKind::kEpoll};
  OutgoingBody body{loop.reactor};
  std::string said;
};

TEST_F(Outgoing, GivesOutWhatIsWritten) {
  body.push("a");
  body.push("bc");
  EXPECT_EQ(body.waiting(), 3U);
  EXPECT_EQ(take(), "a|bc|?");
  EXPECT_EQ(body.waiting(), 0U);
  body.push("d");
  body.end();
  EXPECT_EQ(take(), "d.");
}

TEST_F(Outgoing, EndsWithoutMore) {
  body.push("a");
  EXPECT_EQ(take(), "a|?");
  body.end();
  EXPECT_EQ(take(), ".");
}

TEST_F(Outgoing, StartsAgainUntilItHasArrived) {
  body.push("a");
  EXPECT_EQ(take(), "a|?");
  body.cancel();
  body.push("b");
  EXPECT_TRUE(body.rewind());
  EXPECT_EQ(body.waiting(), 2U);
  EXPECT_EQ(take(), "a|b|?");
  body.forget();
  body.push("c");
  EXPECT_EQ(take(), "c|?");
  EXPECT_FALSE(body.rewind());
}

TEST_F(Outgoing, WakesWhoWaits) {
  loop.group.spawn(go(*this));
  loop.turn(0);
  body.push("a");
  for (int i = 0; i < 10 && loop.group.size() != 0; ++i) loop.turn(0);
  EXPECT_EQ(said, "a|");
  loop.group.spawn(go(*this));
  loop.turn(0);
  body.cancel();
  for (int i = 0; i < 10 && loop.group.size() != 0; ++i) loop.turn(0);
  EXPECT_EQ(said, "!");
}

}  // namespace
}  // namespace tidegate::proxy
