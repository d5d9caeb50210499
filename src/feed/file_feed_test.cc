#include "feed/file_feed.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "feed/file_tree.h"
#include "feed/temp_folder.h"

namespace tidegate::feed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string make_namespace(std::string_view name) {
  return fmt::format("---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: {}\n", name);
}

std::vector<std::string> names(const Update& update) {
  std::vector<std::string> out;
  if (!update.resources) return out;
  for (const auto& ns : update.resources->namespaces) out.push_back(ns->meta.name);
  return out;
}

std::string problems(const Update& update, const TempFolder& folder) {
  std::string text = resource::format_problems(update.problems);
  const std::string prefix = folder.root() + "/";
  for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) {
    text.erase(at, prefix.size());
  }
  return text;
}

TEST(FileFeed, LoadsDirectoriesInOrderAndLeavesOthersAlone) {
  const TempFolder folder;
  folder.write("b.yml", make_namespace("b"));
  folder.write("a/z.yaml", make_namespace("az"));
  folder.write("a.yaml", make_namespace("a1") + make_namespace("a2"));
  folder.write("c.json", R"({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "c"}})");
  folder.write("notes.txt", "not: [yaml");
  folder.write(".hidden.yaml", "not: [yaml");
  folder.write(".git/x.yaml", "not: [yaml");
  folder.write("empty.yaml", "");
  FileFeed feed({folder.root()});
  const auto update = feed.load();
  EXPECT_EQ(update.effect, Effect::kApplied);
  EXPECT_EQ(problems(update, folder), "");
  EXPECT_THAT(names(update), ElementsAre("az", "a1", "a2", "b", "c"));
}

TEST(FileFeed, TakesFilesOfAnyNameAndEachOnce) {
  const TempFolder folder;
  folder.write("gateway.conf", make_namespace("conf"));
  folder.write("d/x.yaml", make_namespace("x"));
  FileFeed feed({folder.path("gateway.conf"), folder.path("d/x.yaml"), folder.path("d//"),
                 folder.path("./d")});
  const auto update = feed.load();
  EXPECT_EQ(problems(update, folder), "");
  EXPECT_THAT(names(update), ElementsAre("conf", "x"));
}

TEST(FileFeed, ReportsAllProblemsOfAllFilesAtOnce) {
  const TempFolder folder;
  folder.write("a.yaml", make_namespace("ok") + "---\nx: [1\n" + make_namespace("Bad"));
  folder.write("b.json", "{\"apiVersion\": \"v1\",\n}");
  folder.write("c.yaml", "apiVersion: apps/v1\nkind: Deployment\n");
  ASSERT_EQ(mkfifo(folder.path("d.yaml").c_str(), 0600), 0);
  folder.link("nowhere", "e.yaml");
  FileFeed feed({folder.root(), folder.path("missing")});
  const auto update = feed.load();
  EXPECT_EQ(update.effect, Effect::kKept);
  EXPECT_EQ(update.resources, nullptr);
  const auto text = problems(update, folder);
  EXPECT_THAT(text, HasSubstr("a.yaml:8: end of sequence flow not found\n"));
  EXPECT_THAT(text,
              HasSubstr("a.yaml:12: Namespace Bad: metadata.name: must be a lower case DNS name"));
  EXPECT_THAT(text, HasSubstr("b.json:2: "));
  EXPECT_THAT(text, HasSubstr("c.yaml:2: Deployment: kind: warning: ignored"));
  EXPECT_THAT(text, HasSubstr("d.yaml: is not a regular file\n"));
  EXPECT_THAT(text, HasSubstr("e.yaml: leads to nothing\n"));
  EXPECT_THAT(text, HasSubstr("missing: No such file or directory\n"));
}

TEST(FileFeed, KeepsTheLastGoodSetUntilAllIsWellAgain) {
  const TempFolder folder;
  folder.write("a.yaml", make_namespace("a"));
  folder.write("b.yaml", make_namespace("b"));
  FileFeed feed({folder.root()});
  const auto good = feed.load();
  folder.write("a.yaml", make_namespace("a2"));
  folder.write("b.yaml", "kind: [");
  const std::vector<std::string> changed = {folder.path("a.yaml"), folder.path("b.yaml")};
  const auto bad = feed.reload(changed);
  EXPECT_EQ(bad.effect, Effect::kKept);
  EXPECT_EQ(bad.resources, good.resources);
  EXPECT_THAT(bad.problems, SizeIs(1));
  folder.write("b.yaml", make_namespace("b"));
  const auto again = feed.reload(changed);
  EXPECT_EQ(again.effect, Effect::kApplied);
  EXPECT_THAT(names(again), ElementsAre("a2", "b"));
}

