#include "redis/login.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidegate::redis {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string commands_of(const Login& login, std::size_t count) {
  std::string out;
  EXPECT_EQ(append_login(login, out), count);
  return out;
}

TEST(RedisLogin, SaysNothingWithoutAPasswordAndADatabase) { EXPECT_EQ(commands_of({}, 0), ""); }

TEST(RedisLogin, NamesTheUserWhereThereIsOne) {
  EXPECT_EQ(commands_of({"", Secret("pw"), 0}, 1), "*2\r\n$4\r\nAUTH\r\n$2\r\npw\r\n");
  EXPECT_EQ(commands_of({"ann", Secret("pw"), 3}, 2),
            "*3\r\n$4\r\nAUTH\r\n$3\r\nann\r\n$2\r\npw\r\n*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n");
}

TEST(RedisLogin, TellsOfARefusalItsFirstWordAlone) {
  Reply reply;
  reply.kind = Reply::Kind::kError;
  reply.text = "WRONGPASS invalid canary pair";
  const auto checked = check_login(reply);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ErrorCode::kForbidden);
  EXPECT_THAT(checked.error().detail, HasSubstr("WRONGPASS"));
  EXPECT_THAT(checked.error().detail, Not(HasSubstr("canary")));
}

TEST(RedisLogin, HasOneSessionPerUserPasswordAndDatabase) {
  const std::string one = name_session({"ann", Secret("canary"), 0});
  EXPECT_EQ(one, name_session({"ann", Secret("canary"), 0}));
  EXPECT_NE(one, name_session({"ann", Secret("other"), 0}));
  EXPECT_NE(one, name_session({"bob", Secret("canary"), 0}));
  EXPECT_NE(one, name_session({"ann", Secret("canary"), 1}));
  EXPECT_THAT(one, Not(HasSubstr("canary")));
}

}  // namespace
}  // namespace tidegate::redis
