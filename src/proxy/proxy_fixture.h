// A worker of the proxy in a test: a document of one listener, upstreams that the test plays, and
// clients without sockets.
//
//   World world(GetParam());
//   RawListener upstream;
//   world.adopt({rule_to(world.backend("a", upstream))});
//   Client client(world, "GET", "/");
//   client.start();
//   world.await_request(upstream);
//   upstream.peer(0).send("HTTP/1.1 200 OK\r\n...");
//   world.loop.run_until_idle();
//   EXPECT_EQ(client.response.status, 200);
//
// Thread: the test's.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "credential/scripted_caller.h"
#include "proxy/handle.h"
#include "stream/memory_body.h"
#include "support/pollers.h"
#include "support/raw_peer.h"

namespace tidegate::proxy {

using testing::RawListener;

// What a client got, and what its connection was told.
class RecordedResponse final : public exchange::ResponseWriter {
 public:
  async::Task<Result<void>> send_interim(const http::ResponseHead& head) override {
    interim.push_back(head.status);
    co_return Result<void>();
  }
  void start(const http::ResponseHead& head) override {
    EXPECT_FALSE(started_);
    started_ = true;
    status = head.status;
    length = head.body;
    for (const http::Field& field : head.fields.fields()) {
      fields.emplace(std::string(field.name), std::string(field.value));
    }
  }
  bool started() const override { return started_; }
  bool committed() const override { return committed_; }
  async::Task<Result<void>> write(std::string_view bytes, stream::End end,
                                  const http::HeaderMap* trailers) override {
    EXPECT_TRUE(started_);
    EXPECT_FALSE(ended);
    EXPECT_FALSE(aborted);
    if (client_gone) co_return fail(ErrorCode::kConnectionReset, Origin::kDownstream, "gone");
    committed_ = true;
    body.append(bytes);
    ended = end == stream::End::kYes;
    if (trailers != nullptr) {
      for (const http::Field& field : trailers->fields()) {
        trailer_fields.emplace(std::string(field.name), std::string(field.value));
      }
    }
    co_return Result<void>();
  }
  async::Task<Result<void>> flush() override {
    committed_ = true;
    ++flushes;
    co_return Result<void>();
  }
  void close_after() override { closes = true; }
  void abort() override { aborted = true; }
  stream::BodySource* upgraded() override { return upgrade_body; }

  std::string field(const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : found->second;
  }

  std::uint16_t status = 0;
  http::BodyLength length;
  std::multimap<std::string, std::string> fields;
  std::multimap<std::string, std::string> trailer_fields;
  std::vector<std::uint16_t> interim;
  std::string body;
  int flushes = 0;
  bool ended = false;
  bool aborted = false;
  bool closes = false;
  bool client_gone = false;  // set: writes fail
  stream::BodySource* upgrade_body = nullptr;

 private:
  bool started_ = false;
  bool committed_ = false;
};

struct World {
  explicit World(testing::PollerKind kind)
      : loop(kind),
        upstreams(upstream::WorkerResources{loop.reactor, shared, random, background, nullptr}),
        log_path(std::filesystem::path(::testing::TempDir()) /
                 ("proxy-" + std::to_string(::getpid()) + ".log")),
        access_log(*telemetry::AccessLogWriter::start({.path = log_path.string()})),
        context{loop.reactor, upstreams, random,
                background,   stopping,  &access_log->make_channel(),
                recorder,     series,    credentials} {}

  ~World() {
    stopping.request();
    upstreams.clear();
    loop.run_until([this] { return background.size() == 0; });
    access_log.reset();
    std::filesystem::remove(log_path);
  }

  // A backend of HTTP/1 endpoints that the test plays.
  static std::shared_ptr<config::Backend> backend(const std::string& name,
                                                  const RawListener& listener) {
    auto made = std::make_shared<config::Backend>();
    made->id = "Backend/ns/" + name;
    made->destination = std::vector<config::Endpoint>{{"127.0.0.1", listener.port()}};
    return made;
  }