TEST(FileFeed, KeepsObjectsOfDocumentsThatDidNotChange) {
  const TempFolder folder;
  folder.write("a.yaml", make_namespace("one") + make_namespace("two") + make_namespace("three"));
  FileFeed feed({folder.root()});
  const auto before = feed.load().resources->namespaces;
  folder.write("a.yaml", "# a comment\n" + make_namespace("zero") + make_namespace("one") +
                             make_namespace("changed") + make_namespace("three"));
  const std::vector<std::string> changed = {folder.path("a.yaml")};
  const auto update = feed.reload(changed);
  EXPECT_THAT(names(update), ElementsAre("zero", "one", "changed", "three"));
  EXPECT_EQ(update.resources->namespaces[1], before[0]);
  EXPECT_EQ(update.resources->namespaces[3], before[2]);
  folder.write("a.yaml", make_namespace("three") + make_namespace("one"));
  const auto swapped = feed.reload(changed);
  ASSERT_THAT(names(swapped), ElementsAre("three", "one"));
  EXPECT_EQ(swapped.resources->namespaces[0], before[2]);
  EXPECT_EQ(swapped.resources->namespaces[1], before[0]);
}

TEST(FileFeed, MovesTheLinesOfOldProblemsWithTheText) {
  const TempFolder folder;
  folder.write("a.yaml", make_namespace("one") + make_namespace("Bad"));
  FileFeed feed({folder.root()});
  EXPECT_THAT(problems(feed.load(), folder), HasSubstr("a.yaml:10: Namespace Bad"));
  folder.write("a.yaml", make_namespace("zero") + make_namespace("one") + make_namespace("Bad"));
  const std::vector<std::string> changed = {folder.path("a.yaml")};
  EXPECT_THAT(problems(feed.reload(changed), folder), HasSubstr("a.yaml:15: Namespace Bad"));
}

TEST(FileFeed, NamesBothPlacesOfADuplicate) {
  const TempFolder folder;
  folder.write("a.yaml", make_namespace("x"));
  folder.write("b.yaml", make_namespace("y") + make_namespace("x") + make_namespace("x"));
  FileFeed feed({folder.root()});
  EXPECT_EQ(problems(feed.load(), folder),
            fmt::format("b.yaml:7: Namespace x: is defined already at {0}:2\n"
                        "b.yaml:12: Namespace x: is defined already at {0}:2\n",
                        "a.yaml"));
  folder.write("b.yaml", make_namespace("new") + make_namespace("y") + make_namespace("x"));
  const std::vector<std::string> changed = {folder.path("b.yaml")};
  EXPECT_THAT(problems(feed.reload(changed), folder),
              HasSubstr("b.yaml:12: Namespace x: is defined already"));
}

TEST(FileFeed, SaysWhenNothingChanged) {
  const TempFolder folder;
  folder.write("a.yaml", make_namespace("x"));
  FileFeed feed({folder.root()});
  const auto first = feed.load();
  const auto second = feed.load();
  EXPECT_EQ(second.effect, Effect::kUnchanged);
  EXPECT_EQ(second.resources, first.resources);
}

TEST(FileFeed, PutsNewFilesWhereAFullListingWould) {
  const TempFolder folder;
  const std::vector<std::string> all = {"a/b.yaml", "a/c/d.yaml", "a.yaml",
                                        "a-b.yaml", "ab.yaml",    "z/y.yaml"};
  folder.write("a/b.yaml", make_namespace("first"));
  folder.write("z/y.yaml", make_namespace("last"));
  std::filesystem::create_directories(folder.path("a/c"));
  FileFeed feed({folder.root()});
  feed.load();
  int number = 0;
  for (const auto& name : all) {
    if (name != "a/b.yaml" && name != "z/y.yaml")
      folder.write(name, make_namespace(fmt::format("n{}", number++)));
    const std::vector<std::string> changed = {folder.path(name)};
    feed.reload(changed);
  }
  FileFeed fresh({folder.root()});
  EXPECT_THAT(names(feed.reload({})), ::testing::ElementsAreArray(names(fresh.load())));
}

TEST(FileFeed, DropsAFileThatIsGoneButNotARoot) {
  const TempFolder folder;
  folder.write("d/a.yaml", make_namespace("a"));
  folder.write("root.yaml", make_namespace("root"));
  FileFeed feed({folder.path("d"), folder.path("root.yaml")});
  const auto good = feed.load();
  folder.remove("d/a.yaml");
  const std::vector<std::string> below = {folder.path("d/a.yaml")};
  EXPECT_THAT(names(feed.reload(below)), ElementsAre("root"));
  folder.remove("root.yaml");
  const std::vector<std::string> root = {folder.path("root.yaml")};
  const auto update = feed.reload(root);
  EXPECT_EQ(update.effect, Effect::kKept);
  EXPECT_THAT(names(update), ElementsAre("root"));
}

