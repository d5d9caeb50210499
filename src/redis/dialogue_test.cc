#include "redis/dialogue.h"

#include <gtest/gtest.h>

#include "redis/command.h"

namespace tidegate::redis {
namespace {

using Connection = pipeline::Dialogue::Connection;
using Progress = pipeline::Dialogue::Progress;

Dialogue make(std::string password = "") {
  std::string commands;
  append_command(commands, {"GET", "a"});
  append_command(commands, {"GET", "b"});
  return Dialogue({"", Secret(std::move(password)), 0}, commands, 2, 100);
}

// "done", "goes on", or the error's code.
std::string take(Dialogue& dialogue, std::string_view bytes) {
  std::string say;
  const auto progress = dialogue.take(bytes, say);
  EXPECT_EQ(say, "");
  if (!progress) return std::string(to_string(progress.error().code));
  return *progress == Progress::kDone ? "done" : "goes on";
}

TEST(RedisDialogue, IsOverWithTheLastReply) {
  Dialogue dialogue = make();
  EXPECT_EQ(dialogue.begin(Connection::kNew), dialogue.begin(Connection::kUsed));
  EXPECT_EQ(take(dialogue, "$-1\r\n$1\r"), "goes on");
  EXPECT_EQ(take(dialogue, "\nx\r\n"), "done");
  ASSERT_EQ(dialogue.replies().size(), 2U);
  EXPECT_EQ(dialogue.replies()[0].kind, Reply::Kind::kNil);
  EXPECT_EQ(dialogue.replies()[1].text, "x");
}

TEST(RedisDialogue, LogsInOnNewConnectionsAlone) {
  Dialogue dialogue = make("pw");
  const std::string used = dialogue.begin(Connection::kUsed);
  EXPECT_EQ(dialogue.begin(Connection::kNew), "*2\r\n$4\r\nAUTH\r\n$2\r\npw\r\n" + used);
  EXPECT_EQ(take(dialogue, "+OK\r\n$-1\r\n"), "goes on");
  EXPECT_EQ(take(dialogue, "$-1\r\n"), "done");
}

TEST(RedisDialogue, FailsWhereTheLoginIsRefused) {
  Dialogue dialogue = make("pw");
  dialogue.begin(Connection::kNew);
  EXPECT_EQ(take(dialogue, "-WRONGPASS no\r\n-NOAUTH no\r\n-NOAUTH no\r\n"), "forbidden");
}

TEST(RedisDialogue, TakesWhatACommandFailsWithAsItsReply) {
  Dialogue dialogue = make();
  dialogue.begin(Connection::kNew);
  EXPECT_EQ(take(dialogue, "-LOADING it loads\r\n$-1\r\n"), "done");
  EXPECT_EQ(dialogue.replies()[0].error_word(), "LOADING");
}

TEST(RedisDialogue, FailsWhereMoreIsSaidThanAsked) {
  Dialogue dialogue = make();
  dialogue.begin(Connection::kNew);
  EXPECT_EQ(take(dialogue, "$-1\r\n$-1\r\n+OK\r\n"), "protocol_violation");
}

TEST(RedisDialogue, BeginsAnewOnAnotherConnection) {
  Dialogue dialogue = make("pw");
  dialogue.begin(Connection::kUsed);
  EXPECT_EQ(take(dialogue, "$1\r\nx\r\n$5\r\nha"), "goes on");
  dialogue.begin(Connection::kNew);
  EXPECT_EQ(take(dialogue, "+OK\r\n$1\r\ny\r\n$-1\r\n"), "done");
  ASSERT_EQ(dialogue.replies().size(), 2U);
  EXPECT_EQ(dialogue.replies()[0].text, "y");
}

}  // namespace
}  // namespace tidegate::redis
