#include "server/worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "support/pollers.h"
#include "support/raw_peer.h"

namespace tidegate::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::RawListener;
using testing::RawPeer;
using namespace std::chrono_literals;

class Workers : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(Workers);

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

std::shared_ptr<config::Backend> backend(const RawListener& upstream) {
  auto made = std::make_shared<config::Backend>();
  made->id = "Backend/ns/" + std::to_string(upstream.port());
  made->destination = std::vector<config::Endpoint>{{"127.0.0.1", upstream.port()}};
  return made;
}

// The machine's clock, which the test puts forward while the worker reads it.
class SharedClock final : public Clock {
 public:
  SteadyTime steady_now() const override { return std::chrono::steady_clock::now() + ahead(); }
  WallTime wall_now() const override { return std::chrono::system_clock::now() + ahead(); }
  void advance(std::chrono::seconds time) { ahead_.fetch_add(time.count()); }

 private:
  std::chrono::seconds ahead() const { return std::chrono::seconds(ahead_.load()); }
  std::atomic<std::int64_t> ahead_{0};
};

struct Fixture {
  explicit Fixture(testing::PollerKind kind)
      : worker(WorkerSettings{clock, metrics, nullptr,
                              [kind] { return std::move(*testing::make_poller(kind)); }},
               1) {
    worker.start();
  }
  ~Fixture() {
    worker.drain(0ms);
    worker.join();
  }

  config::Listener listener(std::uint16_t number) {
    config::Listener made;
    made.id = "Gateway/ns/gw/http";
    made.address = "127.0.0.1";
    made.port = number;
    return made;
  }
  // A listener whose only route goes to the upstream, with a mirror where one is given.
  config::Listener listener_to(std::uint16_t number, const RawListener& upstream,
                               const RawListener* mirror = nullptr) {
    config::Listener made = listener(number);
    config::HttpRule rule;
    rule.matches.emplace_back();
    auto& choice = rule.backends.emplace_back();
    choice.backend = backend(upstream);
    if (mirror != nullptr) {
      config::Filters filters;
      filters.mirrors.push_back(config::Mirror{backend(*mirror), 100, 100});
      rule.filters = std::make_shared<const config::Filters>(filters);
    }
    auto route = std::make_shared<config::HttpRoute>();
    route->id = "HTTPRoute/ns/r";
    route->rules = std::make_shared<const std::vector<config::HttpRule>>(
        std::vector<config::HttpRule>{std::move(rule)});
    made.http_routes = {std::move(route)};
    return made;
  }
  // Hands the worker a snapshot of these listeners; returns what it could not open.
  std::vector<std::string> adopt(std::vector<config::Listener> listeners) {
    config::Document document;
    document.listeners = std::move(listeners);
    snapshot = std::make_shared<const proxy::Snapshot>(document, cache, snapshot.get());
    std::promise<std::vector<std::string>> done;
    worker.adopt(snapshot, [&done](std::vector<std::string> problems) {
      done.set_value(std::move(problems));
    });
    return done.get_future().get();
  }
  static void answer(RawListener& upstream) {
    wait_until([&] {
      for (std::size_t i = 0; i < upstream.count(); ++i) {
        if (!upstream.peer(i).take().ends_with("\r\n\r\n")) continue;
        upstream.peer(i).send(kOk);
        return true;
      }
      return false;
    });
  }
  template <class Condition>
  static void wait_until(Condition&& condition) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    bool met = condition();
    while (!met && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
      met = condition();
    }
    ASSERT_TRUE(met);
  }

  SharedClock clock;
  telemetry::Registry registry;
  telemetry::ExchangeMetrics metrics{registry};
  route::RouteCache cache;
  std::shared_ptr<const proxy::Snapshot> snapshot;
  testing::ReservedPort port;
  Worker worker;
};

TEST_P(Workers, ServeTheSnapshotTheyAdopted) {
  Fixture f(GetParam());
  RawListener upstream;
  EXPECT_THAT(f.adopt({f.listener_to(f.port.number(), upstream)}), IsEmpty());
  RawPeer client(testing::connect_to(f.port.number()));
  client.send(kGet);
  f.answer(upstream);
  f.wait_until([&] { return client.received().ends_with("ok"); });
}

TEST_P(Workers, KeepConnectionsAcrossSnapshots) {
  Fixture f(GetParam());
  RawListener before, after;
  f.adopt({f.listener_to(f.port.number(), before)});
  RawPeer client(testing::connect_to(f.port.number()));
  client.send(kGet);
  f.answer(before);
  f.wait_until([&] { return client.received().ends_with("ok"); });
  client.forget();
  f.adopt({f.listener_to(f.port.number(), after)});
  client.send(kGet);
  f.answer(after);
  f.wait_until([&] { return client.received().ends_with("ok"); });
}

