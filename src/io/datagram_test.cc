#include "io/datagram.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/pollers.h"

namespace tidegate::io {
namespace {

using async::Task;
using testing::Loop;
using namespace std::chrono_literals;

class Datagrams : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(Datagrams);

Address loopback() { return *Address::parse("127.0.0.1", 0); }

Task<void> echo(DatagramSocket& socket, DatagramBatch& batch, Result<std::size_t>& last) {
  while (true) {
    last = co_await socket.receive(batch, nullptr);
    if (!last) break;
    for (std::size_t i = 0; i < *last; ++i) socket.try_send(batch.text(i), &batch.peer(i));
  }
}

Task<void> collect(DatagramSocket& socket, std::size_t wanted, std::vector<std::string>& out) {
  DatagramBatch batch;
  while (out.size() < wanted) {
    const auto count = co_await socket.receive(batch, nullptr);
    if (!count) break;
    for (std::size_t i = 0; i < *count; ++i) out.emplace_back(batch.text(i));
  }
}

Task<void> send(DatagramSocket& socket, std::string text, Result<void>& out) {
  out = co_await socket.send(text, nullptr, nullptr);
}

TEST_P(Datagrams, EchoKeepsBoundariesAndEmptyDatagrams) {
  Loop loop(GetParam());
  DatagramBatch batch;
  auto server = DatagramSocket::bind(loop.reactor, loopback());
  ASSERT_TRUE(server);
  auto client = DatagramSocket::connect(loop.reactor, (*server)->local_address());
  ASSERT_TRUE(client);
  std::vector<std::string> sent = {"one", "", std::string(9000, 'x')};
  for (int i = 0; i < 40; ++i) sent.push_back("number " + std::to_string(i));
  std::vector<std::string> got;
  Result<std::size_t> last = 0U;
  Result<void> written;
  loop.group.spawn(echo(**server, batch, last));
  loop.group.spawn(collect(**client, sent.size(), got));
  for (const auto& text : sent) loop.group.spawn(send(**client, text, written));
  loop.run_until([&] { return got.size() == sent.size(); });
  EXPECT_EQ(got, sent);
  (*server)->close();
  loop.run_until_idle();
  EXPECT_EQ(last.error().code, ErrorCode::kCancelled);
}

TEST_P(Datagrams, RefusedByTheConnectedPeerIsTold) {
  Loop loop(GetParam());
  Address gone;
  {
    auto server = DatagramSocket::bind(loop.reactor, loopback());
    gone = (*server)->local_address();
  }
  auto client = DatagramSocket::connect(loop.reactor, gone);
  ASSERT_TRUE(client);
  DatagramBatch batch;
  Result<std::size_t> last = 0U;
  Result<void> written;
  loop.group.spawn(send(**client, "anyone?", written));
  loop.group.spawn(echo(**client, batch, last));
  loop.run_until_idle();
  ASSERT_FALSE(last);
  EXPECT_EQ(last.error().code, ErrorCode::kConnectionRefused);
}

TEST_P(Datagrams, ReceiveTimesOut) {
  Loop loop(GetParam());
  auto socket = DatagramSocket::bind(loop.reactor, loopback());
  Result<std::size_t> last = 0U;
  auto receive = [](DatagramSocket& s, async::TimeoutList* timeout,
                    Result<std::size_t>& out) -> Task<void> {
    DatagramBatch batch;
    out = co_await s.receive(batch, timeout);
  };
  loop.group.spawn(receive(**socket, loop.reactor.timeouts(1ms), last));
  loop.run_until_idle();
  ASSERT_FALSE(last);
  EXPECT_EQ(last.error().code, ErrorCode::kTimeout);
}

}  // namespace
}  // namespace tidegate::io
