#include "yaml/split.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <string>
#include <string_view>
#include <vector>

namespace tidegate::yaml {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out;
  for (const auto& document : split_documents(text)) {
    out.push_back(fmt::format("{}|{}", document.first_line, document.text));
  }
  return out;
}

TEST(SplitDocuments, CutsAtMarkersAndCountsLines) {
  EXPECT_THAT(split("a: 1\n---\nb: 2\nc: 3\n---\nd: 4"),
              ElementsAre("1|a: 1\n", "2|---\nb: 2\nc: 3\n", "5|---\nd: 4"));
  EXPECT_THAT(split("--- {a: 1}\n--- x\n"), ElementsAre("1|--- {a: 1}\n", "2|--- x\n"));
  EXPECT_THAT(split("a: 1\r\n---\r\nb: 2\r\n"), ElementsAre("1|a: 1\r\n", "2|---\r\nb: 2\r\n"));
}

TEST(SplitDocuments, LeavesOutEmptyDocuments) {
  EXPECT_THAT(split(""), IsEmpty());
  EXPECT_THAT(split("---\n# nothing\n---\n\n---\na: 1\n---\n"), ElementsAre("5|---\na: 1\n"));
  EXPECT_THAT(split("---\n---\n"), IsEmpty());
}

TEST(SplitDocuments, KeepsIndentedMarkersAndLookalikesInside) {
  EXPECT_THAT(split("a: |\n  ---\n  x\n"), ElementsAre("1|a: |\n  ---\n  x\n"));
  EXPECT_THAT(split("---a: 1\n----\n"), ElementsAre("1|---a: 1\n----\n"));
}

TEST(SplitDocuments, JoinsHeadCommentsAndDirectivesToTheirDocument) {
  EXPECT_THAT(split("# licence\n%YAML 1.2\n---\na: 1\n"),
              ElementsAre("1|# licence\n%YAML 1.2\n---\na: 1\n"));
}

TEST(SplitDocuments, EndsADocumentAtItsEndMarker) {
  EXPECT_THAT(split("a: 1\n...\n# between\nb: 2\n"),
              ElementsAre("1|a: 1\n...", "3|# between\nb: 2\n"));
}

TEST(SplitDocuments, SkipsAByteOrderMark) {
  EXPECT_THAT(split("\xef\xbb\xbf---\na: 1\n"), ElementsAre("1|---\na: 1\n"));
}

}  // namespace
}  // namespace tidegate::yaml