TEST_P(Workers, SayWhatTheyCannotOpenAndServeTheRest) {
  Fixture f(GetParam());
  RawListener taken, upstream;
  const auto problems =
      f.adopt({f.listener(taken.port()), f.listener_to(f.port.number(), upstream)});
  EXPECT_THAT(problems, ElementsAre(HasSubstr("Address already in use")));
  RawPeer client(testing::connect_to(f.port.number()));
  client.send(kGet);
  f.answer(upstream);
  f.wait_until([&] { return client.received().ends_with("ok"); });
}

TEST_P(Workers, CloseAPortThatIsGoneAndOpenItAgain) {
  Fixture f(GetParam());
  RawListener upstream;
  f.adopt({f.listener_to(f.port.number(), upstream)});
  RawPeer idle(testing::connect_to(f.port.number()));
  f.adopt({});
  f.wait_until([&] { return idle.ended(); });
  f.adopt({f.listener_to(f.port.number(), upstream)});
  RawPeer client(testing::connect_to(f.port.number()));
  client.send(kGet);
  f.answer(upstream);
  f.wait_until([&] { return client.received().ends_with("ok"); });
}

TEST_P(Workers, DrainLetsWhatHasBegunFinish) {
  Fixture f(GetParam());
  RawListener upstream;
  f.adopt({f.listener_to(f.port.number(), upstream)});
  RawPeer client(testing::connect_to(f.port.number()));
  client.send(kGet);
  f.wait_until([&] { return upstream.accepted(1) && !upstream.peer(0).received().empty(); });
  f.worker.drain(1h);
  f.answer(upstream);
  f.wait_until([&] { return client.received().ends_with("ok"); });
  client.close();
  f.worker.join();
}

TEST_P(Workers, DrainCancelsWhatTakesTooLong) {
  Fixture f(GetParam());
  RawListener upstream;
  f.adopt({f.listener_to(f.port.number(), upstream)});
  RawPeer client(testing::connect_to(f.port.number()));
  client.send(kGet);
  f.wait_until([&] { return upstream.accepted(1) && !upstream.peer(0).received().empty(); });
  f.worker.drain(1ms);
  f.worker.join();
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(upstream.peer(0).ended());
}

// Ports that have ended are tidied up every few seconds, while the drain still waits for others.
TEST_P(Workers, DrainWaitsForEveryPortThroughHousekeeping) {
  Fixture f(GetParam());
  testing::ReservedPort other;
  // The busy one is waited for first.
  const auto key = [](const testing::ReservedPort& p) { return std::to_string(p.number()); };
  const bool in_order = key(f.port) < key(other);
  const std::uint16_t busy = in_order ? f.port.number() : other.number();
  const std::uint16_t idle = in_order ? other.number() : f.port.number();
  RawListener upstream;
  f.adopt({f.listener_to(busy, upstream), f.listener_to(idle, upstream)});
  RawPeer client(testing::connect_to(busy));
  client.send(kGet);
  f.wait_until([&] { return upstream.accepted(1) && !upstream.peer(0).received().empty(); });
  f.worker.drain(1h);
  for (int i = 0; i < 3; ++i) {
    f.clock.advance(6s);
    EXPECT_THAT(f.adopt({}), IsEmpty());  // wakes the worker, and changes nothing any more
  }
  f.answer(upstream);
  f.wait_until([&] { return client.received().ends_with("ok"); });
  client.close();
  f.worker.join();
}

TEST_P(Workers, DrainOfNoTimeCancelsAtOnce) {
  Fixture f(GetParam());
  RawListener upstream;
  f.adopt({f.listener_to(f.port.number(), upstream)});
  RawPeer client(testing::connect_to(f.port.number()));
  client.send(kGet);
  f.wait_until([&] { return upstream.accepted(1) && !upstream.peer(0).received().empty(); });
  f.worker.drain(0ms);
  f.worker.join();
  EXPECT_TRUE(client.ended());
}

TEST_P(Workers, DrainDoesNotWaitForAMirrorThatNeverAnswers) {
  Fixture f(GetParam());
  RawListener upstream, mirror;
  f.adopt({f.listener_to(f.port.number(), upstream, &mirror)});
  RawPeer client(testing::connect_to(f.port.number()));
  client.send(kGet);
  f.answer(upstream);
  f.wait_until([&] { return mirror.accepted(1) && !mirror.peer(0).received().empty(); });
  f.wait_until([&] { return client.received().ends_with("ok"); });
  client.close();
  f.worker.drain(1h);
  f.worker.join();
  EXPECT_TRUE(mirror.peer(0).ended());
}

TEST_P(Workers, EndWithoutEverHavingServed) {
  Fixture f(GetParam());
  f.worker.drain(1h);
  f.worker.join();
}

}  // namespace
}  // namespace tidegate::server
