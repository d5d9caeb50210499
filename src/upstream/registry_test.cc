#include "upstream/registry.h"

#include <gtest/gtest.h>

#include "support/pollers.h"

namespace tidegate::upstream {
namespace {

struct NoTls final : TlsSource {
  Result<std::shared_ptr<const io::ClientTls>> client_tls(const config::Backend&) const override {
    return nullptr;
  }
};

std::shared_ptr<const config::Backend> backend(std::string id, std::uint16_t port = 1) {
  auto made = std::make_shared<config::Backend>();
  made->id = std::move(id);
  made->destination = std::vector<config::Endpoint>{{"127.0.0.1", port}};
  return made;
}

struct Fixture {
  testing::Loop loop{testing::PollerKind::kEpoll};
  io::SharedBuffer shared;
  Random random{7};
  async::TaskGroup background{loop.reactor};
  NoTls tls;
  Registry registry{WorkerResources{loop.reactor, shared, random, background, nullptr}};
};

TEST(Registry, MakesTheStateOfABackendOnce) {
  Fixture f;
  const auto config = backend("a");
  EXPECT_EQ(f.registry.find(config, f.tls), f.registry.find(config, f.tls));
  EXPECT_NE(f.registry.find(config, f.tls), f.registry.find(backend("b"), f.tls));
}

TEST(Registry, KeepsTheStateOverReloadsById) {
  Fixture f;
  const auto before = backend("a", 1), after = backend("a", 2);
  const auto state = f.registry.find(before, f.tls);
  f.registry.adopt([&](const std::string& id) { return id == "a" ? after : nullptr; }, f.tls);
  EXPECT_EQ(f.registry.find(after, f.tls), state);
  EXPECT_EQ(state->config(), after);
  // An exchange that still serves by the older snapshot gets the newer state.
  EXPECT_EQ(f.registry.find(before, f.tls), state);
  EXPECT_EQ(state->config(), after);
}

TEST(Registry, ForgetsWhatIsGoneWhileItsUsersKeepIt) {
  Fixture f;
  const auto config = backend("a");
  const auto state = f.registry.find(config, f.tls);
  f.registry.adopt([](const std::string&) { return nullptr; }, f.tls);
  EXPECT_EQ(state.use_count(), 1);
  EXPECT_NE(f.registry.find(config, f.tls), state);
}

TEST(Registry, ForgetsEverythingWhenCleared) {
  Fixture f;
  const auto state = f.registry.find(backend("a"), f.tls);
  f.registry.clear();
  EXPECT_EQ(state.use_count(), 1);
}

}  // namespace
}  // namespace tidegate::upstream
