#include "json/writer.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace tidegate::json {
namespace {

TEST(Writer, PutsCommasWhereTheyBelong) {
  std::string out;
  Writer(out)
      .begin_object()
      .member("a", "x")
      .key("b")
      .begin_array()
      .number(std::int64_t{-1})
      .begin_object()
      .end_object()
      .null()
      .end_array()
      .key("c")
      .begin_object()
      .member("d", std::uint64_t{18446744073709551615U})
      .end_object()
      .key("e")
      .boolean(Writer::Bool::kFalse)
      .key("f")
      .raw("[1]")
      .end_object();
  EXPECT_EQ(out, R"({"a":"x","b":[-1,{},null],"c":{"d":18446744073709551615},"e":false,"f":[1]})");
}

TEST(Writer, EscapesNamesAndTexts) {
  std::string out;
  Writer(out).begin_object().member("a\"", "b\n\xFF").end_object();
  EXPECT_EQ(out, "{\"a\\\"\":\"b\\n\xEF\xBF\xBD\"}");
}

TEST(Writer, DoublesReadBackExactly) {
  std::string out;
  Writer(out)
      .begin_array()
      .number(0.1)
      .number(1e300)
      .number(2.0)
      .number(std::numeric_limits<double>::infinity())
      .end_array();
  EXPECT_EQ(out, "[0.1,1e+300,2,null]");
}

TEST(Writer, KeepsRawTextOnOneLine) {
  std::string out = "data:\n";
  Writer writer(out);
  writer.begin_object().key("a").raw("{\r\n  \"b\": \"c\\n\"\n}").end_object();
  EXPECT_EQ(out, "data:\n{\"a\":{    \"b\": \"c\\n\" }}");
}

}  // namespace
}  // namespace tidegate::json
