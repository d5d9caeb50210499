#include "upstream/backend_state.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>

#include "upstream/call_fixture.h"

namespace tidegate::upstream {
namespace {

using testing::RawListener;

class BackendStates : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(BackendStates);

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

struct NoTls final : TlsSource {
  Result<std::shared_ptr<const io::ClientTls>> client_tls(
      const config::Backend& backend) const override {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal, "bad PEM of " + backend.id);
  }
};

struct Fixture {
  explicit Fixture(testing::PollerKind kind) : loop(kind) {}
  ~Fixture() {
    state.reset();
    loop.run_until([this] { return background.size() == 0; });
  }

  std::shared_ptr<config::Backend> config_of(std::initializer_list<const RawListener*> endpoints) {
    auto made = std::make_shared<config::Backend>();
    made->id = "Backend/ns/a";
    std::vector<config::Endpoint> list;
    for (const RawListener* one : endpoints) list.push_back({"127.0.0.1", one->port()});
    made->destination = std::move(list);
    return made;
  }
  void open(std::shared_ptr<const config::Backend> config) {
    state.emplace(std::move(config), tls, resources);
  }
  Result<std::unique_ptr<Call>> call(Try& attempt, std::string_view avoid = {}) {
    TryRequest request(attempt.arena, attempt.scope);
    request.avoid = avoid;
    return state->make_call(request);
  }
  // One exchange, whichever endpoint gets it.
  void exchange(std::initializer_list<RawListener*> servers) {
    Try attempt("GET");
    auto made = call(attempt);
    ASSERT_TRUE(made);
    attempt.call = std::move(*made);
    attempt.start(loop.group);
    loop.run_until([&] {
      for (RawListener* server : servers) {
        for (std::size_t i = 0; i < server->count(); ++i) {
          if (server->peer(i).take().ends_with("\r\n\r\n")) server->peer(i).send(kOk);
        }
      }
      return loop.group.size() == 0;
    });
    EXPECT_TRUE(attempt.ended);
  }

  testing::Loop loop;
  io::SharedBuffer shared;
  Random random{7};
  async::TaskGroup background{loop.reactor};
  WorkerResources resources{loop.reactor, shared, random, background, nullptr};
  NoTls tls;
  std::optional<BackendState> state;
};

TEST_P(BackendStates, SpreadCallsOverEndpoints) {
  Fixture f(GetParam());
  RawListener a, b, c;
  f.open(f.config_of({&a, &b, &c}));
  std::map<std::string, int> chosen;
  std::deque<Try> tries;
  for (int i = 0; i < 300; ++i) {
    auto made = f.call(tries.emplace_back());
    ASSERT_TRUE(made);
    ++chosen[std::string((*made)->facts().endpoint)];
  }
  ASSERT_EQ(chosen.size(), 3U);
  for (const auto& [name, count] : chosen) EXPECT_GT(count, 60) << name;
}

TEST_P(BackendStates, PreferTheEndpointWithLessToDo) {
  Fixture f(GetParam());
  RawListener busy, free;
  f.open(f.config_of({&busy}));
  Try holder("GET");
  holder.call = std::move(*f.call(holder));
  holder.start(f.loop.group);
  f.loop.run_until([&] { return busy.accepted(1); });
  f.state->update(f.config_of({&busy, &free}), f.tls);
  const std::string expected = "127.0.0.1:" + std::to_string(free.port());
  for (int i = 0; i < 20; ++i) {
    Try attempt("GET");
    auto made = f.call(attempt);
    EXPECT_EQ((*made)->facts().endpoint, expected);
  }
  holder.scope.request();
  f.loop.run_until_idle();
}

TEST_P(BackendStates, AvoidTheEndpointOfTheTryBefore) {
  Fixture f(GetParam());
  RawListener a, b;
  f.open(f.config_of({&a, &b}));
  const std::string avoided = "127.0.0.1:" + std::to_string(a.port());
  for (int i = 0; i < 20; ++i) {
    Try attempt("GET");
    EXPECT_NE((*f.call(attempt, avoided))->facts().endpoint, avoided);
  }
  f.state->update(f.config_of({&a}), f.tls);
  Try attempt("GET");
  EXPECT_EQ((*f.call(attempt, avoided))->facts().endpoint, avoided);  // there is no other
}

TEST_P(BackendStates, AreUnavailableWithoutEndpoints) {
  Fixture f(GetParam());
  f.open(f.config_of({}));
  Try attempt("GET");
  const auto made = f.call(attempt);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::kUnavailable);
}

TEST_P(BackendStates, FailForUnusableTlsMaterial) {
  Fixture f(GetParam());
  RawListener a;
  auto config = f.config_of({&a});
  config->tls = std::make_shared<const config::UpstreamTls>();
  f.open(config);
  Try attempt("GET");
  const auto made = f.call(attempt);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::kTlsFailure);
}

