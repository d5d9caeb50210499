#include "l4/choose_backend.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "base/random.h"

namespace tidegate::l4 {
namespace {

TEST(ChooseWeighted, FollowsWeightsAndSkipsZero) {
  std::vector<config::WeightedBackend> backends(3);
  backends[0].weight = 1;
  backends[1].weight = 0;
  backends[2].weight = 3;
  Random random(7);
  std::map<const config::WeightedBackend*, int> seen;
  for (int i = 0; i < 4000; ++i) ++seen[choose_weighted(backends, random.next())];
  EXPECT_EQ(seen.count(&backends[1]), 0U);
  EXPECT_NEAR(seen[&backends[0]], 1000, 150);
  EXPECT_NEAR(seen[&backends[2]], 3000, 150);
  for (auto& choice : backends) choice.weight = 0;
  EXPECT_EQ(choose_weighted(backends, random.next()), nullptr);
}

}  // namespace
}  // namespace tidegate::l4
