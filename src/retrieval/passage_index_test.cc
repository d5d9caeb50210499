// Whether what answers a question is found, by words that are shared and by meaning where none is.
#include "retrieval/passage_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "embed/lexical.h"
#include "embed/static_embedder.h"

namespace tidegate::retrieval {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::vector<Document> kDocuments{
    {"leave.md",
     "# Holidays\n\nEveryone has thirty days of paid vacation a year. Unused days expire in "
     "March.\n"
     "\n## Parents\n\nNew mothers and fathers stay at home for up to fourteen weeks."},
    {"printers.md",
     "# Printers\n\nThe printer on floor two shows E-4711 when its tray is empty.\n\n"
     "## Toner\n\nOrder cartridges from the facility desk."},
    {"travel.txt", "Book trains in second class. Flights need the approval of your manager."},
};

PassageIndex make_index() { return {embed::StaticEmbedder::builtin(), kDocuments, ChunkOptions{}}; }

std::string best(const PassageIndex& index, std::string_view question) {
  const auto found = index.search(question, 1);
  return found.empty() ? "" : std::string(found[0].text);
}

TEST(PassageIndex, FindsByWordsThatNoModelKnows) {
  EXPECT_THAT(best(make_index(), "what does E-4711 mean?"), HasSubstr("tray is empty"));
}

TEST(PassageIndex, FindsByMeaning) {
  const auto index = make_index();
  EXPECT_THAT(best(index, "how long is maternity absence for a newborn baby"),
              HasSubstr("mothers and fathers"));
  EXPECT_THAT(best(index, "can I take an airplane?"), HasSubstr("Flights"));
}

TEST(PassageIndex, SaysWhereAPassageStands) {
  const auto index = make_index();
  const auto found = index.search("toner cartridges", 2);
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].source, "printers.md");
  EXPECT_EQ(found[0].title, "Printers / Toner");
  EXPECT_GT(*found[0].score, *found[1].score);
  EXPECT_LE(*found[0].score, 1.0);
  EXPECT_EQ(index.search("book trains", 1)[0].title, "travel.txt");
  EXPECT_EQ(index.size(), 5U);
}

TEST(PassageIndex, FindsNothingForNothing) {
  EXPECT_THAT(make_index().search(" ?! ", 3), IsEmpty());
  const PassageIndex empty(embed::StaticEmbedder::builtin(), {}, ChunkOptions{});
  EXPECT_THAT(empty.search("vacation", 3), IsEmpty());
}

TEST(PassageIndex, WorksWithAnyEmbedder) {
  const PassageIndex index(std::make_unique<const embed::LexicalEmbedder>(), kDocuments,
                           ChunkOptions{});
  EXPECT_THAT(best(index, "vacations"), HasSubstr("paid vacation"));
}

}  // namespace
}  // namespace tidegate::retrieval
