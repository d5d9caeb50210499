#include "retrieval/folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace tidegate::retrieval {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FolderTest : public ::testing::Test {
 protected:
  FolderTest() : root_(fs::path(::testing::TempDir()) / name()) { fs::create_directories(root_); }
  ~FolderTest() override { fs::remove_all(root_); }

  static std::string name() {
    return std::string("folder_") + ::testing::UnitTest::GetInstance()->current_test_info()->name();
  }
  void write(const std::string& file, const std::string& text) const {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text;
  }
  std::vector<std::string> names(const FolderLimits& limits = {}) const {
    const auto content = read_folder(root_.string(), limits);
    if (!content) return {content.error().detail};
    std::vector<std::string> out;
    for (const Document& one : content->documents) out.push_back(one.source + "=" + one.text);
    return out;
  }

  const fs::path root_;
};

TEST_F(FolderTest, ReadsTextsByTheirNames) {
  write("b.md", "2");
  write("a/deep/c.TXT", "1");
  write("z.pdf", "no");
  write("b.md~", "no");
  EXPECT_THAT(names(), ElementsAre("a/deep/c.TXT=1", "b.md=2"));
}

TEST_F(FolderTest, ReadsAMountedConfigMapOnce) {
  write("..2026_11/faq.md", "mounted");
  fs::create_directory_symlink("..2026_11", root_ / "..data");
  fs::create_symlink("..data/faq.md", root_ / "faq.md");
  fs::create_symlink("nowhere.md", root_ / "gone.md");
  fs::create_directory_symlink(".", root_ / "loop");
  EXPECT_THAT(names(), ElementsAre("faq.md=mounted"));
}

TEST_F(FolderTest, TellsWhatIsNoText) {
  write("a.txt", "fine");
  write("b.txt", "\xff\xfe");
  const auto content = read_folder(root_.string(), {});
  ASSERT_TRUE(content);
  EXPECT_THAT(content->skipped, ElementsAre("b.txt"));
  fs::remove(root_ / "a.txt");
  EXPECT_THAT(names(), ElementsAre(HasSubstr("no document that is UTF-8")));
}

TEST_F(FolderTest, IsAllOrNothing) {
  write("a.txt", "12345");
  write("b.txt", "12345");
  EXPECT_THAT(names({.max_files = 2, .max_bytes = 10}), ElementsAre("a.txt=12345", "b.txt=12345"));
  EXPECT_THAT(names({.max_files = 1, .max_bytes = 10}), ElementsAre(HasSubstr("more than 1 doc")));
  EXPECT_THAT(names({.max_files = 2, .max_bytes = 9}), ElementsAre(HasSubstr("more than 9 bytes")));
}

TEST_F(FolderTest, TellsThatThereIsNone) {
  EXPECT_THAT(names(), ElementsAre(HasSubstr("no .md or .txt files")));
  const auto missing = read_folder((root_ / "missing").string(), {});
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().detail, HasSubstr("missing: No such file or directory"));
  EXPECT_EQ(fingerprint_folder((root_ / "missing").string()), 0U);
}

TEST_F(FolderTest, NoticesWhatChanges) {
  write("a.txt", "1");
  const auto first = fingerprint_folder(root_.string());
  EXPECT_EQ(fingerprint_folder(root_.string()), first);
  write("other.pdf", "no document");
  EXPECT_EQ(fingerprint_folder(root_.string()), first);
  const auto time = fs::last_write_time(root_ / "a.txt");
  write("a.txt", "2");
  fs::last_write_time(root_ / "a.txt", time + std::chrono::seconds(1));
  const auto second = fingerprint_folder(root_.string());
  EXPECT_NE(second, first);
  write("b.txt", "3");
  EXPECT_NE(fingerprint_folder(root_.string()), second);
}

}  // namespace
}  // namespace tidegate::retrieval
