#include "proxy/finish.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "proxy/proxy_fixture.h"

namespace tidegate::proxy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Finishing : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(Finishing);

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

std::uint64_t requests(const World& world, std::string_view route, std::uint16_t status) {
  const std::string_view labels[] = {"Gateway/ns/gw/http", route};
  return world.registry.read("tidegate_requests_total", labels, telemetry::status_variant(status));
}

std::int64_t lines(const std::string& log) { return std::ranges::count(log, '\n'); }

TEST_P(Finishing, WritesEveryFieldOfAnExchange) {
  World world(GetParam());
  RawListener upstream;
  config::HttpRule rule = rule_to(World::backend("a", upstream));
  rule.name = "first";
  world.adopt({rule});
  Client client(world, "POST", "/p?api_key=hush", "12345678");
  client.add("user-agent", "curl/8").add("x-request-id", "id-1");
  client.start();
  world.await_request(upstream, 0, "12345678");
  upstream.peer(0).send(kOk);
  world.loop.run_until_idle();
  const std::string log = world.log_text();
  ASSERT_EQ(lines(log), 1);
  const std::string expected[] = {
      R"("listener":"Gateway/ns/gw/http")",
      R"("route":"HTTPRoute/ns/r")",
      R"("rule":"first")",
      R"("backend":"Backend/ns/a")",
      R"("endpoint":"127.0.0.1:)" + std::to_string(upstream.port()) + "\"",
      R"("method":"POST")",
      R"("host":"a.example")",
      R"("path":"/p?api_key=***")",
      R"("protocol":"HTTP/1.1")",
      R"("client":"192.0.2.9")",
      R"("request_id":"id-1")",
      R"("user_agent":"curl/8")",
      R"("status":200)",
      R"("bytes_in":8)",
      R"("bytes_out":5)",
      R"("first_byte_us":)",
      R"("attempts":1)",
      R"("termination":"complete")",
  };
  for (const std::string& part : expected) EXPECT_THAT(log, HasSubstr(part));
  EXPECT_THAT(log, Not(HasSubstr("\"error\"")));
  EXPECT_THAT(log, Not(HasSubstr("\"ai\"")));
}

TEST_P(Finishing, CountsAnExchangeOnceForItsRouteAndItsBackend) {
  World world(GetParam());
  RawListener upstream;
  world.adopt({rule_to(World::backend("a", upstream))});
  Client client(world, "GET", "/");
  client.start();
  EXPECT_EQ(requests(world, "HTTPRoute/ns/r", 200), 0U);
  world.await_request(upstream);
  upstream.peer(0).send(kOk);
  world.loop.run_until_idle();
  EXPECT_EQ(requests(world, "HTTPRoute/ns/r", 200), 1U);
  const std::string_view backend[] = {"Backend/ns/a"};
  EXPECT_EQ(world.registry.read("tidegate_upstream_requests_total", backend,
                                telemetry::status_variant(200)),
            1U);
  EXPECT_EQ(lines(world.log_text()), 1);
}

TEST_P(Finishing, RecordsErrorsWithTheirOriginAndDetail) {
  World world(GetParam());
  RawListener upstream;
  world.adopt({rule_to(World::backend("a", upstream))});
  upstream.close();
  Client client(world, "GET", "/");
  client.run();
  const std::string log = world.log_text();
  EXPECT_EQ(lines(log), 1);
  EXPECT_THAT(log, HasSubstr(R"("error":{"code":"connection_refused","origin":"upstream")"));
  EXPECT_THAT(log, HasSubstr(R"("status":502)"));
  EXPECT_EQ(requests(world, "HTTPRoute/ns/r", 502), 1U);
  const std::string_view backend[] = {"Backend/ns/a"};
  EXPECT_EQ(world.registry.read("tidegate_upstream_errors_total", backend,
                                static_cast<std::size_t>(ErrorCode::kConnectionRefused)),
            1U);
}

TEST_P(Finishing, CountsRequestsThatNoRouteTookForTheirListener) {
  World world(GetParam());
  RawListener upstream;
  world.adopt({rule_to(World::backend("a", upstream), "/here")});
  Client client(world, "GET", "/elsewhere");
  client.run();
  EXPECT_EQ(requests(world, "", 404), 1U);
  EXPECT_EQ(lines(world.log_text()), 1);
}

TEST_P(Finishing, KnowsNoListenerOfARequestThatCouldNotBeRead) {
  World world(GetParam());
  world.adopt(std::vector<config::HttpRule>());
  Client client(world, "GET", "/");
  world.loop.group.spawn(refuse(client.exchange,
                                Error(ErrorCode::kMalformed, Origin::kDownstream, "bad line"),
                                world.snapshot, world.port(), world.context));
  world.loop.run_until_idle();
  const std::string log = world.log_text();
  EXPECT_EQ(lines(log), 1);
  EXPECT_THAT(log, Not(HasSubstr("\"listener\"")));
  EXPECT_THAT(log, HasSubstr(R"("detail":"bad line")"));
}

TEST_P(Finishing, CountsTheBytesOfABodyWithoutALength) {
  World world(GetParam());
  RawListener upstream;
  world.adopt({rule_to(World::backend("a", upstream))});
  Client client(world, "POST", "/", "12345678");
  client.exchange.request.body = http::BodyLength::chunked();
  client.start();
  world.await_request(upstream, 0, "0\r\n\r\n");
  upstream.peer(0).send(kOk);
  world.loop.run_until_idle();
  EXPECT_THAT(world.log_text(), HasSubstr(R"("bytes_in":8)"));
}

TEST_P(Finishing, HasAPlaceForLocalAnswers) {
  World world(GetParam());
  config::Filters filters;
  filters.redirect.emplace();
  config::HttpRule rule = rule_to(nullptr);
  rule.backends.clear();
  world.adopt({with_filters(rule, filters)});
  Client client(world, "GET", "/");
  client.run();
  EXPECT_EQ(requests(world, "HTTPRoute/ns/r", 302), 1U);
  EXPECT_THAT(world.log_text(), HasSubstr(R"("attempts":0)"));
}

}  // namespace
}  // namespace tidegate::proxy
