#include "telemetry/log.h"

#include <gtest/gtest.h>

#include <string>

namespace tidegate::telemetry {
namespace {

TEST(Log, FieldsFollowTheMessageAsText) {
  std::string out;
  format_log_text("endpoint ejected", {{"backend", "a b"}, {"why", "say \"no\"\n"}},
                  LogFormat::kText, out);
  EXPECT_EQ(out, R"(endpoint ejected backend="a b" why="say \"no\"\n")");
}

TEST(Log, FieldsAreMembersOfAJsonLine) {
  std::string out;
  format_log_text("bad \xff", {{"file", "x.yaml"}}, LogFormat::kJson, out);
  EXPECT_EQ(out, "\"message\":\"bad \xef\xbf\xbd\",\"file\":\"x.yaml\"");
}

TEST(Log, JsonLinesCarryTimeLevelAndMessage) {
  testing::internal::CaptureStderr();
  configure_log(LogLevel::kWarn, LogFormat::kJson);
  log(LogLevel::kInfo, "not shown");
  log(LogLevel::kWarn, "shown", {{"n", "1"}});
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(text.starts_with("{\"time\":\"2")) << text;
  EXPECT_TRUE(text.ends_with("Z\",\"level\":\"warn\",\"message\":\"shown\",\"n\":\"1\"}\n"))
      << text;
  EXPECT_FALSE(is_logged(LogLevel::kInfo));
}

TEST(Log, LevelsHaveNames) {
  EXPECT_EQ(parse_log_level("debug"), LogLevel::kDebug);
  EXPECT_EQ(parse_log_level("error"), LogLevel::kError);
  EXPECT_EQ(parse_log_level("loud"), std::nullopt);
}

}  // namespace
}  // namespace tidegate::telemetry
