#include "io/resolver.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "io/datagram.h"
#include "support/pollers.h"

namespace tidegate::io {
namespace {

using async::Task;
using testing::Loop;
using namespace std::chrono_literals;

constexpr int kTypeA = 1;
constexpr int kTypeAaaa = 28;
constexpr int kTypePtr = 12;

// A DNS server on loopback with a few names (RFC 1035 4).
class FakeDns {
 public:
  enum class Mood : std::uint8_t { kAnswers, kFails, kSilent };
  struct Records {
    std::vector<std::string> v4, v6;
    int ttl = 60;
  };

  explicit FakeDns(Loop& loop)
      : socket_(*DatagramSocket::bind(loop.reactor, *Address::parse("127.0.0.1", 0))) {
    loop.group.spawn(serve());
  }
  std::string address() const { return socket_->local_address().to_string(); }
  void stop() { socket_->close(); }

  std::map<std::string, Records> names;
  std::map<std::string, std::string> pointers;  // "1.2.0.192.in-addr.arpa" to a name
  Mood mood = Mood::kAnswers;
  int questions = 0;

 private:
  Task<void> serve() {
    DatagramBatch batch;
    while (true) {
      const auto count = co_await socket_->receive(batch, nullptr);
      if (!count) break;
      for (std::size_t i = 0; i < *count; ++i) {
        ++questions;
        if (mood == Mood::kSilent) continue;
        const std::string reply = answer(batch.text(i));
        socket_->try_send(reply, &batch.peer(i));
      }
    }
  }

  std::string answer(std::string_view question) const {
    std::string name;
    std::size_t at = 12;
    while (question[at] != 0) {
      const auto length = static_cast<std::size_t>(question[at]);
      name += (name.empty() ? "" : ".") + std::string(question.substr(at + 1, length));
      at += length + 1;
    }
    const int type = question[at + 2];
    std::string reply(question.substr(0, at + 5));
    if (type == kTypePtr) return point(std::move(reply), name);
    const auto found = names.find(name);
    const int rcode = mood == Mood::kFails ? 2 : found == names.end() ? 3 : 0;
    std::vector<std::string> addresses;
    if (rcode == 0 && type == kTypeA) addresses = found->second.v4;
    if (rcode == 0 && type == kTypeAaaa) addresses = found->second.v6;
    reply[2] = static_cast<char>(0x81);
    reply[3] = static_cast<char>(0x80 | rcode);
    reply[7] = static_cast<char>(addresses.size());
    reply[9] = reply[11] = 0;
    for (const auto& text : addresses) {
      const Address address = *Address::parse(text, 0);
      const bool v4 = address.family() == AF_INET;
      const auto* data = reinterpret_cast<const char*>(address.data()) + (v4 ? 4 : 8);
      reply += std::string("\xc0\x0c\0", 3) + static_cast<char>(type) + std::string("\0\1\0\0", 4);
      reply += static_cast<char>(found->second.ttl >> 8);
      reply += static_cast<char>(found->second.ttl & 0xff);
      reply +=
          std::string("\0", 1) + static_cast<char>(v4 ? 4 : 16) + std::string(data, v4 ? 4 : 16);
    }
    return reply;
  }

  std::string point(std::string reply, const std::string& address) const {
    const auto found = pointers.find(address);
    reply[2] = static_cast<char>(0x81);
    reply[3] = static_cast<char>(0x80 | (mood == Mood::kFails      ? 2
                                         : found == pointers.end() ? 3
                                                                   : 0));
    reply[7] = static_cast<char>((reply[3] & 0xf) == 0 ? 1 : 0);
    reply[9] = reply[11] = 0;
    if (reply[7] == 0) return reply;
    std::string data;
    std::istringstream labels(found->second);
    for (std::string label; std::getline(labels, label, '.');) {
      data += static_cast<char>(label.size()) + label;
    }
    data += '\0';
    reply += std::string("\xc0\x0c\0\x0c\0\1\0\0\0\x3c\0", 11);
    return reply + static_cast<char>(data.size()) + data;
  }

  std::unique_ptr<DatagramSocket> socket_;
};

class Dns : public testing::EachPoller {
 protected:
  using Answer = Result<std::vector<Address>>;

  static std::string text(const Answer& answer) {
    if (!answer) return std::string(to_string(answer.error().code)) + " " + answer.error().detail;
    std::string joined;
    for (const auto& address : *answer) joined += address.to_string() + " ";
    return joined;
  }

