#include "embed/static_embedder.h"

#include <gtest/gtest.h>

#include <charconv>
#include <fstream>
#include <sstream>

#include "embed/builtin_model.h"
#include "embed/model_file_fixture.h"

namespace tidegate::embed {
namespace {

class SampleEmbedder {
 public:
  explicit SampleEmbedder(const std::vector<SampleToken>& tokens)
      : sample_(tokens), embedder_(*ModelFile::read(sample_.view(), ModelFile::Verify::kHash)) {}
  std::vector<float> embed(std::string_view text) const {
    std::vector<float> out(2);
    embed_one(embedder_, text, out);
    return out;
  }

 private:
  SampleFile sample_;
  StaticEmbedder embedder_;
};

TEST(StaticEmbedder, SumsTheRowsOfPiecesWithTheirWeights) {
  const SampleEmbedder sample({{"card", 1, {3, 4}}, {"##s", 2, {1, 0}}, {"my", 0, {9, 9}}});
  EXPECT_EQ(sample.embed("card"), (std::vector<float>{0.6F, 0.8F}));
  const auto cards = sample.embed("My CARDS!");  // 3 + 2, 4
  EXPECT_NEAR(cards[0] / cards[1], 5.0 / 4.0, 1e-5);
}

TEST(StaticEmbedder, TakesTheLongestPieceFirst) {
  const SampleEmbedder sample({{"car", 1, {1, 0}}, {"card", 1, {0, 1}}, {"##d", 1, {1, 0}}});
  EXPECT_EQ(sample.embed("card"), (std::vector<float>{0, 1}));
}

TEST(StaticEmbedder, HearsNothingInWordsThatItDoesNotKnow) {
  const SampleEmbedder sample({{"card", 1, {1, 0}}, {"s", 1, {0, 1}}});
  EXPECT_EQ(sample.embed("cards"), (std::vector<float>{0, 0}));  // no "##s"
  EXPECT_EQ(sample.embed("cards card"), (std::vector<float>{1, 0}));
  EXPECT_EQ(sample.embed(std::string(101, 's')), (std::vector<float>{0, 0}));
  EXPECT_EQ(sample.embed(""), (std::vector<float>{0, 0}));
}

TEST(StaticEmbedder, TellsWhatFileItCannotOpen) {
  const auto missing = StaticEmbedder::open("/no/such/file.bin");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().detail, "/no/such/file.bin: No such file or directory");
  const auto directory = StaticEmbedder::open("/");
  EXPECT_FALSE(directory);
  const auto other = StaticEmbedder::open(TIDEGATE_SOURCE_DIR "/static_embedder_test.cc");
  ASSERT_FALSE(other);
  EXPECT_TRUE(
      other.error().detail.ends_with("this is no file of embeddings, or of another version"));
}

TEST(StaticEmbedder, OpensTheFileThatIsBuiltIn) {
  const auto opened = StaticEmbedder::open(TIDEGATE_SOURCE_DIR "/../../data/embeddings.bin");
  ASSERT_TRUE(opened) << opened.error().detail;  // its hash is right
  EXPECT_EQ((*opened)->id(), StaticEmbedder::builtin()->id());
  EXPECT_EQ((*opened)->dimension(), 256U);
}

// Texts, the pieces of each, and the first numbers of its vector: written by tools/embed/distil.py.
TEST(StaticEmbedder, AgreesWithTheToolThatMadeTheFile) {
  const auto file = *ModelFile::read(builtin_model(), ModelFile::Verify::kHash);
  const StaticEmbedder embedder(file);
  std::ifstream golden(TIDEGATE_SOURCE_DIR "/testdata/static_vectors.tsv");
  std::vector<float> vector(embedder.dimension());
  std::size_t cases = 0;
  for (std::string line; std::getline(golden, line); ++cases) {
    const auto first = line.find('\t');
    const auto second = line.find('\t', first + 1);
    const std::string text = line.substr(0, first);
    std::string ids;
    Words words(text);
    Word word;
    WordPieces space;
    while (words.next(word)) {
      for (const auto piece : cut_word(file, word, space)) {
        ids += (ids.empty() ? "" : " ") + std::to_string(piece);
      }
    }
    EXPECT_EQ(ids, line.substr(first + 1, second - first - 1)) << text;
    embed_one(embedder, text, vector);
    std::istringstream numbers(line.substr(second + 1));
    std::size_t at = 0;
    for (double number = 0; numbers >> number; ++at) EXPECT_NEAR(vector[at], number, 2e-5) << text;
    EXPECT_EQ(at, 16U) << text;
  }
  EXPECT_GE(cases, 10U);
}

float similarity(std::string_view a, std::string_view b) {
  const auto embedder = StaticEmbedder::builtin();
  std::vector<float> x(embedder->dimension());
  std::vector<float> y(embedder->dimension());
  embed_one(*embedder, a, x);
  embed_one(*embedder, b, y);
  return dot(x, y);
}

TEST(StaticEmbedder, KnowsWhatWordsMean) {
  EXPECT_GT(similarity("my card was stolen", "somebody took my wallet"),
            similarity("my card was stolen", "the train was late") + 0.1F);
  EXPECT_GT(similarity("translate this sentence into french", "say hello in spanish"),
            similarity("translate this sentence into french", "the stock market fell") + 0.1F);
  EXPECT_GT(similarity("how tall is the eiffel tower", "height of buildings in paris"), 0.3F);
}

}  // namespace
}  // namespace tidegate::embed