TEST_P(BackendStates, KeepConnectionsOfEndpointsThatStay) {
  Fixture f(GetParam());
  RawListener a, b;
  f.open(f.config_of({&a}));
  f.exchange({&a});
  f.state->update(f.config_of({&a}), f.tls);
  f.exchange({&a});
  EXPECT_EQ(a.count(), 1U);
  f.state->update(f.config_of({&b}), f.tls);
  f.exchange({&b});
  f.loop.run_until([&] { return a.peer(0).ended(); });  // it is gone, and so is its connection
}

TEST_P(BackendStates, LetCallsOnAnEndpointThatGoesEnd) {
  Fixture f(GetParam());
  RawListener a, b;
  f.open(f.config_of({&a}));
  Try attempt("GET");
  attempt.call = std::move(*f.call(attempt));
  attempt.start(f.loop.group);
  f.loop.run_until([&] { return a.accepted(1) && a.peer(0).received().ends_with("\r\n\r\n"); });
  f.state->update(f.config_of({&b}), f.tls);
  a.peer(0).send(kOk);
  f.loop.run_until_idle();
  EXPECT_EQ(attempt.body, "ok");
  f.loop.run_until([&] { return a.peer(0).ended(); });
}

TEST_P(BackendStates, DropConnectionsWhenTheProtocolChanges) {
  Fixture f(GetParam());
  RawListener a;
  f.open(f.config_of({&a}));
  f.exchange({&a});
  auto other = f.config_of({&a});
  other->max_connections = 5;
  f.state->update(other, f.tls);
  f.exchange({&a});
  EXPECT_EQ(a.count(), 2U);
}

TEST_P(BackendStates, CloseWhatIsIdleForLong) {
  Fixture f(GetParam());
  RawListener a;
  f.open(f.config_of({&a}));
  f.exchange({&a});
  f.state->close_idle(f.loop.reactor.now() + std::chrono::seconds(1));
  f.loop.run_until([&] { return a.peer(0).ended(); });
}

TEST_P(BackendStates, WithoutAResolverFailForNames) {
  Fixture f(GetParam());
  auto config = std::make_shared<config::Backend>();
  config->destination = config::Fqdn{"api.example", 443};
  f.open(config);
  EXPECT_TRUE(f.state->needs_resolution());
  Result<void> result;
  async::CancelScope scope;
  f.loop.group.spawn(
      [](BackendState& s, async::CancelScope& c, Result<void>& out) -> async::Task<void> {
        out = co_await s.resolve(c);
      }(*f.state, scope, result));
  f.loop.run_until_idle();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kDnsFailure);
}

async::Task<void> connect(BackendState& state, async::CancelScope& scope,
                          Result<std::unique_ptr<io::Socket>>& out) {
  out = co_await state.connect_raw(scope);
}

TEST_P(BackendStates, ConnectRawAndChooseAddressesForBytes) {
  Fixture f(GetParam());
  RawListener a;
  f.open(f.config_of({&a}));
  async::CancelScope scope;
  Result<std::unique_ptr<io::Socket>> socket = nullptr;
  f.loop.group.spawn(connect(*f.state, scope, socket));
  f.loop.run_until_idle();
  ASSERT_TRUE(socket);
  ASSERT_NE(*socket, nullptr);
  EXPECT_EQ((*socket)->peer_address().port(), a.port());
  socket->reset();
}

TryReport report_of(std::string_view endpoint, Verdict verdict) {
  TryReport report;
  report.endpoint = endpoint;
  report.verdict = verdict;
  return report;
}

// The endpoints that a hundred calls choose; none: all are ejected.
std::map<std::string, int> chosen_by(Fixture& f) {
  std::map<std::string, int> chosen;
  std::deque<Try> tries;
  for (int i = 0; i < 100; ++i) {
    auto made = f.call(tries.emplace_back());
    if (made) ++chosen[std::string((*made)->facts().endpoint)];
  }
  return chosen;
}

void fail_times(Fixture& f, const std::string& endpoint, int times) {
  for (int i = 0; i < times; ++i) {
    f.state->begin(endpoint);
    f.state->finish(report_of(endpoint, Verdict::kFailure));
  }
}

