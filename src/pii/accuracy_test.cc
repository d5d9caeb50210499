// Precision and recall over generated texts (sample_fixture.h). A finding counts where kind, begin
// and end are right.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <map>

#include "pii/detector.h"
#include "pii/sample_fixture.h"

namespace tidegate::pii {
namespace {

struct Count {
  int right = 0;
  int wrong = 0;   // found, and not there
  int missed = 0;  // there, and not found

  double precision() const { return right == 0 ? 0 : double(right) / (right + wrong); }
  double recall() const { return right == 0 ? 0 : double(right) / (right + missed); }
  double f1() const { return right == 0 ? 0 : 2.0 * right / (2.0 * right + wrong + missed); }
};

void count(const Sample& sample, const std::vector<Finding>& findings,
           std::map<std::string, Count>& counts) {
  const auto is_planted = [&](const Finding& one) {
    return std::ranges::any_of(sample.planted, [&](const Planted& planted) {
      return planted.label == one.rule->label && planted.begin == one.begin &&
             planted.end == one.end;
    });
  };
  int right = 0;
  for (const auto& one : findings) {
    auto& of_kind = counts[std::string(one.rule->label)];
    is_planted(one) ? ++of_kind.right : ++of_kind.wrong;
    right += is_planted(one);
  }
  if (right == static_cast<int>(sample.planted.size())) return;
  for (const auto& planted : sample.planted) {
    const bool found = std::ranges::any_of(findings, [&](const Finding& one) {
      return planted.label == one.rule->label && planted.begin == one.begin &&
             planted.end == one.end;
    });
    if (!found) ++counts[planted.label].missed;
  }
}

TEST(Accuracy, HoldsTheBarsOverGeneratedTexts) {
  const auto detector = Detector::make({});
  ASSERT_TRUE(detector);
  SampleMaker maker(20261126);
  std::map<std::string, Count> counts;
  for (int i = 0; i < 6000; ++i) {
    const auto sample = maker.make();
    std::vector<Finding> findings;
    ASSERT_TRUE(detector->find(sample.text, findings));
    count(sample, findings, counts);
  }
  for (const auto& [label, kind] : counts) {
    std::printf("%-18s right %5d wrong %3d missed %3d  precision %.3f recall %.3f F1 %.3f\n",
                label.c_str(), kind.right, kind.wrong, kind.missed, kind.precision(), kind.recall(),
                kind.f1());
  }
  for (const auto* label : {"CARD", "IBAN", "EMAIL", "IP", "US_SSN", "PHONE"}) {
    EXPECT_GE(counts[label].precision(), 0.95) << label;
    EXPECT_GE(counts[label].recall(), 0.97) << label;
    EXPECT_GE(counts[label].f1(), 0.95) << label;
    EXPECT_GT(counts[label].right, 300) << label;
  }
  // Kinds that nobody planted.
  for (const auto& [label, kind] : counts) {
    if (kind.right + kind.missed == 0) EXPECT_LE(kind.wrong, 3) << label;
  }
}

}  // namespace
}  // namespace tidegate::pii
