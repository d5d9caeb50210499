#include "pii/open_end.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "pii/detector.h"
#include "pii/sample_fixture.h"

namespace tidegate::pii {
namespace {

std::string open(std::string_view text) { return std::string(text.substr(find_open_end(text))); }

TEST(OpenEnd, OfProseTheLastWordIsOpen) {
  EXPECT_EQ(open("Once upon a ti"), "ti");
  EXPECT_EQ(open("Once upon "), "");
  EXPECT_EQ(open("联系我们 ann@ex"), "ann@ex");
  EXPECT_EQ(open("请联系ann@ex"), "ann@ex");
}

TEST(OpenEnd, GroupsOfDigitsAreOpenTogether) {
  EXPECT_EQ(open("card 4111 1111 11"), "4111 1111 11");
  EXPECT_EQ(open("tel. +49 (0)30 / 12 "), "+49 (0)30 / 12 ");
  EXPECT_EQ(open("IBAN GB29 NWBK 60"), "GB29 NWBK 60");
  EXPECT_EQ(open("number AB 12 3"), "AB 12 3");
  EXPECT_EQ(open("number AB "), "AB ");
}

TEST(OpenEnd, TheFirstLineOfAPrivateKeyIsOpen) {
  EXPECT_EQ(open("so:\n-----BEGIN RSA PRIVATE K"), "-----BEGIN RSA PRIVATE K");
}

// Whatever follows, what was said to be final is what a look at the whole finds.
TEST(OpenEnd, WhatIsFinalStaysSo) {
  const auto detector = Detector::make({});
  ASSERT_TRUE(detector);
  SampleMaker samples(7);
  std::vector<Finding> whole;
  std::vector<Finding> so_far;
  for (int i = 0; i < 200; ++i) {
    const auto text = samples.make().text;
    ASSERT_TRUE(detector->find(text, whole));
    for (std::size_t end = 0; end <= text.size(); ++end) {
      const auto final_end = detector->find_so_far(text.substr(0, end), 0, so_far);
      ASSERT_TRUE(final_end);
      const auto has = [](const std::vector<Finding>& list, const Finding& wanted) {
        return std::ranges::any_of(list, [&](const Finding& one) {
          return one.begin == wanted.begin && one.end == wanted.end && one.rule == wanted.rule;
        });
      };
      for (const auto& finding : so_far) {
        if (finding.end > *final_end) break;
        EXPECT_TRUE(has(whole, finding))
            << finding.of(text) << " is none after all: " << text.substr(0, end);
      }
      for (const auto& finding : whole) {
        EXPECT_FALSE(finding.begin < *final_end && *final_end < finding.end)
            << finding.of(text) << " is cut at " << *final_end << ": " << text.substr(0, end);
        if (finding.end > *final_end) break;
        EXPECT_TRUE(has(so_far, finding))
            << finding.of(text) << " is missed in: " << text.substr(0, end);
      }
    }
  }
}

}  // namespace
}  // namespace tidegate::pii
