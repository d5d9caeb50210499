// The other end of an HTTP/2 connection, played by the test: a session over a RawPeer.
//
//   H2Peer<http::H2Client> client(pair.peer);
//   const auto id = client.request("GET", "/");
//   loop.run_until([&] { client.move(); return client.stream(0).closed; });
//
// Modules that include this link `http` themselves.   Thread: the test's.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <string_view>

#include "http/h2_fixture.h"
#include "support/raw_peer.h"

namespace tidegate::testing {

template <class Session>
class H2Peer {
 public:
  explicit H2Peer(RawPeer& peer, http::H2Options options = {})
      : peer_(peer), session(listener, options) {}

  // Takes what came and sends what the session has to say. Call it between turns of the loop.
  void move() {
    while (true) {
      const std::string came = peer_.take();
      if (!came.empty()) received = session.receive(came, SteadyTime(std::chrono::hours(1)));
      const std::string out(session.begin_write());
      session.end_write();
      if (!out.empty()) peer_.send(out);
      if (came.empty() && out.empty()) return;
    }
  }

  // Client: opens a stream; its events are in stream(n), in order of opening.
  http::StreamId request(std::string_view method, std::string_view target,
                         http::EndStream end = http::EndStream::kYes,
                         http::BodyLength body = http::BodyLength::none()) {
    http::RequestHead& head = heads_.emplace_back(arena_);
    head.method = method;
    head.scheme = "http";
    head.authority = "a.example";
    head.target = target;
    head.body = body;
    http::RecordedStream& stream = opened_.emplace_back();
    const auto id = session.send_request(head, end, stream);
    EXPECT_TRUE(id) << id.error().detail;
    return id ? *id : 0;
  }
  // Server: answers a stream.
  void respond(http::StreamId id, std::uint16_t status, http::EndStream end,
               http::BodyLength body = http::BodyLength::chunked()) {
    http::ResponseHead& head = responses_.emplace_back(arena_);
    head.status = status;
    head.body = end == http::EndStream::kYes ? http::BodyLength::none() : body;
    EXPECT_TRUE(session.send_response(id, head, end));
  }
  void send(http::StreamId id, std::string_view bytes, http::EndStream end) {
    const auto taken = session.send_data(id, bytes, end);
    EXPECT_TRUE(taken && *taken == bytes.size());
  }
  http::RecordedStream& stream(std::size_t index) {
    return opened_.empty() ? listener.streams.at(index) : opened_.at(index);
  }
  std::size_t stream_count() const {
    return opened_.empty() ? listener.streams.size() : opened_.size();
  }
  http::StreamId id(std::size_t index) const { return listener.ids.at(index); }

 private:
  RawPeer& peer_;
  Arena arena_;
  std::deque<http::RequestHead> heads_;
  std::deque<http::ResponseHead> responses_;
  std::deque<http::RecordedStream> opened_;

 public:
  http::RecordedSession listener;
  Session session;
  Result<void> received;  // of the last receive()
};

}  // namespace tidegate::testing
