// Every way in which files are known to change reaches the feed. Nothing sleeps: the kernel queues
// an event before the call that caused it returns, and the descriptor is polled with a bound all
// the same.
#include "feed/file_watcher.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "feed/file_feed.h"
#include "feed/temp_folder.h"

namespace tidegate::feed {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::string make_namespace(std::string_view name) {
  return fmt::format("---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: {}\n", name);
}

std::vector<std::string> names(const Update& update) {
  std::vector<std::string> out;
  if (!update.resources) return out;
  for (const auto& ns : update.resources->namespaces) out.push_back(ns->meta.name);
  return out;
}

bool is_readable(int fd, int timeout_ms) {
  pollfd waiting{fd, POLLIN, 0};
  return poll(&waiting, 1, timeout_ms) == 1;
}

// The names in effect once all events that are due were taken.
std::vector<std::string> names_after(FileFeed& feed, const std::function<void()>& change) {
  std::vector<std::string> latest{"nothing was noticed"};
  change();
  for (int wait_ms = 5000; is_readable(feed.watch_fd(), wait_ms); wait_ms = 0) {
    if (const auto update = feed.poll_changes()) latest = names(*update);
  }
  return latest;
}

TEST(FileFeedWatch, NoticesWritesReplacementsAndRemovals) {
  const TempFolder folder;
  folder.write("a.yaml", make_namespace("a"));
  FileFeed feed({folder.root()});
  feed.load();
  EXPECT_THAT(names_after(feed, [&] { folder.write("a.yaml", make_namespace("b")); }),
              ElementsAre("b"));
  EXPECT_THAT(names_after(feed,
                          [&] {
                            folder.write("a.yaml.tmp", make_namespace("c"));
                            folder.rename("a.yaml.tmp", "a.yaml");
                          }),
              ElementsAre("c"));
  EXPECT_THAT(names_after(feed, [&] { folder.write("new.yml", make_namespace("n")); }),
              ElementsAre("c", "n"));
  EXPECT_THAT(names_after(feed, [&] { folder.remove("a.yaml"); }), ElementsAre("n"));
  EXPECT_THAT(names_after(feed, [&] { folder.rename("new.yml", "new.bak"); }), IsEmpty());
}

TEST(FileFeedWatch, SeesOneReplacementWhenAnEditorMovesTheOldFileAway) {
  const TempFolder folder;
  folder.write("a.yaml", make_namespace("a"));
  FileFeed feed({folder.root()});
  feed.load();
  folder.rename("a.yaml", "a.yaml~");
  folder.write("a.yaml", make_namespace("b"));
  ASSERT_TRUE(is_readable(feed.watch_fd(), 5000));
  const auto update = feed.poll_changes();
  ASSERT_TRUE(update);
  EXPECT_THAT(names(*update), ElementsAre("b"));
  EXPECT_FALSE(is_readable(feed.watch_fd(), 0));
}

TEST(FileFeedWatch, StaysQuietWhenNothingThatMattersChanges) {
  const TempFolder folder;
  folder.write("a.yaml", make_namespace("a"));
  FileFeed feed({folder.root()});
  feed.load();
  folder.write("a.yaml", make_namespace("a"));
  folder.write("notes.txt", "x");
  folder.write(".a.yaml.swp", "x");
  EXPECT_EQ(feed.poll_changes(), std::nullopt);
  EXPECT_EQ(feed.poll_changes(), std::nullopt);
}

TEST(FileFeedWatch, FollowsDirectoriesThatComeAndGo) {
  const TempFolder folder;
  folder.write("a.yaml", make_namespace("a"));
  FileFeed feed({folder.root()});
  feed.load();
  EXPECT_THAT(names_after(feed, [&] { folder.write("sub/deep/b.yaml", make_namespace("b")); }),
              ElementsAre("a", "b"));
  EXPECT_THAT(names_after(feed, [&] { folder.write("sub/deep/c.yaml", make_namespace("c")); }),
              ElementsAre("a", "b", "c"));
  EXPECT_THAT(names_after(feed, [&] { folder.rename("sub", "moved"); }),
              ElementsAre("a", "b", "c"));
  EXPECT_THAT(names_after(feed, [&] { folder.write("moved/deep/c.yaml", make_namespace("c2")); }),
              ElementsAre("a", "b", "c2"));
  EXPECT_THAT(names_after(feed, [&] { folder.remove("moved"); }), ElementsAre("a"));
}

TEST(FileFeedWatch, FollowsTheLinksOfAKubernetesVolume) {
  const TempFolder folder;
  folder.write("..1/gw.yaml", make_namespace("one"));
  folder.link("..1", "..data");
  folder.link("..data/gw.yaml", "gw.yaml");
  FileFeed feed({folder.root()});
  EXPECT_THAT(names(feed.load()), ElementsAre("one"));
  for (const std::string version : {"2", "3"}) {
    EXPECT_THAT(names_after(feed,
                            [&] {
                              folder.write("..x" + version + "/gw.yaml",
                                           make_namespace("v" + version));
                              folder.link("..x" + version, "..data_tmp");
                              folder.rename("..data_tmp", "..data");
                            }),
                ElementsAre("v" + version));
  }
}

TEST(FileFeedWatch, FollowsARootThatIsALink) {
  const TempFolder folder;
  folder.write("one/gw.yaml", make_namespace("one"));
  folder.write("two/gw.yaml", make_namespace("two"));
  folder.link("one", "current");
  FileFeed feed({folder.path("current")});
  EXPECT_THAT(names(feed.load()), ElementsAre("one"));
  EXPECT_THAT(names_after(feed,
                          [&] {
                            folder.link("two", "next");
                            folder.rename("next", "current");
                          }),
              ElementsAre("two"));
  EXPECT_THAT(names_after(feed, [&] { folder.write("two/gw.yaml", make_namespace("three")); }),
              ElementsAre("three"));
}

TEST(FileFeedWatch, FollowsALinkToAFileElsewhere) {
  const TempFolder folder;
  folder.write("elsewhere/real.yaml", make_namespace("a"));
  std::filesystem::create_directory(folder.path("conf"));
  folder.link(folder.path("elsewhere/real.yaml"), "conf/gw.yaml");
  FileFeed feed({folder.path("conf")});
  EXPECT_THAT(names(feed.load()), ElementsAre("a"));
  EXPECT_THAT(names_after(feed, [&] { folder.write("elsewhere/real.yaml", make_namespace("b")); }),
              ElementsAre("b"));
}

TEST(FileFeedWatch, WatchesASingleFileThroughItsDirectory) {
  const TempFolder folder;
  folder.write("gw.yaml", make_namespace("a"));
  folder.write("other.yaml", "x: [");
  FileFeed feed({folder.path("gw.yaml")});
  feed.load();
  EXPECT_THAT(names_after(feed,
                          [&] {
                            folder.write("other.yaml", "y: [");
                            folder.write("t", make_namespace("b"));
                            folder.rename("t", "gw.yaml");
                          }),
              ElementsAre("b"));
  EXPECT_THAT(names_after(feed, [&] { folder.remove("gw.yaml"); }), ElementsAre("b"));
  EXPECT_THAT(names_after(feed, [&] { folder.write("gw.yaml", make_namespace("c")); }),
              ElementsAre("c"));
}

TEST(FileFeedWatch, PicksUpARootThatAppearsLater) {
  const TempFolder folder;
  FileFeed feed({folder.path("conf")});
  EXPECT_EQ(feed.load().effect, Effect::kKept);
  EXPECT_THAT(names_after(feed,
                          [&] {
                            folder.write("staging/gw.yaml", make_namespace("a"));
                            folder.rename("staging", "conf");
                          }),
              ElementsAre("a"));
}

TEST(FileFeedWatch, LooksAtEverythingAfterLostEvents) {
  const TempFolder folder;
  folder.write("a.yaml", make_namespace("a"));
  folder.write("b.yaml", make_namespace("b"));
  int limit = 0;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> limit;
  ASSERT_GT(limit, 0);
  FileFeed feed({folder.root()});
  feed.load();
  // Equal events in a row are merged, so two files take turns.
  for (int i = 0; i <= limit; ++i) {
    ASSERT_EQ(chmod(folder.path(i % 2 == 0 ? "a.yaml" : "b.yaml").c_str(), 0600), 0);
  }
  EXPECT_THAT(names_after(feed, [&] { folder.write("c.yaml", make_namespace("c")); }),
              ElementsAre("a", "b", "c"));
}

TEST(FileWatcher, NamesEachChangedFileOnce) {
  const TempFolder folder;
  FileWatcher watcher;
  watcher.begin_round();
  ASSERT_TRUE(watcher.watch_listing(folder.root()));
  watcher.end_round();
  folder.write("a.yaml", "1");
  folder.write("b.json", "1");
  folder.write("a.yaml", "2");
  const auto changes = watcher.take_changes();
  EXPECT_THAT(changes.paths, UnorderedElementsAre(folder.path("a.yaml"), folder.path("b.json")));
  EXPECT_FALSE(changes.rescan);
}

TEST(FileWatcher, ForgetsWhatIsNotNamedAgain) {
  const TempFolder folder;
  FileWatcher watcher;
  watcher.begin_round();
  ASSERT_TRUE(watcher.watch_listing(folder.root()));
  watcher.end_round();
  watcher.begin_round();
  watcher.end_round();
  folder.write("a.yaml", "1");
  const auto changes = watcher.take_changes();
  EXPECT_THAT(changes.paths, IsEmpty());
  EXPECT_FALSE(changes.rescan);
  EXPECT_FALSE(watcher.watch_listing(folder.path("missing")));
}

}  // namespace
}  // namespace tidegate::feed
