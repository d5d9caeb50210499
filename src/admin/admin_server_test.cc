#include "admin/admin_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "support/raw_peer.h"

namespace tidegate::admin {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::RawPeer;

struct Fixture {
  Fixture() {
    const auto started = server.start(*io::Address::parse("127.0.0.1", 0));
    EXPECT_TRUE(started);
  }
  RawPeer connect() { return RawPeer(testing::connect_to(server.address().port())); }
  // The whole answer to one request.
  std::string ask(std::string_view method, std::string_view target, std::string_view fields = "") {
    RawPeer client(testing::connect_to(server.address().port()));
    client.send(std::string(method) + " " + std::string(target) +
                " HTTP/1.1\r\nhost: a\r\nconnection: close\r\n" + std::string(fields) + "\r\n");
    client.wait_until([&] { return client.ended(); });
    return client.received();
  }

  SystemClock clock;
  telemetry::Registry registry;
  AdminServer server{clock, registry};
};

bool says(const std::string& answer, std::string_view status) {
  return answer.starts_with("HTTP/1.1 " + std::string(status) + " ");
}

TEST(AdminServer, IsHealthyFromItsStart) {
  Fixture f;
  const std::string answer = f.ask("GET", "/healthz");
  EXPECT_TRUE(says(answer, "200"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\nok\n"));
}

TEST(AdminServer, IsReadyOnlyWhileItIsToldSo) {
  Fixture f;
  EXPECT_TRUE(says(f.ask("GET", "/readyz"), "503"));  // no snapshot yet
  f.server.set_ready(true);
  EXPECT_TRUE(says(f.ask("GET", "/readyz"), "200"));
  f.server.set_ready(false);  // draining
  EXPECT_TRUE(says(f.ask("GET", "/readyz"), "503"));
  EXPECT_TRUE(says(f.ask("GET", "/healthz"), "200"));
}

TEST(AdminServer, ShowsMetricsInTheFormThatIsAskedFor) {
  Fixture f;
  telemetry::MetricSpec spec;
  spec.name = "tidegate_test_total";
  spec.help = "A test.";
  const auto id = f.registry.add(spec);
  telemetry::SeriesLease lease(f.registry);
  f.registry.make_shard().add(f.registry.counter(id, {}, lease), 7);
  const std::string plain = f.ask("GET", "/metrics");
  EXPECT_TRUE(says(plain, "200"));
  EXPECT_THAT(plain, HasSubstr("content-type: text/plain; version=0.0.4"));
  EXPECT_THAT(plain, HasSubstr("\ntidegate_test_total 7\n"));
  const std::string open =
      f.ask("GET", "/metrics?x=1", "accept: application/openmetrics-text; version=1.0.0\r\n");
  EXPECT_THAT(open, HasSubstr("content-type: application/openmetrics-text"));
  EXPECT_THAT(open, HasSubstr("# EOF\n"));
}

TEST(AdminServer, AnswersHeadWithoutABody) {
  Fixture f;
  const std::string answer = f.ask("HEAD", "/healthz");
  EXPECT_TRUE(says(answer, "200"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST(AdminServer, KnowsNoOtherPathAndNoOtherMethod) {
  Fixture f;
  for (const char* path : {"/", "/metrics/", "/healthz/x", "/config"}) {
    EXPECT_TRUE(says(f.ask("GET", path), "404")) << path;
  }
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS"}) {
    const std::string answer = f.ask(method, "/healthz");
    EXPECT_TRUE(says(answer, "405")) << method;
    EXPECT_THAT(answer, HasSubstr("allow: GET, HEAD\r\n"));  // RFC 9110 15.5.6
  }
}

TEST(AdminServer, RefusesWhatItCannotReadAndLivesOn) {
  Fixture f;
  RawPeer client = f.connect();
  client.send("GARBAGE\r\n\r\n");
  client.wait_until([&] { return client.ended(); });
  EXPECT_TRUE(says(client.received(), "400"));
  EXPECT_TRUE(says(f.ask("GET", "/healthz"), "200"));
}

TEST(AdminServer, RefusesWithTheStatusesOfTheDataPlane) {
  struct Case {
    std::string request;
    const char* status;
  };
  const std::string head = "GET / HTTP/1.1\r\nhost: a\r\n";
  const Case cases[] = {
      {"GET /" + std::string(20'000, 'x') + " HTTP/1.1\r\nhost: a\r\n\r\n", "414"},
      {head + "x: " + std::string(200'000, 'x') + "\r\n\r\n", "431"},
      {head + "transfer-encoding: gzip, chunked\r\n\r\n", "501"},
      {"GET / HTTP/3.0\r\nhost: a\r\n\r\n", "505"},
      {"GET / HTTP/1.1\r\n\r\n", "400"},
  };
  Fixture f;
  for (const Case& one : cases) {
    RawPeer client = f.connect();
    client.send(one.request);
    client.wait_until([&] { return client.ended(); });
    EXPECT_TRUE(says(client.received(), one.status))
        << one.status << ": " << client.received().substr(0, 80);
  }
}

TEST(AdminServer, ServesManyRequestsOfOneConnection) {
  Fixture f;
  RawPeer client = f.connect();
  for (int i = 0; i < 3; ++i) {
    client.forget();
    client.send("GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n");
    client.wait_until([&] { return client.received().ends_with("ok\n"); });
  }
  EXPECT_FALSE(client.ended());
}

TEST(AdminServer, StopsWithConnectionsOpen) {
  Fixture f;
  RawPeer idle = f.connect();
  RawPeer half = f.connect();
  half.send("GET /hea");
  EXPECT_TRUE(says(f.ask("GET", "/healthz"), "200"));
  f.server.stop();
  idle.wait_until([&] { return idle.ended(); });
  half.wait_until([&] { return half.ended(); });
  f.server.stop();  // again is no harm
}

TEST(AdminServer, SaysWhyItCannotListen) {
  Fixture f;
  testing::RawListener taken;
  AdminServer other(f.clock, f.registry);
  const auto started = other.start(*io::Address::parse("127.0.0.1", taken.port()));
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::kInvalidConfig);
  EXPECT_THAT(started.error().detail, HasSubstr("Address already in use"));
}

// A process without a descriptor left must still be seen when some are free again.
TEST(AdminServer, GoesOnAcceptingAfterDescriptorsRanOut) {
  Fixture f;
  RawPeer first = f.connect();
  first.send("GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n");
  first.wait_until([&] { return first.received().ends_with("ok\n"); });

  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(client) + 1;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const io::Address address = *io::Address::parse("127.0.0.1", f.server.address().port());
  EXPECT_EQ(::connect(client, address.data(), address.size()), 0);
  RawPeer late(client);
  late.send("GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
  for (int i = 0; i < 5; ++i) late.wait();
  EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(says(f.ask("GET", "/healthz"), "200"));
}

}  // namespace
}  // namespace tidegate::admin
