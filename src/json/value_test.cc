#include "json/value.h"

#include <gtest/gtest.h>

namespace tidegate::json {
namespace {

TEST(Value, KindIsReadFromTheText) {
  EXPECT_EQ(kind_of(""), Kind::kAbsent);
  EXPECT_EQ(kind_of("{}"), Kind::kObject);
  EXPECT_EQ(kind_of("[]"), Kind::kArray);
  EXPECT_EQ(kind_of(R"("a")"), Kind::kString);
  EXPECT_EQ(kind_of("-1"), Kind::kNumber);
  EXPECT_EQ(kind_of("true"), Kind::kTrue);
  EXPECT_EQ(kind_of("false"), Kind::kFalse);
  EXPECT_EQ(kind_of("null"), Kind::kNull);
}

TEST(Value, WholeNumbersAreRead) {
  EXPECT_EQ(parse_uint("12"), 12U);
  EXPECT_EQ(parse_uint("12.0"), 12U);
  EXPECT_EQ(parse_uint("1e3"), 1000U);
  EXPECT_EQ(parse_uint("9223372036854775807"), 9223372036854775807U);
  for (const auto* text : {"-1", "1.5", "9223372036854775808", "1e400", "", R"("1")", "null"}) {
    EXPECT_FALSE(parse_uint(text)) << text;
  }
}

TEST(Value, BooleansAreRead) {
  EXPECT_EQ(parse_bool("true"), true);
  EXPECT_EQ(parse_bool("false"), false);
  EXPECT_FALSE(parse_bool("1"));
}

}  // namespace
}  // namespace tidegate::json
