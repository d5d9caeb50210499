#include "waf/upload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "waf/checks.h"

namespace tidegate::waf {
namespace {

using namespace std::string_view_literals;
using testing::ElementsAre;
using testing::IsEmpty;

std::string_view name_of(std::string_view content) {
  const auto* const format = find_format(content);
  return format == nullptr ? "" : format->name;
}

TEST(Upload, KnowsFilesByHowTheyBegin) {
  EXPECT_EQ(name_of("\x89PNG\r\n\x1a\n..."sv), "png");
  EXPECT_EQ(name_of("\xff\xd8\xff\xe0"sv), "jpeg");
  EXPECT_EQ(name_of("RIFF\1\2\3\4WEBPVP8 "sv), "webp");
  EXPECT_EQ(name_of("RIFF\1\2\3\4WAVEfmt "sv), "wav");
  EXPECT_EQ(name_of("\0\0\0\x18"
                    "ftypmp42"sv),
            "iso-media");
  EXPECT_EQ(name_of("\x7f"
                    "ELF\2\1"sv),
            "elf");
  EXPECT_EQ(name_of("MZ\x90\0\3\0"sv), "pe");
  EXPECT_EQ(name_of("MZ is how this note begins"sv), "text");
  EXPECT_EQ(name_of("#!/bin/sh"sv), "script");
  EXPECT_EQ(name_of("a,b\n1,2"sv), "text");
  EXPECT_EQ(name_of("\1\2\0\3"sv), "");
  EXPECT_EQ(name_of(""sv), "");
}

TEST(Upload, TellsNamesAndTypesThatDoNotFit) {
  const auto* const png = find_format("\x89PNG\r\n\x1a\n"sv);
  const auto* const text = find_format("hello"sv);
  EXPECT_TRUE(fits_name(png, "A.PNG"));
  EXPECT_FALSE(fits_name(png, "a.jpg"));
  EXPECT_FALSE(fits_name(text, "a.png"));
  EXPECT_FALSE(fits_name(nullptr, "a.png"));
  EXPECT_TRUE(fits_name(text, "a.unheard"));
  EXPECT_TRUE(fits_name(text, "README"));
  EXPECT_TRUE(fits_type(png, "image/png"));
  EXPECT_FALSE(fits_type(png, "image/gif"));
  EXPECT_FALSE(fits_type(text, "image/png"));
  EXPECT_TRUE(fits_type(text, "application/octet-stream"));
  EXPECT_TRUE(fits_type(text, ""));
}

TEST(Upload, IsJudgedBySizeAndKind) {
  const auto checks = [](const Upload& upload, const UploadPolicy& policy) {
    std::vector<Check> out;
    check_upload(upload, policy, out);
    return out;
  };
  const Upload png{"f", "a.png", "image/png", "\x89PNG\r\n\x1a\n"sv};
  EXPECT_THAT(checks(png, {}), IsEmpty());
  EXPECT_THAT(checks(png, {.max_file_bytes = 4}), ElementsAre(Check::kTooLarge));
  EXPECT_THAT(checks(png, {.allowed = {"pdf"}}), ElementsAre(Check::kNotAllowed));
  EXPECT_THAT(checks({"f", "a.png", "image/png",
                      "\x7f"
                      "ELF"sv},
                     {}),
              ElementsAre(Check::kExecutable, Check::kNameMismatch, Check::kTypeMismatch));
}

TEST(Upload, EveryFormatFitsItsOwnNamesAndTypes) {
  for (const auto& format : formats()) {
    EXPECT_TRUE(format.extensions.starts_with(' ') && format.extensions.ends_with(' '));
    EXPECT_TRUE(format.types.starts_with(' ') && format.types.ends_with(' '));
  }
}

}  // namespace
}  // namespace tidegate::waf
