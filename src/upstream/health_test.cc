#include "upstream/health.h"

#include <gtest/gtest.h>

namespace tidegate::upstream {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart{std::chrono::hours(1)};

config::PassiveHealth policy() {
  config::PassiveHealth made;
  made.consecutive_failures = 3;
  made.ejection_time = 1s;
  made.max_ejection_time = 5s;
  return made;
}

// One request that ends at once.
bool answer(EndpointHealth& health, const config::PassiveHealth& policy, Verdict verdict,
            SteadyTime now) {
  health.start(now);
  return health.finish(policy, verdict, true, now);
}

bool fail_times(EndpointHealth& health, const config::PassiveHealth& policy, int times,
                SteadyTime now) {
  bool ejected = false;
  for (int i = 0; i < times; ++i) ejected = answer(health, policy, Verdict::kFailure, now);
  return ejected;
}

TEST(JudgeStatus, AClientsOwnErrorSaysNothingOfTheServer) {
  for (const int status : {400, 401, 403, 404, 413, 422}) {
    EXPECT_EQ(judge_status(static_cast<std::uint16_t>(status)), Verdict::kSilent) << status;
  }
  for (const int status : {408, 429, 500, 502, 503, 504, 529}) {
    EXPECT_EQ(judge_status(static_cast<std::uint16_t>(status)), Verdict::kFailure) << status;
  }
  EXPECT_EQ(judge_status(200), Verdict::kSuccess);
  EXPECT_EQ(judge_status(304), Verdict::kSuccess);
}

TEST(JudgeError, OnlyTheUpstreamsFaultsCount) {
  EXPECT_EQ(judge_error(Error(ErrorCode::kTlsFailure, Origin::kUpstream)), Verdict::kFailure);
  EXPECT_EQ(judge_error(Error(ErrorCode::kTimeout, Origin::kUpstream)), Verdict::kFailure);
  EXPECT_EQ(judge_error(Error(ErrorCode::kDnsFailure, Origin::kUpstream)), Verdict::kFailure);
  EXPECT_EQ(judge_error(Error(ErrorCode::kConnectionReset, Origin::kDownstream)), Verdict::kSilent);
  EXPECT_EQ(judge_error(Error(ErrorCode::kCancelled, Origin::kUpstream)), Verdict::kSilent);
}

TEST(EndpointHealth, EjectsAfterFailuresInARowOnly) {
  EndpointHealth health;
  EXPECT_FALSE(fail_times(health, policy(), 2, kStart));
  answer(health, policy(), Verdict::kSuccess, kStart);
  EXPECT_FALSE(fail_times(health, policy(), 2, kStart));
  EXPECT_TRUE(health.available(kStart));
  EXPECT_TRUE(answer(health, policy(), Verdict::kFailure, kStart));
  EXPECT_FALSE(health.available(kStart));
  EXPECT_EQ(health.circuit(kStart), Circuit::kOpen);
}

TEST(EndpointHealth, SilentAnswersNeitherCountNorBreakTheRow) {
  EndpointHealth health;
  fail_times(health, policy(), 2, kStart);
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(answer(health, policy(), Verdict::kSilent, kStart));
  EXPECT_TRUE(answer(health, policy(), Verdict::kFailure, kStart));
}

TEST(EndpointHealth, HalfOpenLetsOneRequestTryAndSuccessCloses) {
  EndpointHealth health;
  fail_times(health, policy(), 3, kStart);
  const SteadyTime later = kStart + 1s;
  EXPECT_EQ(health.circuit(later), Circuit::kHalfOpen);
  ASSERT_TRUE(health.available(later));

  health.start(later);
  EXPECT_FALSE(health.available(later));  // one at a time
  health.finish(policy(), Verdict::kSuccess, true, later);

  EXPECT_EQ(health.circuit(later), Circuit::kClosed);
  EXPECT_FALSE(fail_times(health, policy(), 2, later));  // and it starts from nothing
}

TEST(EndpointHealth, AFailedProbeEjectsForTwiceAsLongUpToTheLongest) {
  EndpointHealth health;
  fail_times(health, policy(), 3, kStart);
  SteadyTime now = kStart;
  for (const auto expected : {1s, 2s, 4s, 5s, 5s}) {
    EXPECT_EQ(health.open_until() - now, expected);
    now = health.open_until();
    EXPECT_FALSE(health.available(now - 1ms));
    EXPECT_TRUE(answer(health, policy(), Verdict::kFailure, now));
  }
}

TEST(EndpointHealth, AProbeThatNobodyFinishesDoesNotBlockForEver) {
  EndpointHealth health;
  fail_times(health, policy(), 3, kStart);
  health.start(kStart + 1s);
  EXPECT_FALSE(health.available(kStart + 2s));
  EXPECT_TRUE(health.available(kStart + 62s));
}

TEST(EndpointHealth, TheRatioNeedsItsVolumeAndForgetsOldRequests) {
  config::PassiveHealth ratio = policy();
  ratio.consecutive_failures = 0;
  ratio.failure_ratio = 0.5;
  ratio.min_requests = 10;
  ratio.window = 8s;
  EndpointHealth health;
  for (int i = 0; i < 4; ++i) {
    EXPECT_FALSE(answer(health, ratio, Verdict::kFailure, kStart));
    EXPECT_FALSE(answer(health, ratio, Verdict::kSuccess, kStart));
  }
  // Ten seconds later the eight before count no more.
  EXPECT_FALSE(fail_times(health, ratio, 9, kStart + 10s));
  EXPECT_TRUE(answer(health, ratio, Verdict::kFailure, kStart + 10s));
}

TEST(EndpointHealth, AFullShareOfEjectedEndpointsKeepsThisOneIn) {
  EndpointHealth health;
  fail_times(health, policy(), 2, kStart);
  health.start(kStart);
  EXPECT_FALSE(health.finish(policy(), Verdict::kFailure, false, kStart));
  EXPECT_TRUE(health.available(kStart));
}

TEST(EndpointHealth, RetryAfterIsHonouredWithinBounds) {
  EndpointHealth health;
  health.cool_down(policy(), 2s, kStart);
  EXPECT_FALSE(health.available(kStart + 1999ms));
  EXPECT_TRUE(health.available(kStart + 2s));
  health.cool_down(policy(), 10h, kStart);
  EXPECT_TRUE(health.available(kStart + 5s));
}

TEST(EndpointHealth, LatencyFollowsWhatIsNewer) {
  EndpointHealth health;
  EXPECT_EQ(health.latency(), 0us);
  health.note_latency(1000us);
  EXPECT_EQ(health.latency(), 1000us);
  for (int i = 0; i < 40; ++i) health.note_latency(100us);
  EXPECT_NEAR(static_cast<double>(health.latency().count()), 100, 5);
}

TEST(EndpointHealth, ChecksNeedTheirThresholds) {
  config::ActiveHealth active;
  active.unhealthy_threshold = 2;
  active.healthy_threshold = 3;
  EndpointHealth health;
  health.note_check(active, false);
  health.note_check(active, true);  // breaks the row
  health.note_check(active, false);
  EXPECT_TRUE(health.available(kStart));
  health.note_check(active, false);
  EXPECT_FALSE(health.available(kStart));
  health.note_check(active, true);
  health.note_check(active, true);
  EXPECT_FALSE(health.available(kStart));
  health.note_check(active, true);
  EXPECT_TRUE(health.available(kStart));
}

TEST(RetryAfter, IsSecondsOrADate) {
  const WallTime now = std::chrono::system_clock::from_time_t(784111777);  // 1994-11-06 08:49:37
  EXPECT_EQ(parse_retry_after("7", now), 7s);
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now), 60s);
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now), 0s);
  EXPECT_EQ(parse_retry_after("soon", now), std::nullopt);
  EXPECT_EQ(parse_retry_after("-1", now), std::nullopt);
  EXPECT_EQ(parse_retry_after("", now), std::nullopt);
}

}  // namespace
}  // namespace tidegate::upstream