  struct World {
    explicit World(testing::PollerKind kind, FamilyOrder order = FamilyOrder::kIpv4First)
        : loop(kind), dns(loop) {
      ResolverOptions options;
      options.servers = dns.address();
      options.order = order;
      options.query_timeout = 100ms;
      options.tries = 2;
      options.max_names = 3;
      resolver = std::move(*Resolver::make(loop.reactor, options));
    }
    ~World() {
      dns.stop();
      loop.run_until_idle();
    }
    static Task<void> resolve_into(World& world, std::string name, Answer& out, int& pending) {
      out = co_await world.resolver->resolve(name, 443, world.scope, 5s);
      --pending;
    }
    Answer ask(const std::string& name) {
      Answer answer;
      int pending = 1;
      loop.group.spawn(resolve_into(*this, name, answer, pending));
      loop.run_until([&] { return pending == 0; });
      return answer;
    }

    using Names = Result<std::vector<std::string>>;
    static Task<void> find_names_into(World& world, Address address, Names& out, int& pending) {
      out = co_await world.resolver->find_names(address, world.scope, 5s);
      --pending;
    }
    Names ask_names(const char* address) {
      Names answer;
      int pending = 1;
      loop.group.spawn(find_names_into(*this, *Address::parse(address, 443), answer, pending));
      loop.run_until([&] { return pending == 0; });
      return answer;
    }

    Loop loop;
    FakeDns dns;
    async::CancelScope scope;
    std::unique_ptr<Resolver> resolver;
  };
};
TIDEGATE_ON_EACH_POLLER(Dns);

TEST_P(Dns, BothFamiliesInTheConfiguredOrder) {
  World v4(GetParam()), v6(GetParam(), FamilyOrder::kIpv6First);
  v4.dns.names["a.test"] = {{"192.0.2.1", "192.0.2.2"}, {"2001:db8::1"}};
  v6.dns.names = v4.dns.names;
  EXPECT_EQ(text(v4.ask("a.test")), "192.0.2.1:443 192.0.2.2:443 [2001:db8::1]:443 ");
  EXPECT_EQ(text(v6.ask("a.test")), "[2001:db8::1]:443 192.0.2.1:443 192.0.2.2:443 ");
}

TEST_P(Dns, OneFamilyAloneIsEnough) {
  World world(GetParam());
  world.dns.names["six.test"] = {{}, {"2001:db8::1"}};
  EXPECT_EQ(text(world.ask("six.test")), "[2001:db8::1]:443 ");
}

TEST_P(Dns, LiteralsAndLocalhostAskNobody) {
  World world(GetParam());
  EXPECT_EQ(text(world.ask("192.0.2.7")), "192.0.2.7:443 ");
  EXPECT_EQ(text(world.ask("::1")), "[::1]:443 ");
  EXPECT_EQ(text(world.ask("LocalHost.")), "127.0.0.1:443 [::1]:443 ");
  EXPECT_EQ(world.dns.questions, 0);
}

// c-ares reads another file in place of /etc/hosts where the environment says so.
class HostsFile {
 public:
  explicit HostsFile(std::string_view text)
      : path_(std::filesystem::path(::testing::TempDir()) /
              ("hosts-" + std::to_string(::getpid()))) {
    std::ofstream(path_) << text;
    ::setenv("CARES_HOSTS", path_.c_str(), 1);
  }
  ~HostsFile() {
    ::unsetenv("CARES_HOSTS");
    std::filesystem::remove(path_);
  }
  HostsFile(const HostsFile&) = delete;
  HostsFile& operator=(const HostsFile&) = delete;

