#include "cache/store.h"

#include <gtest/gtest.h>

#include <thread>

namespace tidegate::cache {
namespace {

using std::chrono::seconds;

constexpr std::size_t kBody = 1000;
constexpr std::size_t kSize = kBody + Store::kEntryOverhead;

Key key_of(std::uint64_t number) { return {{number, 0, 0, 0}}; }

EntryPtr entry(SteadyTime expires = SteadyTime(seconds(100)), std::size_t size = kBody) {
  auto made = std::make_shared<Entry>();
  made->body.assign(size, 'x');
  made->expires = expires;
  return made;
}

TEST(Store, KeepsEntriesUntilTheyExpire) {
  Store store(10 * kSize, kBody);
  ASSERT_TRUE(store.put(key_of(1), entry(SteadyTime(seconds(5)))));
  EXPECT_NE(store.find(key_of(1), SteadyTime(seconds(4))), nullptr);
  EXPECT_EQ(store.find(key_of(2), SteadyTime(seconds(4))), nullptr);
  EXPECT_EQ(store.find(key_of(1), SteadyTime(seconds(5))), nullptr);
  EXPECT_EQ(store.counts().entries, 0U);
  EXPECT_EQ(store.counts().bytes, 0U);
}

TEST(Store, TakesNothingOverItsLimits) {
  Store store(2 * kSize, 10 * kBody);
  EXPECT_FALSE(store.put(key_of(1), entry(SteadyTime(seconds(5)), 10 * kBody + 1)));
  EXPECT_FALSE(store.put(key_of(1), entry(SteadyTime(seconds(5)), 3 * kBody)));
  EXPECT_EQ(store.counts().bytes, 0U);
}

TEST(Store, ReplacesAnEntryOfTheSameKey) {
  Store store(3 * kSize, kBody);
  const EntryPtr second = entry();
  ASSERT_TRUE(store.put(key_of(1), entry()));
  ASSERT_TRUE(store.put(key_of(1), second));
  EXPECT_EQ(store.find(key_of(1), SteadyTime()), second);
  EXPECT_EQ(store.counts().bytes, kSize);
}

TEST(Store, KeepsWhatIsAskedForAgainBeforeWhatIsNew) {
  Store store(4 * kSize, kBody);
  ASSERT_TRUE(store.put(key_of(0), entry()));
  for (std::uint64_t i = 1; i < 50; ++i) {
    EXPECT_NE(store.find(key_of(0), SteadyTime()), nullptr) << i;
    ASSERT_TRUE(store.put(key_of(i), entry()));
    EXPECT_LE(store.counts().bytes, 4 * kSize);
  }
  EXPECT_EQ(store.counts().entries, 4U);
  EXPECT_EQ(store.counts().evictions, 46U);
}

TEST(Store, FindsRoomWhereEveryEntryWasAskedFor) {
  Store store(3 * kSize, kBody);
  for (std::uint64_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(store.put(key_of(i), entry()));
    ASSERT_NE(store.find(key_of(i), SteadyTime()), nullptr);
  }
  ASSERT_TRUE(store.put(key_of(9), entry()));
  EXPECT_NE(store.find(key_of(9), SteadyTime()), nullptr);
  EXPECT_EQ(store.find(key_of(0), SteadyTime()), nullptr);
  store.erase(key_of(1));
  store.erase(key_of(9));
  EXPECT_EQ(store.counts().bytes, kSize);
}

TEST(Store, IsSharedByThreads) {
  Store store(64 * kSize, kBody);
  const auto work = [&store](std::uint64_t seed) {
    for (std::uint64_t i = 0; i < 2000; ++i) {
      const std::uint64_t number = (i * seed) % 200;
      const Key key{{number, number, 0, 0}};
      if (store.find(key, SteadyTime()) == nullptr) EXPECT_TRUE(store.put(key, entry()));
    }
  };
  std::thread other(work, 7);
  work(13);
  other.join();
  EXPECT_LE(store.counts().bytes, 64 * kSize);
  EXPECT_EQ(store.counts().bytes, store.counts().entries * kSize);
}

}  // namespace
}  // namespace tidegate::cache
