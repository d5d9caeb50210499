#include "base/utf8.h"

#include <gtest/gtest.h>

#include <string_view>

namespace tidegate {
namespace {

TEST(CodePoints, TakesOnlyWhatIsWellFormed) {
  EXPECT_EQ(decode_point("é").value, U'é');
  EXPECT_EQ(decode_point("😀").bytes, 4U);
  for (const char* bad :
       {"\x80", "\xC0\x80", "\xE0\x80\x80", "\xF4\x90\x80\x80", "\xC3", "\xC3("}) {
    EXPECT_EQ(decode_point(bad).value, 0xFFFDU) << bad;
    EXPECT_EQ(decode_point(bad).bytes, 1U) << bad;
  }
}

TEST(CodePoints, AreWrittenAsTheyAreRead) {
  for (const char32_t point :
       {U'\0', U'a', U'\x7F', U'\x80', U'\x7FF', U'\x800', U'\xFFFD', U'\x10000', U'\x10FFFF'}) {
    char bytes[4];
    const std::string_view written(bytes, encode_point(point, bytes));
    const CodePoint read = decode_point(written);
    EXPECT_TRUE(read.valid);
    EXPECT_EQ(read.value, point);
    EXPECT_EQ(read.bytes, written.size());
  }
}

}  // namespace
}  // namespace tidegate
