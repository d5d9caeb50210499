#include "credential/subject_tokens.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "credential/authorization.h"
#include "credential/scripted_caller.h"
#include "stream/memory_body.h"
#include "support/pollers.h"

namespace tidegate::credential {
namespace {

using std::chrono::minutes;

std::string reply(const std::string& token) {
  return R"({"access_token":")" + token + R"(","token_type":"Bearer","expires_in":3600})";
}

class Subjects : public ::testing::Test {
 protected:
  Subjects() {
    auto credentials = std::make_shared<config::Credentials>();
    auto& exchange = credentials->source.emplace<config::TokenExchange>();
    exchange.token_url = "https://issuer.example/token";
    exchange.of_caller = true;
    backend.id = "Backend/ns/b";
    backend.credentials = credentials;
    subjects.emplace(backend.id, credentials, parts);
  }

  // What a request of this caller shows upstream; "!" and the detail of a failure.
  std::string show(std::string_view token) {
    std::string shown;
    loop.group.spawn(run(*this, token, shown));
    loop.run_until_idle();
    return shown;
  }
  static async::Task<void> run(Subjects& test, std::string_view token, std::string& shown) {
    Arena arena;
    Authorization authorization(test.store, test.backend, arena, token);
    http::RequestHead head(arena);
    stream::MemoryBody body{std::string()};
    auto applied = co_await authorization.apply(head, body, test.scope);
    test.last = applied;
    shown =
        applied ? std::string(*head.fields.find("authorization")) : "!" + applied.error().detail;
  }

  testing::Loop loop{testing::PollerKind::kEpoll};
  async::TaskGroup background{loop.reactor};
  async::CancelScope stopping;
  async::CancelScope scope;
  ScriptedCaller caller{loop.reactor};
  ScriptedSurroundings surroundings;
  CacheParts parts{loop.reactor, background, stopping, caller, surroundings};
  Store store{parts};
  config::Backend backend;
  std::optional<SubjectTokens> subjects;
  Result<void> last;
};

TEST_F(Subjects, EachCallerHasATokenOfItsOwnThatIsExchangedOnce) {
  caller.answer(200, reply("for-ann"));
  caller.answer(200, reply("for-bob"));
  EXPECT_EQ(show("ann"), "Bearer for-ann");
  EXPECT_EQ(show("bob"), "Bearer for-bob");
  EXPECT_EQ(show("ann"), "Bearer for-ann");
  ASSERT_EQ(caller.requests.size(), 2U);
  EXPECT_NE(caller.requests[0].body.find("&subject_token=ann&"), std::string::npos);
  EXPECT_NE(caller.requests[1].body.find("&subject_token=bob&"), std::string::npos);
}

TEST_F(Subjects, ARefusedTokenIsTheCallersFaultAndAnotherFailureIsNot) {
  caller.answer(400, R"({"error":"invalid_grant","error_description":"ann is gone"})");
  EXPECT_EQ(show("ann"), "!token exchange endpoint answered 400 invalid_grant");
  EXPECT_EQ(last.error().code, ErrorCode::kForbidden);
  EXPECT_EQ(last.error().origin, Origin::kDownstream);
  caller.answer(401, R"({"error":"invalid_client"})");
  show("bob");
  EXPECT_EQ(last.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(last.error().origin, Origin::kUpstream);
}

TEST_F(Subjects, ACallerWithoutATokenIsRefusedWithoutACall) {
  EXPECT_EQ(show(""), "!the request has no bearer token to exchange");
  EXPECT_EQ(show("two words"), "!the request has no bearer token to exchange");
  EXPECT_EQ(last.error().code, ErrorCode::kForbidden);
  EXPECT_TRUE(caller.requests.empty());
}

TEST_F(Subjects, WhatWasExchangedEndsWithTheCallersOwnToken) {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
      loop.reactor.clock().wall_now().time_since_epoch());
  const std::string claims = R"({"exp":)" + std::to_string(now.count() + 60) + "}";
  const std::string token = "e30." + to_base64url(claims) + ".x";
  caller.answer(200, reply("one"));
  EXPECT_EQ(show(token), "Bearer one");
  loop.clock.ahead += std::chrono::seconds(61);
  loop.turn(0);
  caller.answer(400, R"({"error":"invalid_grant"})");
  EXPECT_EQ(show(token), "!token exchange endpoint answered 400 invalid_grant");
}

TEST_F(Subjects, ATokenThatSaysNothingOfItsEndIsExchangedAgainSoon) {
  caller.answer(200, reply("one"));
  EXPECT_EQ(show("opaque"), "Bearer one");
  loop.clock.ahead += minutes(6);
  loop.turn(0);
  caller.answer(200, reply("two"));
  EXPECT_EQ(show("opaque"), "Bearer two");
}

TEST_F(Subjects, AreBoundedAndThoseThatFailedGoFirst) {
  const auto kept = subjects->find("kept");
  for (std::size_t i = 1; i < SubjectTokens::kMaxSubjects; ++i) subjects->find(std::to_string(i));
  const auto first = subjects->find("1");
  // The scope is over before a fetch comes to anything, and nothing is scripted: it fails.
  const auto failed = subjects->find("2");
  loop.group.spawn([](TokenCache& cache, async::CancelScope& at) -> async::Task<void> {
    [[maybe_unused]] auto got = co_await cache.obtain(at);
  }(*failed, scope));
  loop.run_until_idle();
  ASSERT_TRUE(failed->has_failed());

  subjects->find("new");
  EXPECT_EQ(subjects->size(), SubjectTokens::kMaxSubjects);
  EXPECT_NE(subjects->find("2"), failed);  // took the place of "kept", the longest out of use
  EXPECT_EQ(subjects->find("1"), first);
  EXPECT_NE(subjects->find("kept"), kept);
}

TEST_F(Subjects, AreForgottenWhenTheyAreIdle) {
  const auto before = subjects->find("ann");
  loop.clock.ahead += SubjectTokens::kMaxIdle + minutes(1);
  loop.turn(0);
  subjects->find("bob");
  EXPECT_EQ(subjects->size(), 1U);
  EXPECT_NE(subjects->find("ann"), before);
}

}  // namespace
}  // namespace tidegate::credential
