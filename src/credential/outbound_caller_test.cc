// Calls to token endpoints over real sockets on loopback, and where calls must not go.
#include "credential/outbound_caller.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "async/task_group.h"
#include "support/pollers.h"
#include "support/raw_peer.h"

namespace tidegate::credential {
namespace {

using testing::RawListener;

class Outbound : public ::testing::Test {
 protected:
  void start(TokenRequest request) { loop.group.spawn(run(std::move(request), *this)); }
  static async::Task<void> run(TokenRequest request, Outbound& test) {
    test.answer.emplace(co_await test.caller.call(std::move(request), test.scope));
  }
  std::string url(std::string_view path) const {
    return "http://127.0.0.1:" + std::to_string(endpoint.port()) + std::string(path);
  }
  void await_request(std::string_view end = "\r\n\r\n") {
    loop.run_until(
        [&] { return endpoint.accepted(1) && endpoint.peer(0).received().ends_with(end); });
  }
  Error fail_with(TokenRequest request) {
    start(std::move(request));
    loop.run_until_idle();
    EXPECT_FALSE(*answer);
    return answer->error();
  }

  testing::Loop loop{testing::PollerKind::kEpoll};
  io::SharedBuffer shared;
  async::CancelScope scope;
  OutboundCaller caller{loop.reactor, shared, nullptr};
  RawListener endpoint;
  std::optional<Result<TokenAnswer>> answer;
};

TEST_F(Outbound, PostsAFormAndReadsTheAnswer) {
  start(make_form_request(url("/token"), "a=b"));
  await_request("a=b");
  const std::string& sent = endpoint.peer(0).received();
  EXPECT_TRUE(sent.starts_with("POST /token HTTP/1.1\r\n")) << sent;
  EXPECT_NE(sent.find("content-type: application/x-www-form-urlencoded\r\n"), std::string::npos);
  endpoint.peer(0).send(
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n");
  loop.run_until_idle();
  ASSERT_TRUE(*answer) << answer->error().detail;
  EXPECT_EQ((*answer)->status, 200);
  EXPECT_EQ((*answer)->body, "{}");
}

TEST_F(Outbound, DoesNotFollowRedirects) {
  start(TokenRequest("GET", url("/"), Reach::kMetadata));
  await_request();
  endpoint.peer(0).send(
      "HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n");
  loop.run_until_idle();
  ASSERT_TRUE(*answer);
  EXPECT_EQ((*answer)->status, 302);
  EXPECT_EQ(endpoint.count(), 1U);
}

TEST_F(Outbound, BoundsTheAnswerInSize) {
  start(TokenRequest("GET", url("/"), Reach::kMetadata));
  await_request();
  endpoint.peer(0).send("HTTP/1.1 200 OK\r\n\r\n");
  const std::string block(64 * 1024, 'x');
  for (int i = 0; i < 5 && !answer; ++i) {
    endpoint.peer(0).send(block);
    loop.turn(0);
    loop.turn(0);
  }
  loop.run_until_idle();
  ASSERT_FALSE(*answer);
  EXPECT_EQ(answer->error().code, ErrorCode::kLimit);
}

TEST_F(Outbound, BoundsTheCallInTime) {
  start(TokenRequest("GET", url("/"), Reach::kMetadata));
  await_request();
  loop.clock.ahead += OutboundCaller::kCallTimeout;
  loop.run_until_idle();
  ASSERT_FALSE(*answer);
  EXPECT_EQ(answer->error().code, ErrorCode::kTimeout);
}

TEST_F(Outbound, EndsWithItsScope) {
  start(TokenRequest("GET", url("/"), Reach::kMetadata));
  await_request();
  scope.request();
  loop.run_until_idle();
  ASSERT_FALSE(*answer);
  EXPECT_EQ(answer->error().code, ErrorCode::kCancelled);
}

TEST_F(Outbound, NeverGoesToMetadataAddressesForATokenEndpoint) {
  for (const char* where : {"https://169.254.169.254/t", "http://169.254.169.254/t",
                            "https://[::ffff:169.254.169.254]/t", "https://[fd00:ec2::254]/t",
                            "https://[fe80::1]/t", "http://192.0.2.1/t"}) {
    const Error error = fail_with(TokenRequest("GET", where, Reach::kTokenEndpoint));
    EXPECT_EQ(error.code, ErrorCode::kUnsupported) << where;
  }
}

TEST(OutboundReach, DependsOnTheAddressAndTheScheme) {
  const auto reach = [](const char* ip, bool tls, Reach to) {
    return is_within_reach(*io::Address::parse(ip, 80), tls, to);
  };
  EXPECT_TRUE(reach("169.254.169.254", false, Reach::kMetadata));
  EXPECT_TRUE(reach("192.0.2.1", true, Reach::kTokenEndpoint));
  EXPECT_TRUE(reach("127.0.0.1", false, Reach::kTokenEndpoint));
  EXPECT_TRUE(reach("::1", false, Reach::kTokenEndpoint));
  EXPECT_FALSE(reach("192.0.2.1", false, Reach::kTokenEndpoint));
  EXPECT_FALSE(reach("169.254.170.2", true, Reach::kTokenEndpoint));
}

TEST(Url, ReadsWhatCallsNeed) {
  const auto plain = parse_url("https://issuer.example/a/b?c=d#e");
  ASSERT_TRUE(plain);
  EXPECT_TRUE(plain->tls);
  EXPECT_EQ(plain->host, "issuer.example");
  EXPECT_EQ(plain->port, 443);
  EXPECT_EQ(plain->authority, "issuer.example");
  EXPECT_EQ(plain->target, "/a/b?c=d");
  const auto literal = parse_url("http://[::1]:8080?q");
  ASSERT_TRUE(literal);
  EXPECT_EQ(literal->host, "::1");
  EXPECT_EQ(literal->authority, "[::1]:8080");
  EXPECT_EQ(literal->target, "/?q");
}

TEST(Url, RefusesWhatIsNoTokenEndpoint) {
  for (const char* text :
       {"", "issuer.example", "ftp://x/", "https://", "https:///p", "https://a b/",
        "https://user:hunter2@host/", "https://h:0/", "https://h:99999/", "https://h:8x/",
        "https://[::1/", "https://[::1]x/", "https://h\\@e/"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().detail.find("hunter2"), std::string::npos);
  }
}

}  // namespace
}  // namespace tidegate::credential
