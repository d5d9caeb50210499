// Two ends of an HTTP/2 connection in memory, for tests: what one writes the other reads.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "http/h2_session.h"

namespace tidegate::http {

// Notes what happens to one stream, as text.
class RecordedStream final : public H2StreamListener {
 public:
  Arena& arena() override { return arena_; }
  void on_request(RequestHead& head) override {
    request = &head;
    log += std::string(head.method) + " " + std::string(head.target) + "\n";
  }
  void on_refused(RequestHead& head, const Error& error) override {
    request = &head;
    refused = error.code;
    log += "refused " + error.detail + "\n";
  }
  void on_interim(ResponseHead& head) override {
    log += "interim " + std::to_string(head.status) + "\n";
  }
  void on_response(ResponseHead& head) override {
    response = &head;
    log += "response " + std::to_string(head.status) + "\n";
  }
  void on_data(std::string_view bytes) override { body += bytes; }
  void on_trailers(HeaderMap& fields) override {
    for (const Field& field : fields.fields()) {
      log.append("trailer ").append(field.name).append("=").append(field.value).append("\n");
    }
  }
  void on_end() override { log += "end\n"; }
  void on_writable() override { ++writable; }
  void on_close(H2Error code) override {
    log.append("close ").append(to_string(code)).append("\n");
    closed = true;
  }

  std::string log;
  std::string body;
  RequestHead* request = nullptr;
  ResponseHead* response = nullptr;
  ErrorCode refused = ErrorCode::kInternal;
  int writable = 0;
  bool closed = false;

 private:
  Arena arena_;
};

// Makes a stream for each request, in order of their arrival.
class RecordedSession final : public H2SessionListener {
 public:
  H2StreamListener& on_stream(StreamId id) override {
    ids.push_back(id);
    return streams.emplace_back();
  }
  void on_goaway(H2Error code) override { goaway.append(to_string(code)).append(";"); }
  void on_output() override { ++outputs; }

  std::deque<RecordedStream> streams;
  std::vector<StreamId> ids;
  std::string goaway;
  int outputs = 0;
};

struct H2Pair {
  explicit H2Pair(H2Options server_options = {}, H2Options client_options = {})
      : server(server_listener, server_options), client(client_listener, client_options) {}

  // Carries what is written both ways, in pieces of at most `piece` bytes, until nobody has more.
  void run(std::size_t piece = 1 << 20) {
    while (move(client, server, piece) || move(server, client, piece)) {
    }
  }

  RequestHead& request(std::string_view method, std::string_view target) {
    RequestHead& head = heads.emplace_back(arena);
    head.method = method;
    head.scheme = "http";
    head.authority = "a.example";
    head.target = target;
    return head;
  }
  ResponseHead& response(std::uint16_t status) {
    ResponseHead& head = responses.emplace_back(arena);
    head.status = status;
    return head;
  }

  Arena arena;
  std::deque<RequestHead> heads;
  std::deque<ResponseHead> responses;
  RecordedSession server_listener, client_listener;
  H2Server server;
  H2Client client;
  Result<void> last;  // of the last receive() that failed
  SteadyTime now{std::chrono::seconds(1000)};

 private:
  bool move(H2Session& from, H2Session& to, std::size_t piece) {
    const std::string bytes(from.begin_write());
    from.end_write();
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      const std::string part = bytes.substr(at, piece);
      if (auto result = to.receive(part, now); !result) last = std::move(result);
    }
    return !bytes.empty();
  }
};

}  // namespace tidegate::http
