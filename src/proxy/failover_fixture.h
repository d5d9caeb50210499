// A group of two providers that a test plays, and what they answer with.   Thread: the test's.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/proxy_fixture.h"

namespace tidegate::proxy {

inline std::string reply(int status, std::string_view body, std::string_view fields = {}) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\ncontent-type: application/json\r\n" +
         std::string(fields) + "content-length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

// The head of a stream, and events as chunks of its body.
inline constexpr std::string_view kStream =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
inline std::string chunk(std::string_view text) {
  char size[24];
  std::snprintf(size, sizeof size, "%zx\r\n", text.size());
  return size + std::string(text) + "\r\n";
}

// A group of two members, the second in reserve.
struct Pair {
  explicit Pair(testing::PollerKind kind) : world(kind) {
    group = std::make_shared<config::Group>();
    group->triggers.statuses = {429, 503};
    add("first", first, 0);
    add("second", second, 1);
  }
  config::GroupMember& add(const std::string& name, const RawListener& listener,
                           std::uint32_t priority) {
    auto backend = World::backend(name, listener);
    backend->ai.emplace().provider = "OpenAI";
    members.push_back(backend);
    config::GroupMember& member = group->members.emplace_back();
    member.backend = backend;
    member.priority = priority;
    return member;
  }
  // A document in which everything goes to the group.
  void adopt(const std::vector<std::string>* regions = nullptr) {
    auto document = std::make_shared<config::Document>();
    auto& listener = document->listeners.emplace_back();
    listener.id = "Gateway/ns/gw/http";
    listener.address = "127.0.0.1";
    listener.port = 8080;
    if (regions != nullptr) {
      listener.regions = std::make_shared<const std::vector<std::string>>(*regions);
    }
    auto backend = std::make_shared<config::Backend>();
    backend->id = "Backend/ns/chat";
    backend->ai.emplace().provider = "OpenAI";
    backend->group = group;
    auto route = std::make_shared<config::HttpRoute>();
    route->id = "HTTPRoute/ns/r";
    route->rules = std::make_shared<const std::vector<config::HttpRule>>(
        std::vector<config::HttpRule>{rule_to(backend)});
    listener.http_routes = {std::move(route)};
    document->backends.push_back(backend);
    for (const auto& member : group->members) document->backends.push_back(member.backend);
    world.adopt(*document);
  }
  // The next request that comes to an upstream is answered so.
  void answer(RawListener& upstream, std::string_view text, std::string_view end = "}") {
    world.loop.run_until([&] {
      for (std::size_t i = 0; i < upstream.count(); ++i) {
        auto& peer = upstream.peer(i);
        if (!peer.is_open() || !peer.received().ends_with(end)) continue;
        requests.push_back(peer.take());
        peer.send(text);
        last = &peer;
        return true;
      }
      return false;
    });
  }

  RawListener first, second;  // outlive the world's connections
  World world;
  std::shared_ptr<config::Group> group;
  std::vector<std::shared_ptr<config::Backend>> members;
  std::vector<std::string> requests;  // that were answered
  testing::RawPeer* last = nullptr;   // that was answered
};

}  // namespace tidegate::proxy