  // The document's only route has these rules; its listener's hostname is "" (any).
  void adopt(std::vector<config::HttpRule> rules) {
    auto document = std::make_shared<config::Document>();
    auto& listener = document->listeners.emplace_back();
    listener.id = "Gateway/ns/gw/http";
    listener.address = "127.0.0.1";
    listener.port = 8080;
    for (const config::HttpRule& rule : rules) {
      for (const auto& choice : rule.backends) name(*document, choice.backend);
      if (rule.filters == nullptr) continue;
      for (const auto& mirror : rule.filters->mirrors) name(*document, mirror.backend);
    }
    auto route = std::make_shared<config::HttpRoute>();
    route->id = "HTTPRoute/ns/r";
    route->rules = std::make_shared<const std::vector<config::HttpRule>>(std::move(rules));
    listener.http_routes = {std::move(route)};
    adopt(*document);
  }
  void adopt(const config::Document& document) {
    snapshot =
        std::make_shared<const Snapshot>(document, cache, snapshot.get(), nullptr, processors);
  }
  const Port& port() const { return *snapshot->ports().front(); }

  // Turns until the upstream has a connection and read this end of a request on it.
  void await_request(RawListener& upstream, std::size_t peer = 0,
                     std::string_view end = "\r\n\r\n") {
    loop.run_until([&] {
      return upstream.accepted(peer + 1) && upstream.peer(peer).received().ends_with(end);
    });
  }

  // The lines of the access log.
  std::string log_text() const {
    access_log->flush();
    std::ifstream file(log_path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  testing::Loop loop;
  io::SharedBuffer shared;
  Random random{1};
  async::TaskGroup background{loop.reactor};
  async::CancelScope stopping;
  upstream::Registry upstreams;
  telemetry::Registry registry;
  telemetry::ExchangeMetrics metrics{registry};
  telemetry::ExchangeRecorder recorder{metrics};
  SeriesCache series{metrics};
  std::filesystem::path log_path;
  std::unique_ptr<telemetry::AccessLogWriter> access_log;
  credential::ScriptedCaller token_calls{loop.reactor};
  credential::ScriptedSurroundings surroundings;
  credential::Store credentials{
      credential::CacheParts{loop.reactor, background, stopping, token_calls, surroundings}};
  WorkerContext context;
  route::RouteCache cache;
  const pipeline::Catalog* processors = nullptr;  // null: none
  std::shared_ptr<const Snapshot> snapshot;

 private:
  static void name(config::Document& document,
                   const std::shared_ptr<const config::Backend>& backend) {
    if (backend != nullptr) document.backends.push_back(backend);
  }
};

// One request as a connection hands it over. Must not outlive handle().
struct Client {
  Client(World& w, std::string_view method, std::string_view target, std::string text = {})
      : world(w), facts(make_facts()), exchange(w.loop.reactor, facts), body(std::move(text)) {
    exchange.request.method = method;
    exchange.request.scheme = "http";
    exchange.request.authority = "a.example";
    exchange.request.target = target;
    const auto whole = body.whole();
    if (!whole->empty()) exchange.request.body = http::BodyLength::known(whole->size());
    exchange.body = &body;
    exchange.response = &response;
  }
  Client& add(std::string_view name, std::string_view value) {
    exchange.request.fields.add(name, value);
    return *this;
  }
  void start() {
    world.loop.group.spawn(handle(exchange, world.snapshot, world.port(), world.context));
  }
  void run() {
    start();
    world.loop.run_until_idle();
  }

  World& world;
  exchange::ConnectionFacts facts;
  exchange::Exchange exchange;
  stream::MemoryBody body;
  RecordedResponse response;

 private:
  static exchange::ConnectionFacts make_facts() {
    exchange::ConnectionFacts made;
    made.client_ip = "192.0.2.9";
    made.client_port = 4711;
    made.local_port = 8080;
    return made;
  }
};

inline config::WeightedBackend choice(std::shared_ptr<const config::Backend> backend,
                                      std::uint32_t weight = 1) {
  config::WeightedBackend made;
  made.backend = std::move(backend);
  made.weight = weight;
  return made;
}

// A rule for everything under `path`, to one backend.
inline config::HttpRule rule_to(std::shared_ptr<const config::Backend> backend,
                                std::string path = "/") {
  config::HttpRule made;
  made.matches.emplace_back().path.value = std::move(path);
  made.backends.push_back(choice(std::move(backend)));
  return made;
}

inline config::HttpRule with_filters(config::HttpRule rule, config::Filters filters) {
  rule.filters = std::make_shared<const config::Filters>(std::move(filters));
  return rule;
}

}  // namespace tidegate::proxy