 private:
  std::filesystem::path path_;
};

TEST_P(Dns, NamesOfTheHostsFileAskNobody) {
  const HostsFile hosts("192.0.2.7 box.test box # a name and another\n");
  World world(GetParam());
  EXPECT_EQ(text(world.ask("box.test")), "192.0.2.7:443 ");
  EXPECT_EQ(text(world.ask("box")), "192.0.2.7:443 ");
  EXPECT_EQ(world.dns.questions, 0);
}

TEST_P(Dns, AnswersAreKeptForTheirTtlAndAskedAgainAfterIt) {
  World world(GetParam());
  world.dns.names["a.test"] = {{"192.0.2.1"}, {}, 30};
  world.ask("a.test");
  const int asked = world.dns.questions;
  world.dns.names["a.test"] = {{"192.0.2.9"}, {}, 30};
  world.loop.clock.ahead += 29s;
  EXPECT_EQ(text(world.ask("A.test")), "192.0.2.1:443 ");
  EXPECT_EQ(world.dns.questions, asked);
  world.loop.clock.ahead += 2s;
  world.loop.reactor.turn(0ms);
  EXPECT_EQ(text(world.ask("a.test")), "192.0.2.9:443 ");
}

TEST_P(Dns, TtlHasALowerBound) {
  World world(GetParam());
  world.dns.names["a.test"] = {{"192.0.2.1"}, {}, 0};
  world.ask("a.test");
  const int asked = world.dns.questions;
  world.ask("a.test");
  EXPECT_EQ(world.dns.questions, asked);
}

TEST_P(Dns, WaitersForOneNameShareOneQuestion) {
  World world(GetParam());
  world.dns.names["a.test"] = {{"192.0.2.1"}, {}};
  std::vector<Answer> answers(5);
  int pending = 5;
  for (auto& answer : answers) {
    world.loop.group.spawn(World::resolve_into(world, "a.test", answer, pending));
  }
  world.loop.run_until([&] { return pending == 0; });
  for (const auto& answer : answers) EXPECT_EQ(text(answer), "192.0.2.1:443 ");
  EXPECT_EQ(world.dns.questions, 2);  // one for each family
}

TEST_P(Dns, UnknownNamesAreRememberedShortly) {
  World world(GetParam());
  const Answer answer = world.ask("missing.test");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kDnsFailure);
  EXPECT_EQ(answer.error().retry, Retry::kSafe);
  const int asked = world.dns.questions;
  EXPECT_FALSE(world.ask("missing.test"));
  EXPECT_EQ(world.dns.questions, asked);
  world.dns.names["missing.test"] = {{"192.0.2.1"}, {}};
  world.loop.clock.ahead += 6s;
  world.loop.reactor.turn(0ms);
  EXPECT_TRUE(world.ask("missing.test"));
}

TEST_P(Dns, LastGoodAnswerServesWhileServersFail) {
  World world(GetParam());
  world.dns.names["a.test"] = {{"192.0.2.1"}, {}, 30};
  world.ask("a.test");
  world.dns.mood = FakeDns::Mood::kFails;
  world.loop.clock.ahead += 60s;
  world.loop.reactor.turn(0ms);
  EXPECT_EQ(text(world.ask("a.test")), "192.0.2.1:443 ");
  world.loop.clock.ahead += 2h;
  world.loop.reactor.turn(0ms);
  EXPECT_FALSE(world.ask("a.test"));
}

TEST_P(Dns, SilentServersEndInAnErrorOfTheirOwn) {
  World world(GetParam());
  world.dns.mood = FakeDns::Mood::kSilent;
  const Answer answer = world.ask("a.test");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kDnsFailure);
  EXPECT_GE(world.dns.questions, 2);
}

TEST_P(Dns, AddressesHaveNames) {
  World world(GetParam());
  world.dns.pointers["7.2.0.192.in-addr.arpa"] = "Host.Example.test";
  const auto names = world.ask_names("192.0.2.7");
  ASSERT_TRUE(names) << names.error().detail;
  EXPECT_EQ(*names, std::vector<std::string>{"host.example.test"});
  const int asked = world.dns.questions;
  EXPECT_TRUE(world.ask_names("192.0.2.7"));
  EXPECT_EQ(world.dns.questions, asked);
}

TEST_P(Dns, AddressesWithoutANameSaySo) {
  World world(GetParam());
  const auto names = world.ask_names("2001:db8::7");
  ASSERT_FALSE(names);
  EXPECT_EQ(names.error().code, ErrorCode::kDnsFailure);
  EXPECT_EQ(names.error().origin, Origin::kUpstream);
}

TEST_P(Dns, CancellationEndsTheWaitAtOnce) {
  World world(GetParam());
  world.dns.mood = FakeDns::Mood::kSilent;
  Answer answer;
  int pending = 1;
  world.loop.group.spawn(World::resolve_into(world, "a.test", answer, pending));
  world.scope.request();
  world.loop.reactor.resume_ready();
  EXPECT_EQ(pending, 0);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kCancelled);
}

TEST_P(Dns, DestroyingTheResolverCancelsWhoWaits) {
  World world(GetParam());
  world.dns.mood = FakeDns::Mood::kSilent;
  Answer answer;
  int pending = 1;
  world.loop.group.spawn(World::resolve_into(world, "a.test", answer, pending));
  world.resolver.reset();
  world.loop.reactor.resume_ready();
  EXPECT_EQ(pending, 0);
  EXPECT_EQ(answer.error().code, ErrorCode::kCancelled);
}

TEST_P(Dns, CacheIsBounded) {
  World world(GetParam());
  for (int i = 0; i < 10; ++i) {
    const std::string name = "n" + std::to_string(i) + ".test";
    world.dns.names[name] = {{"192.0.2.1"}, {}};
    EXPECT_TRUE(world.ask(name));
  }
  const int asked = world.dns.questions;
  world.ask("n9.test");
  EXPECT_EQ(world.dns.questions, asked);
  world.ask("n0.test");
  EXPECT_GT(world.dns.questions, asked);
}

}  // namespace
}  // namespace tidegate::io
