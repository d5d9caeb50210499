#include "embed/model_file.h"

#include <gtest/gtest.h>

#include <limits>

#include "embed/model_file_fixture.h"

namespace tidegate::embed {
namespace {

const std::vector<SampleToken> kTokens = {{"card", 1, {3, 4}}, {"##s", 0.5F, {1, 0}}};

std::string read_error(SampleFile& sample) {
  const auto file = ModelFile::read(sample.view(), ModelFile::Verify::kHash);
  return file ? "" : file.error().detail;
}

TEST(ModelFile, FindsItsTokensAndTheirRows) {
  SampleFile sample(kTokens);
  const auto file = ModelFile::read(sample.view(), ModelFile::Verify::kHash);
  ASSERT_TRUE(file) << file.error().detail;
  EXPECT_EQ(file->dimension(), 2U);
  EXPECT_EQ(file->tokens(), 2U);
  EXPECT_EQ(file->longest_token(), 4U);
  EXPECT_EQ(file->find("card", hash_token("card")), 0U);
  EXPECT_EQ(file->find("##s", hash_token("##s")), 1U);
  EXPECT_EQ(file->find("s", hash_token("s")), std::nullopt);
  EXPECT_EQ(file->text(1), "##s");
  EXPECT_EQ(file->row(0)[1], 4);
  EXPECT_EQ(file->scale(1), 0.5F);
}

TEST(ModelFile, HashesPrefixesAsTheyGrow) {
  EXPECT_EQ(hash_token("s", hash_token("##")), hash_token("##s"));
}

TEST(ModelFile, RefusesWhatIsCutOrDamaged) {
  SampleFile sample(kTokens);
  sample.bytes().pop_back();
  EXPECT_EQ(read_error(sample), "embeddings: the file has 158 bytes, not 159");
  sample.bytes().resize(63);
  EXPECT_EQ(read_error(sample), "embeddings: the file is cut");
  SampleFile flipped(kTokens);
  flipped.bytes().back() ^= 1;
  EXPECT_EQ(read_error(flipped), "embeddings: the file is damaged: its hash is another");
  SampleFile other(kTokens);
  other.bytes()[7] = '2';
  EXPECT_EQ(read_error(other), "embeddings: this is no file of embeddings, or of another version");
}

TEST(ModelFile, RefusesSizesThatMakeNoSense) {
  for (const std::size_t at : {8U, 12U, 16U}) {
    for (const std::uint32_t value : {0U, 3U << 28U}) {
      SampleFile sample(kTokens);
      sample.put(at, value);
      EXPECT_EQ(read_error(sample), "embeddings: its sizes make no sense") << at << " " << value;
    }
  }
}

TEST(ModelFile, RefusesContentThatWouldLeadAstray) {
  EXPECT_EQ(read_error(SampleFile(kTokens).put(SampleFile::offsets_at() + 4, 100U)),
            "embeddings: the texts of its tokens do not fit");
  EXPECT_EQ(read_error(SampleFile(kTokens).put(SampleFile::slots_at(), 3U)),
            "embeddings: a slot names no token");
  EXPECT_EQ(read_error(SampleFile(kTokens).put(SampleFile::scales_at(2),
                                               std::numeric_limits<float>::quiet_NaN())),
            "embeddings: a weight is no number");
  SampleFile full(kTokens);
  for (std::uint32_t slot = 0; slot < SampleFile::kSlots; ++slot) {
    full.put(SampleFile::slots_at() + slot * 4, 1U);
  }
  EXPECT_EQ(read_error(full), "embeddings: it has no free slot");
}

}  // namespace
}  // namespace tidegate::embed
