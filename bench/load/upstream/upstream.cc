#include "bench/load/upstream/upstream.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "bench/load/net/byte_channel.h"
#include "bench/load/net/h1_reader.h"
#include "bench/load/net/poller.h"
#include "bench/load/net/sockets.h"
#include "bench/load/upstream/replies.h"
#include "bench/load/upstream/token_clock.h"
#include "bench/load/work/payloads.h"

namespace tidegate::bench {
namespace {

class Server;

// One connection from a proxy: reads requests, answers each before it reads the next.
class Connection final : public EventHandler, private MessageSink {
 public:
  Connection(Server& server, std::uint32_t slot, int socket)
      : server_(server), slot_(slot), channel_(socket, nullptr) {}

  void on_ready(std::uint32_t events) override;

  // Sends the next token of the stream `serial`, if that is still what this connection is doing.
  void on_due(std::uint64_t serial, Instant due);

  int socket() const { return channel_.socket(); }

 private:
  void on_head(std::string_view head) override {
    plan_ = plan_reply(head, find_field(head, "x-bench-reply"));
    body_.clear();
  }
  void on_body(std::string_view piece) override {
    const bool reads_body =
        plan_.kind == ReplyPlan::Kind::kEcho || plan_.kind == ReplyPlan::Kind::kMessage;
    if (reads_body) body_.append(piece);
  }
  void reply();
  void start_stream();
  bool is_messages() const { return plan_.format == ReplyPlan::Format::kMessages; }

  Server& server_;
  std::uint32_t slot_;
  ByteChannel channel_;
  H1Reader reader_{H1Reader::Role::kRequests, *this};
  ReplyPlan plan_;
  std::string body_;          // of a request whose reply depends on it
  std::uint64_t stream_ = 0;  // serial of the stream being sent, 0: none
  int events_left_ = 0;
};

class Server final : public EventHandler {
 public:
  explicit Server(std::uint16_t port) : listener_(listen_on(port)) {
    poller_.add(listener_, *this);
    fmt::print("{{\"port\":{}}}\n", port_of(listener_));
    std::fflush(stdout);
  }

  [[noreturn]] void run() {
    for (;;) {
      poller_.wait(tokens_.next_due());
      const Instant now = Clock::now();
      while (auto token = tokens_.take(now)) {
        Connection* connection = connections_[token->connection].get();
        if (connection != nullptr) connection->on_due(token->serial, token->due);
      }
      closed_.clear();
    }
  }

  void on_ready(std::uint32_t) override {
    for (int socket = accept_from(listener_); socket >= 0; socket = accept_from(listener_)) {
      const std::uint32_t slot = free_slot();
      connections_[slot] = std::make_unique<Connection>(*this, slot, socket);
      poller_.add(socket, *connections_[slot]);
    }
  }

  // Ends a connection; its object lives until the current batch of events is over.
  void close(std::uint32_t slot) {
    if (!connections_[slot]) return;
    closed_.push_back(std::move(connections_[slot]));
    free_slots_.push_back(slot);
  }

  const Replies& replies() const { return replies_; }
  TokenClock& tokens() { return tokens_; }
  std::uint64_t next_serial() { return ++last_serial_; }
  // A random share of `interval`, so that streams do not beat in step.
  Duration phase_of(Duration interval) {
    return Duration(std::uniform_int_distribution<std::int64_t>(0, interval.count())(random_));
  }

 private:
  std::uint32_t free_slot() {
    if (free_slots_.empty()) {
      connections_.emplace_back();
      return static_cast<std::uint32_t>(connections_.size() - 1);
    }
    const std::uint32_t slot = free_slots_.back();
    free_slots_.pop_back();
    return slot;
  }

  int listener_;
  Poller poller_;
  Replies replies_;
  TokenClock tokens_;
  std::mt19937_64 random_{20240601};
  std::uint64_t last_serial_ = 0;
  std::vector<std::unique_ptr<Connection>> connections_;  // by slot
  std::vector<std::uint32_t> free_slots_;
  std::vector<std::unique_ptr<Connection>> closed_;
};

void Connection::on_ready(std::uint32_t events) {
  channel_.on_ready(events);
  for (std::string_view bytes = channel_.read(); !bytes.empty(); bytes = channel_.read()) {
    while (!bytes.empty()) {
      const auto progress = reader_.feed(bytes);
      if (progress == H1Reader::Progress::kMalformed) return server_.close(slot_);
      if (progress == H1Reader::Progress::kComplete) reply();
    }
  }
  if (channel_.closed()) server_.close(slot_);
}

void Connection::reply() {
  switch (plan_.kind) {
    case ReplyPlan::Kind::kJson:
      return channel_.send(server_.replies().json);
    case ReplyPlan::Kind::kChunked:
      return channel_.send(server_.replies().chunked);
    case ReplyPlan::Kind::kEcho:
      return channel_.send(make_echo_reply(body_));
    case ReplyPlan::Kind::kBurst:
      return channel_.send(server_.replies().burst);
    case ReplyPlan::Kind::kProse:
      return channel_.send(server_.replies().prose);
    case ReplyPlan::Kind::kMessage:
      return channel_.send(server_.replies().find_message(body_));
    case ReplyPlan::Kind::kPaced:
      return start_stream();
  }
}

void Connection::start_stream() {
  stream_ = server_.next_serial();
  events_left_ = plan_.events;
  channel_.send(is_messages() ? server_.replies().message_head : server_.replies().stream_head);
  const Instant first = Clock::now() + server_.phase_of(plan_.interval);
  server_.tokens().add({first, slot_, stream_});
}

void Connection::on_due(std::uint64_t serial, Instant due) {
  if (serial != stream_) return;
  if (events_left_ == 0) {
    stream_ = 0;
    return channel_.send(is_messages() ? server_.replies().message_end
                                       : server_.replies().stream_end);
  }
  --events_left_;
  const Instant now = Clock::now();
  channel_.send(make_chunk(is_messages() ? make_message_event(now) : make_sse_event(now)));
  server_.tokens().add({due + plan_.interval, slot_, serial});
}

}  // namespace

void run_upstream(std::uint16_t port) {
  Server server(port);
  server.run();
}

}  // namespace tidegate::bench
