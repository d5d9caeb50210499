#include "proxy/mirror.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proxy/proxy_fixture.h"

namespace tidegate::proxy {
namespace {

using ::testing::HasSubstr;

class Mirroring : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(Mirroring);

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

config::Filters mirror_to(std::shared_ptr<const config::Backend> backend,
                          std::uint32_t numerator = 100) {
  config::Filters filters;
  filters.mirrors.push_back(config::Mirror{std::move(backend), numerator, 100});
  return filters;
}

TEST_P(Mirroring, SendsACopyAndDropsItsAnswer) {
  World world(GetParam());
  RawListener upstream, copy;
  world.adopt({with_filters(rule_to(World::backend("a", upstream)),
                            mirror_to(World::backend("copy", copy)))});
  Client client(world, "POST", "/x?y=1", "payload");
  client.add("x-mine", "1");
  client.start();
  world.await_request(upstream, 0, "payload");
  world.await_request(copy, 0, "payload");
  EXPECT_TRUE(copy.peer(0).received().starts_with("POST /x?y=1 HTTP/1.1\r\n"));
  EXPECT_THAT(copy.peer(0).received(), HasSubstr("x-mine: 1\r\n"));
  copy.peer(0).send("HTTP/1.1 500 Oops\r\ncontent-length: 5\r\n\r\nwrong");
  upstream.peer(0).send(kOk);
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 200);
  EXPECT_EQ(client.response.body, "ok");
  world.loop.run_until([&] { return world.background.size() == 0; });
}

TEST_P(Mirroring, SendsNoCopyOutOfTheRegionsOfTheRule) {
  World world(GetParam());
  RawListener upstream, copy;
  auto eu = World::backend("a", upstream);
  eu->region = "eu";
  auto rule = with_filters(rule_to(eu), mirror_to(World::backend("copy", copy)));
  rule.regions = std::make_shared<const std::vector<std::string>>(1, "eu");
  world.adopt({rule});
  Client client(world, "GET", "/");
  client.start();
  world.await_request(upstream);
  upstream.peer(0).send(kOk);
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 200);
  EXPECT_EQ(world.background.size(), 0U);
  EXPECT_EQ(copy.count(), 0U);
}

TEST_P(Mirroring, OutlivesTheExchangeAndDoesNotDelayIt) {
  World world(GetParam());
  RawListener upstream, copy;
  world.adopt({with_filters(rule_to(World::backend("a", upstream)),
                            mirror_to(World::backend("copy", copy)))});
  {
    Client client(world, "GET", "/");
    client.start();
    world.await_request(upstream);
    upstream.peer(0).send(kOk);
    world.loop.run_until_idle();
    EXPECT_EQ(client.response.status, 200);
  }
  world.await_request(copy);
  copy.peer(0).send(kOk);
  world.loop.run_until([&] { return world.background.size() == 0; });
}

TEST_P(Mirroring, FailuresAreNotTheExchanges) {
  World world(GetParam());
  RawListener upstream, gone;
  auto filters = mirror_to(World::backend("gone", gone));
  filters.mirrors.push_back(config::Mirror{nullptr, 100, 100});
  world.adopt({with_filters(rule_to(World::backend("a", upstream)), filters)});
  gone.close();
  Client client(world, "GET", "/");
  client.start();
  world.await_request(upstream);
  upstream.peer(0).send(kOk);
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 200);
  world.loop.run_until([&] { return world.background.size() == 0; });
}

TEST_P(Mirroring, OfNoShareSendsNothing) {
  World world(GetParam());
  RawListener upstream, copy;
  world.adopt({with_filters(rule_to(World::backend("a", upstream)),
                            mirror_to(World::backend("copy", copy), 0))});
  Client client(world, "GET", "/");
  client.start();
  world.await_request(upstream);
  upstream.peer(0).send(kOk);
  world.loop.run_until_idle();
  EXPECT_EQ(world.background.size(), 0U);
  EXPECT_EQ(copy.count(), 0U);
}

TEST_P(Mirroring, EndsWithTheWorker) {
  World world(GetParam());
  RawListener upstream, silent;
  world.adopt({with_filters(rule_to(World::backend("a", upstream)),
                            mirror_to(World::backend("silent", silent)))});
  Client client(world, "GET", "/");
  client.start();
  world.await_request(upstream);
  upstream.peer(0).send(kOk);
  world.loop.run_until_idle();
  world.await_request(silent);  // which never answers
  world.stopping.request();
  world.loop.run_until([&] { return world.background.size() == 0; });
  EXPECT_TRUE(silent.peer(0).ended());
}

// A body in so many pieces as it takes to be over the limit.
class LargeBody final : public stream::BodySource {
 public:
  async::Task<Result<stream::Piece>> next() override {
    ++given;
    co_return stream::Piece(piece_, given < kPieces ? stream::End::kNo : stream::End::kYes);
  }
  bool ready() const override { return true; }
  static constexpr std::size_t kPieceBytes = 1024 * 1024;
  static constexpr std::size_t kPieces = limits::kMaxBufferedBodyBytes / kPieceBytes + 3;
  std::size_t given = 0;

 private:
  const std::string piece_ = std::string(kPieceBytes, 'x');
};

// Neither a mirror nor a retry is a reason to refuse what would pass without them.
TEST_P(Mirroring, LetsABodyOverTheLimitPassOnce) {
  for (const auto length : {http::BodyLength::chunked(),
                            http::BodyLength::known(LargeBody::kPieces * LargeBody::kPieceBytes)}) {
    World world(GetParam());
    RawListener upstream, copy;
    auto rule = with_filters(rule_to(World::backend("a", upstream)),
                             mirror_to(World::backend("copy", copy)));
    rule.retry = config::Retry{.codes = {503}, .attempts = 2};
    world.adopt({rule});
    Client client(world, "POST", "/");
    LargeBody body;
    client.exchange.request.body = length;
    client.exchange.body = &body;
    client.start();
    std::size_t got = 0;
    world.loop.run_until([&] {
      if (upstream.count() == 0) return false;
      got += upstream.peer(0).take().size();
      return got > LargeBody::kPieces * LargeBody::kPieceBytes && body.given == LargeBody::kPieces;
    });
    upstream.peer(0).send(kOk);
    world.loop.run_until_idle();
    EXPECT_EQ(client.response.status, 200);
    EXPECT_EQ(copy.count(), 0U);
  }
}

}  // namespace
}  // namespace tidegate::proxy
