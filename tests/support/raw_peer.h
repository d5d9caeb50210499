// The other end of a connection, played by the test itself with plain system calls that never wait:
// the test says what the peer sends and when, and looks at what it got between turns of the loop.
//
//   RawListener upstream;                         // 127.0.0.1, port 0
//   loop.run_until([&] { return upstream.accepted(1); });
//   upstream.peer(0).send("HTTP/1.1 200 OK\r\n...");
//
// Thread: the test's.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace tidegate::testing {

class RawPeer {
 public:
  // Takes the descriptor.
  explicit RawPeer(int fd) : fd_(fd) {}
  ~RawPeer() { close(); }
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;

  // Sends all of it; fails the test when the kernel has no room for it.
  void send(std::string_view text);
  // Everything that came until now, what was read before included.
  const std::string& received();
  // The same, and forgets it.
  std::string take();
  // Forgets what was received so far.
  void forget();
  // The other side has closed or reset; all it sent is in received().
  bool ended();
  // It was a reset.
  bool was_reset();
  void shutdown_write();
  void close();
  // Closes so that the other side sees a reset.
  void reset();
  bool is_open() const { return fd_ >= 0; }
  // Waits a moment for something to come, where the other side runs on a thread of its own.
  void wait();
  // Waits until the condition holds; fails the test when it does not.
  template <class Condition>
  void wait_until(Condition&& condition) {
    for (int i = 0; i < 2000 && !condition(); ++i) wait();
    EXPECT_TRUE(condition());
  }

 private:
  void read();
  int fd_;
  std::string received_;
  bool ended_ = false;
  bool was_reset_ = false;
};

// Two ends of a connected pair: one for the code under test, one for the test.
struct RawPair {
  RawPair();
  int fd;  // non-blocking; the code under test takes it
  RawPeer peer;

 private:
  explicit RawPair(const std::array<int, 2>& fds);
};

// A connection to 127.0.0.1, made at once; the descriptor is non-blocking.
int connect_to(std::uint16_t port);

// A port on 127.0.0.1 that nobody else gets while this lives, and on which SO_REUSEPORT sockets of
// this process may listen.
class ReservedPort {
 public:
  ReservedPort();
  ~ReservedPort();
  ReservedPort(const ReservedPort&) = delete;
  ReservedPort& operator=(const ReservedPort&) = delete;
  std::uint16_t number() const { return number_; }

 private:
  int fd_;
  std::uint16_t number_ = 0;
};

class RawListener {
 public:
  RawListener();
  ~RawListener() { close(); }
  RawListener(const RawListener&) = delete;
  RawListener& operator=(const RawListener&) = delete;

  std::uint16_t port() const { return port_; }
  // Accepts what waits; whether at least `count` connections came since the start.
  bool accepted(std::size_t count);
  // How many connections came since the start.
  std::size_t count();
  RawPeer& peer(std::size_t index) { return peers_.at(index); }
  // Refuses connections from now on.
  void close();

 private:
  int fd_;
  std::uint16_t port_ = 0;
  std::deque<RawPeer> peers_;
};

}  // namespace tidegate::testing
