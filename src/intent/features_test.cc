#include "intent/features.h"

#include <gtest/gtest.h>

#include <set>

namespace tidegate::intent {
namespace {

std::vector<Feature> features(std::string_view text) {
  std::vector<Feature> out;
  extract_features(text, out);
  return out;
}

TEST(ExtractFeatures, HaveLengthOneAndEachBucketOnce) {
  const auto found = features("Where is my order? Where is it, please?");
  std::set<std::uint32_t> buckets;
  double squared = 0;
  for (const Feature& one : found) {
    EXPECT_LT(one.bucket, kBuckets);
    EXPECT_TRUE(buckets.insert(one.bucket).second);
    squared += static_cast<double>(one.value) * static_cast<double>(one.value);
  }
  EXPECT_NEAR(squared, 1, 1e-5);
}

TEST(ExtractFeatures, AreThoseOfFoldedWords) {
  const auto plain = features("ca va bien");
  const auto marked = features("Ça, VA bien!");
  ASSERT_EQ(plain.size(), marked.size());
  for (std::size_t at = 0; at < plain.size(); ++at) {
    EXPECT_EQ(plain[at].bucket, marked[at].bucket);
    EXPECT_EQ(plain[at].value, marked[at].value);
  }
}

TEST(ExtractFeatures, AreNoneOfATextWithoutWords) { EXPECT_TRUE(features(" ?! ").empty()); }

}  // namespace
}  // namespace tidegate::intent
