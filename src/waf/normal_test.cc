#include "waf/normal.h"

#include <gtest/gtest.h>

#include <string>

namespace tidegate::waf {
namespace {

using guard::Form;

std::string normal(std::string_view text) {
  std::string out;
  normalize(text, out);
  return out;
}

std::string form(Form wanted, std::string_view text) {
  std::string out;
  const bool differs = to_form(wanted, text, out);
  EXPECT_EQ(differs, wanted != Form::kText && out != text);
  return differs ? out : std::string(text);
}

TEST(Normal, UndoesEscapesTwice) {
  EXPECT_EQ(normal("%3CScript%3e"), "<script>");
  EXPECT_EQ(normal("%253Cx%253E"), "<x>");
  EXPECT_EQ(normal("%25253Cx"), "%3cx");
  EXPECT_EQ(normal("&lt;a&gt;&#x28;&#41;&colon;&Tab;x"), "<a>(): x");
  EXPECT_EQ(normal("\\u003cb\\x3e%u003c"), "<b><");
  EXPECT_EQ(normal("100% of &co; \\x &#; %zz"), "100% of &co; \\x &#; %zz");
}

TEST(Normal, FoldsCaseAlphabetsAndInvisibleCharacters) {
  EXPECT_EQ(normal("ＳＥＬＥＣＴ"), "select");
  EXPECT_EQ(normal("un\u200Bion"), "union");
  EXPECT_EQ(normal("..\xC0\xAF.."), "../..");
  std::string out;
  EXPECT_TRUE(normalize(std::string_view("a\0b", 3), out).nul);
  EXPECT_EQ(out, "ab");
  EXPECT_TRUE(normalize("a\x01", out).control);
  EXPECT_FALSE(normalize("a\r\n\tb", out).control);
  EXPECT_TRUE(normalize("%41", out).escaped);
  EXPECT_FALSE(normalize("50%", out).escaped);
}

TEST(Normal, SeesWhatADatabaseSees) {
  EXPECT_EQ(form(Form::kSql, "union/**/all\n select"), "union all select");
  EXPECT_EQ(form(Form::kSql, "/*!50000union*/ x"), " union x");
  EXPECT_EQ(form(Form::kSql, "a /* open"), "a ");
  EXPECT_EQ(form(Form::kSql, "a/b*c"), "a/b*c");
}

TEST(Normal, SeesWhatAShellSees) {
  EXPECT_EQ(form(Form::kShell, "c'a't \"/e\"tc^/\\p"), "cat /etc/p");
  EXPECT_EQ(form(Form::kShell, "cat${ifs}x$@y$ifs$9z"), "cat xy z");
}

TEST(Normal, SeesWhatAFileSystemSees) {
  EXPECT_EQ(form(Form::kPath, "..\\..//x/./y"), "../../x/y");
  EXPECT_EQ(form(Form::kPath, "http://a//b"), "http://a/b");
  EXPECT_EQ(form(Form::kPath, "/.env"), "/.env");
}

}  // namespace
}  // namespace tidegate::waf
