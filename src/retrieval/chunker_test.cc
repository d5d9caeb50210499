#include "retrieval/chunker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tidegate::retrieval {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr ChunkOptions kSmall{.target_bytes = 64, .overlap_bytes = 24};

std::vector<std::string> split(std::string_view text, const ChunkOptions& options = {}) {
  std::vector<std::string> out;
  for (const Chunk& chunk : split_document(text, options)) {
    out.push_back("[" + chunk.title + "] " + chunk.text);
  }
  return out;
}

TEST(Chunker, CutsAtHeadingsAndNamesTheWayToThem) {
  EXPECT_THAT(
      split("intro\n\n# Handbook\n\nhello\n\n## Leave ##\nten days\n# Pay\r\n\r\nmuch\r\n"),
      ElementsAre("[] intro", "[Handbook] hello", "[Handbook / Leave] ten days", "[Pay] much"));
}

TEST(Chunker, TakesNothingForAHeadingThatIsNone) {
  EXPECT_THAT(split("#hashtag\n####### seven\n\n```sh\n# comment\n\nls\n```\nend"),
              ElementsAre("[] #hashtag\n####### seven\n\n```sh\n# comment\n\nls\n```\nend"));
}

TEST(Chunker, PutsParagraphsTogetherUpToASize) {
  const std::string line(30, 'a');
  const auto chunks = split(line + "\n\n" + line + "\n\n\n" + line, kSmall);
  EXPECT_THAT(chunks, ElementsAre("[] " + line + "\n\n" + line, "[] " + line));
}

TEST(Chunker, CutsLongParagraphsAtSentencesAndOverlapsThem) {
  const auto chunks = split(
      "The first sentence is here to be long enough. The second is short. A third one follows "
      "them both and ends.",
      kSmall);
  EXPECT_THAT(chunks,
              ElementsAre("[] The first sentence is here to be long enough.",
                          "[] The second is short. A third one follows them both and ends."));
}

TEST(Chunker, RepeatsTheEndOfAChunkInTheNextOne) {
  const auto chunks = split(
      "One two three four five six seven. Eight nine ten.\n\nEleven twelve thirteen.", kSmall);
  EXPECT_THAT(chunks, ElementsAre("[] One two three four five six seven. Eight nine ten.",
                                  "[] Eight nine ten.\n\nEleven twelve thirteen."));
}

TEST(Chunker, CutsWordsOfAnySizeBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "ä";
  for (const Chunk& chunk : split_document(text, kSmall)) {
    EXPECT_THAT(chunk.text, StartsWith("ä"));
    EXPECT_THAT(chunk.text, EndsWith("ä"));
    EXPECT_LE(chunk.text.size(), 64U);
  }
}

TEST(Chunker, FindsNothingInNothing) {
  EXPECT_THAT(split(""), IsEmpty());
  EXPECT_THAT(split(" \n\n# Title\n\n"), IsEmpty());
}

TEST(Chunker, FindsTheFirstHeading) {
  EXPECT_EQ(find_title("a\n```\n# no\n```\n#\n ## The `title`\n# b"), "The `title`");
  EXPECT_EQ(find_title("a"), "");
}

}  // namespace
}  // namespace tidegate::retrieval
