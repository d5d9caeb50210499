#include "embed/known_vectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace tidegate::embed {
namespace {

using ::testing::ElementsAre;

TEST(KnownVectors, GivesWhatItWasTold) {
  const KnownVectors known("model", 2, {{"a", {1, 0}}, {"b", {0, 1}}});
  const std::vector<std::string_view> texts = {"b", "gone", "a"};
  std::vector<float> out(6, 7.0F);
  known.embed(texts, out);
  EXPECT_THAT(out, ElementsAre(0, 1, 0, 0, 1, 0));
  EXPECT_EQ(known.id(), "model");
  EXPECT_EQ(known.dimension(), 2U);
}

}  // namespace
}  // namespace tidegate::embed
