#include "cache/flights.h"

#include <gtest/gtest.h>

#include <list>

namespace tidegate::cache {
namespace {

using Place = Flights::Place;

const Key kKey{{1, 2, 3, 4}};

class Listener final : public Follower {
 public:
  void tell(News told, EntryPtr with) override {
    news = told;
    entry = std::move(with);
    ++times;
  }
  std::optional<News> news;
  EntryPtr entry;
  int times = 0;
};

TEST(Flights, HaveOneLeaderWhoseAnswerAllGet) {
  Flights flights;
  Listener leader;
  std::list<Listener> followers(3);
  EXPECT_EQ(flights.join(kKey, leader), Place::kLeader);
  for (Listener& one : followers) EXPECT_EQ(flights.join(kKey, one), Place::kFollower);
  const auto answer = std::make_shared<const Entry>();
  flights.land(kKey, answer);
  for (Listener& one : followers) {
    EXPECT_EQ(one.news, News::kLanded);
    EXPECT_EQ(one.entry, answer);
    EXPECT_EQ(flights.leave(kKey, one), News::kLanded);
  }
  EXPECT_EQ(leader.times, 0);
  EXPECT_EQ(flights.join(kKey, leader), Place::kLeader);
}

TEST(Flights, LetEveryoneGoWhereTheAnswerIsNotToBeShared) {
  Flights flights;
  Listener leader;
  Listener follower;
  ASSERT_EQ(flights.join(kKey, leader), Place::kLeader);
  ASSERT_EQ(flights.join(kKey, follower), Place::kFollower);
  flights.release(kKey);
  EXPECT_EQ(follower.news, News::kReleased);
  EXPECT_EQ(flights.leave(kKey, follower), News::kReleased);
}

TEST(Flights, GoToTheFirstFollowerWhereTheLeaderIsGone) {
  Flights flights;
  Listener leader;
  Listener first;
  Listener second;
  ASSERT_EQ(flights.join(kKey, leader), Place::kLeader);
  ASSERT_EQ(flights.join(kKey, first), Place::kFollower);
  ASSERT_EQ(flights.join(kKey, second), Place::kFollower);
  flights.abandon(kKey);
  EXPECT_EQ(first.news, News::kPromoted);
  EXPECT_EQ(second.news, std::nullopt);
  EXPECT_EQ(flights.leave(kKey, first), News::kPromoted);
  flights.land(kKey, std::make_shared<const Entry>());
  EXPECT_EQ(second.news, News::kLanded);
  EXPECT_EQ(first.times, 1);
  EXPECT_EQ(flights.leave(kKey, second), News::kLanded);
}

TEST(Flights, AreGivenUpAfterAFewLeaders) {
  Flights flights;
  Listener leader;
  std::list<Listener> followers(6);
  ASSERT_EQ(flights.join(kKey, leader), Place::kLeader);
  for (Listener& one : followers) ASSERT_EQ(flights.join(kKey, one), Place::kFollower);
  for (int i = 0; i < 4; ++i) flights.abandon(kKey);
  EXPECT_EQ(flights.count_followers(kKey), 0U);
  int promoted = 0;
  int released = 0;
  for (Listener& one : followers) {
    promoted += one.news == News::kPromoted ? 1 : 0;
    released += one.news == News::kReleased ? 1 : 0;
    EXPECT_EQ(flights.leave(kKey, one), one.news);
  }
  EXPECT_EQ(promoted, 3);
  EXPECT_EQ(released, 3);
}

TEST(Flights, TellNothingToWhoHasLeft) {
  Flights flights;
  Listener leader;
  Listener follower;
  ASSERT_EQ(flights.join(kKey, leader), Place::kLeader);
  ASSERT_EQ(flights.join(kKey, follower), Place::kFollower);
  EXPECT_EQ(flights.leave(kKey, follower), std::nullopt);
  flights.land(kKey, std::make_shared<const Entry>());
  EXPECT_EQ(follower.times, 0);
}

TEST(Flights, SendAloneWhoWouldBeOneTooMany) {
  Flights flights;
  Listener leader;
  std::list<Listener> followers(Flights::kMaxFollowers);
  ASSERT_EQ(flights.join(kKey, leader), Place::kLeader);
  for (Listener& one : followers) ASSERT_EQ(flights.join(kKey, one), Place::kFollower);
  Listener late;
  EXPECT_EQ(flights.join(kKey, late), Place::kAlone);
  flights.release(kKey);
  for (Listener& one : followers) EXPECT_EQ(flights.leave(kKey, one), News::kReleased);
}

}  // namespace
}  // namespace tidegate::cache