std::string make_config_map(std::string_view name, int version) {
  return fmt::format(
      "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {}\ndata:\n  v: \"{}\"\n", name,
      version);
}

// Every object in order, with what it says.
std::string describe(const resource::ResourceSet& set) {
  std::string text;
  for (const auto& ns : set.namespaces) text += "ns " + ns->meta.name + "\n";
  for (const auto& map : set.config_maps) {
    text += fmt::format("map {} {}\n", map->meta.name, map->data.at(0).second);
  }
  return text;
}

TEST(FileFeed, AnObjectThatChangedIsTheOnlyNewOne) {
  const TempFolder folder;
  folder.write("a.yaml", make_config_map("a", 1) + make_namespace("n") + make_config_map("b", 1));
  folder.write("c.yaml", make_config_map("c", 1));
  FileFeed feed({folder.root()});
  const auto before = feed.load().resources;
  folder.write("a.yaml", make_config_map("a", 1) + make_namespace("n") + make_config_map("b", 2));
  const std::vector<std::string> changed = {folder.path("a.yaml")};

  const auto after = feed.reload(changed).resources;

  EXPECT_EQ(describe(*before), "ns n\nmap a 1\nmap b 1\nmap c 1\n");
  EXPECT_EQ(describe(*after), "ns n\nmap a 1\nmap b 2\nmap c 1\n");
  EXPECT_EQ(after->namespaces, before->namespaces);
  EXPECT_EQ(after->config_maps[0], before->config_maps[0]);
  EXPECT_EQ(after->config_maps[2], before->config_maps[2]);
}

TEST(FileFeed, ChangesMadeWhileThereWereErrorsTakeEffectAfterwards) {
  const TempFolder folder;
  folder.write("a.yaml", make_config_map("a", 1));
  folder.write("b.yaml", make_config_map("b", 1));
  FileFeed feed({folder.root()});
  feed.load();
  const std::vector<std::string> a = {folder.path("a.yaml")};
  const std::vector<std::string> b = {folder.path("b.yaml")};
  folder.write("b.yaml", make_config_map("a", 1));  // twice
  EXPECT_EQ(feed.reload(b).effect, Effect::kKept);
  folder.write("a.yaml", make_config_map("a", 2));
  EXPECT_EQ(feed.reload(a).effect, Effect::kKept);
  folder.write("a.yaml", make_config_map("a", 3));
  EXPECT_EQ(feed.reload(a).effect, Effect::kKept);
  folder.write("b.yaml", make_config_map("b", 2));

  const auto update = feed.reload(b);

  EXPECT_EQ(problems(update, folder), "");
  EXPECT_EQ(describe(*update.resources), "map a 3\nmap b 2\n");
}

// A random text of one to four documents; some are broken, some names are taken elsewhere.
std::string random_file(std::mt19937& random) {
  std::string text;
  for (unsigned count = 1 + static_cast<unsigned>(random() % 4); count > 0; --count) {
    const auto number = random() % 40;
    switch (random() % 8) {
      case 0:
        text += "---\nx: [1\n";
        break;
      case 1:
        text += make_namespace(fmt::format("n{}", number));
        break;
      default:
        text += make_config_map(fmt::format("m{}", number), static_cast<int>(random() % 3));
    }
  }
  return text;
}

TEST(FileFeed, RandomSequencesOfEditsGiveWhatALoadAfreshGives) {
  for (unsigned seed = 1; seed <= 3; ++seed) {
    const TempFolder folder;
    std::mt19937 random(seed);
    FileFeed feed({folder.root()});
    feed.load();
    std::string good;
    for (int turn = 0; turn < 150; ++turn) {
      std::vector<std::string> changed;
      for (auto edits = 1 + random() % 3; edits > 0; --edits) {
        const std::string name = fmt::format("{}.yaml", random() % 5);
        if (random() % 6 == 0) {
          folder.remove(name);
        } else {
          folder.write(name, random_file(random));
        }
        changed.push_back(folder.path(name));
      }
      const auto updated = feed.reload(changed);
      FileFeed other({folder.root()});
      const auto afresh = other.load();
      ASSERT_EQ(problems(updated, folder), problems(afresh, folder)) << seed << " " << turn;
      if (afresh.effect == Effect::kApplied) good = describe(*afresh.resources);
      ASSERT_EQ(describe(*updated.resources), good) << seed << " " << turn;
    }
  }
}

}  // namespace
}  // namespace tidegate::feed
