#include "base/base64.h"

#include <gtest/gtest.h>

namespace tidegate {
namespace {

std::string encode(std::string_view bytes, Base64 alphabet = Base64::kStandard) {
  std::string out;
  append_base64(out, bytes, alphabet);
  return out;
}

TEST(Base64, EncodesTheVectorsOfTheRfc) {
  EXPECT_EQ(encode(""), "");
  EXPECT_EQ(encode("f"), "Zg==");
  EXPECT_EQ(encode("fo"), "Zm8=");
  EXPECT_EQ(encode("foo"), "Zm9v");
  EXPECT_EQ(encode("foobar"), "Zm9vYmFy");
  EXPECT_EQ(encode("\xfb\xff", Base64::kUrl), "-_8");
  EXPECT_EQ(encode("\xfb\xff"), "+/8=");
}

TEST(Base64, ReadsEveryByteBackFromEitherAlphabet) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes += static_cast<char>(i);
    EXPECT_EQ(parse_base64(encode(bytes)), bytes);
    EXPECT_EQ(parse_base64(encode(bytes, Base64::kUrl)), bytes);
  }
}

TEST(Base64, RefusesWhatIsNone) {
  for (const auto* text : {"A", "A===", "Zg=", "Zg==Zg==", "Zm9v=", "Zm 9v", "Zm9v\n", "===="}) {
    EXPECT_FALSE(parse_base64(text)) << text;
  }
  EXPECT_EQ(parse_base64("Zg"), "f");
}

}  // namespace
}  // namespace tidegate