TEST_P(BackendStates, PassOverEjectedEndpointsUntilAllAre) {
  Fixture f(GetParam());
  RawListener a, b;
  auto config = f.config_of({&a, &b});
  config->health.passive.emplace().consecutive_failures = 2;
  f.open(config);
  const auto names = chosen_by(f);
  ASSERT_EQ(names.size(), 2U);
  const std::string first = names.begin()->first;
  const std::string second = names.rbegin()->first;

  fail_times(f, first, 2);
  EXPECT_EQ(chosen_by(f), (std::map<std::string, int>{{second, 100}}));
  EXPECT_TRUE(f.state->available());

  fail_times(f, second, 2);
  EXPECT_TRUE(chosen_by(f).empty());
  EXPECT_FALSE(f.state->available());
  EXPECT_EQ(f.state->active_requests(), 0U);
}

TEST_P(BackendStates, EjectNoMoreThanTheirShare) {
  Fixture f(GetParam());
  RawListener a, b;
  auto config = f.config_of({&a, &b});
  config->health.passive.emplace().consecutive_failures = 2;
  config->health.passive->max_ejected_percent = 50;
  f.open(config);
  const auto names = chosen_by(f);

  for (const auto& [name, count] : names) fail_times(f, name, 5);

  EXPECT_EQ(chosen_by(f).size(), 1U);
}

TEST_P(BackendStates, DoNotLetGroupsFailRequestsThatCameByAnotherWay) {
  Fixture f(GetParam());
  RawListener a;
  f.open(f.config_of({&a}));
  const std::string name = chosen_by(f).begin()->first;
  for (int i = 0; i < 10; ++i) {
    TryReport report = report_of(name, Verdict::kFailure);
    report.in_group = true;
    f.state->begin(name);
    f.state->finish(report);
  }
  EXPECT_FALSE(f.state->available());
  Try attempt;
  TryRequest of_group(attempt.arena, attempt.scope);
  of_group.in_group = true;
  EXPECT_FALSE(f.state->make_call(of_group));
  EXPECT_TRUE(f.call(attempt));
}

TEST_P(BackendStates, KeepHealthOverReloadsThatMakePoolsAnew) {
  Fixture f(GetParam());
  RawListener a, b;
  auto config = f.config_of({&a, &b});
  config->health.passive.emplace().consecutive_failures = 2;
  f.open(config);
  fail_times(f, chosen_by(f).begin()->first, 2);

  auto changed = std::make_shared<config::Backend>(*config);
  changed->max_connections = 7;
  f.state->update(changed, f.tls);

  EXPECT_EQ(chosen_by(f).size(), 1U);
}

TEST_P(BackendStates, TakeTheFasterEndpointWhenAskedTo) {
  Fixture f(GetParam());
  RawListener a, b;
  auto config = f.config_of({&a, &b});
  config->balance = config::Balance::kLowestLatency;
  f.open(config);
  const auto names = chosen_by(f);
  int milliseconds = 5;
  for (const auto& [name, count] : names) {
    TryReport report = report_of(name, Verdict::kSuccess);
    report.latency = std::chrono::milliseconds(milliseconds *= 2);
    f.state->begin(name);
    f.state->finish(report);
  }
  EXPECT_EQ(chosen_by(f), (std::map<std::string, int>{{names.begin()->first, 100}}));
}

TEST_P(BackendStates, RefuseWhatIsOverTheirRequests) {
  Fixture f(GetParam());
  RawListener a;
  auto config = f.config_of({&a});
  config->max_requests = 1;
  f.open(config);
  EXPECT_TRUE(f.state->is_watched());
  const std::string name = chosen_by(f).begin()->first;
  f.state->begin(name);
  Try attempt;
  const auto refused = f.call(attempt);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(f.state->available());
  f.state->finish(report_of(name, Verdict::kSuccess));
  EXPECT_TRUE(f.call(attempt));
}

TEST_P(BackendStates, CheckTheirEndpointsBesideTheTraffic) {
  Fixture f(GetParam());
  RawListener a;
  auto config = f.config_of({&a});
  config::ActiveHealth& active = config->health.active.emplace();
  active.path = "/health";
  active.interval = std::chrono::milliseconds(1);
  active.unhealthy_threshold = 2;
  active.healthy_threshold = 1;
  f.open(config);
  bool well = false;
  const auto answer_checks = [&] {
    for (std::size_t i = 0; i < a.count(); ++i) {
      const std::string request = a.peer(i).take();
      if (request.empty()) continue;
      EXPECT_TRUE(request.starts_with("GET /health HTTP/1.1\r\n")) << request;
      a.peer(i).send(well ? kOk : "HTTP/1.1 503 Oh\r\ncontent-length: 0\r\n\r\n");
    }
  };
  f.loop.run_until([&] {
    answer_checks();
    return !f.state->available();
  });
  EXPECT_TRUE(chosen_by(f).empty());
  well = true;
  f.loop.run_until([&] {
    answer_checks();
    return f.state->available();
  });
  EXPECT_EQ(chosen_by(f).size(), 1U);
}

}  // namespace
}  // namespace tidegate::upstream
