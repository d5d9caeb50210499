// A proxy whose route, listener and backends have pipelines of scripted processors.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "pipeline/scripted_processor.h"
#include "proxy/proxy_fixture.h"

namespace tidegate::proxy {

struct PipelineWorld : World {
  explicit PipelineWorld(testing::PollerKind kind) : World(kind) { processors = &catalog; }

  // A processor of a pipeline that runs in these phases.
  config::ProcessorSpec spec(std::string name, pipeline::PhaseSet phases,
                             pipeline::Scripts::Script script) {
    scripts[name] = std::move(script);
    config::ProcessorSpec made;
    made.name = std::move(name);
    made.type = "Scripted";
    made.phases = phases;
    return made;
  }
  config::Pipeline& pipeline_of(std::string id, std::vector<config::ProcessorSpec> specs) {
    auto made = std::make_shared<config::Pipeline>();
    made->id = "ns/" + std::move(id);
    made->processors = std::move(specs);
    made_.push_back(std::move(made));
    return *made_.back();
  }
  // What adopt_processed() gives to the route's rule, the listener, a backend.
  void on_route(std::string id, std::vector<config::ProcessorSpec> specs) {
    pipeline_of(std::move(id), std::move(specs));
    route_.push_back(made_.back());
  }
  void on_gateway(std::string id, std::vector<config::ProcessorSpec> specs) {
    pipeline_of(std::move(id), std::move(specs));
    gateway_.push_back(made_.back());
  }
  void on_backend(const std::string& name, std::vector<config::ProcessorSpec> specs) {
    pipeline_of("of-" + name, std::move(specs));
    backends_["Backend/ns/" + name] =
        std::make_shared<const config::Pipelines>(config::Pipelines{made_.back()});
  }

  // The pipeline that was made last.
  config::Pipeline& last() { return *made_.back(); }

  // The first rule has the route's pipelines.
  void adopt_processed(std::vector<config::HttpRule> rules) {
    config::Document document;
    document.pipelines = {made_.begin(), made_.end()};
    document.backend_pipelines = backends_;
    auto& listener = document.listeners.emplace_back();
    listener.id = "Gateway/ns/gw/http";
    listener.address = "127.0.0.1";
    listener.port = 8080;
    if (!gateway_.empty()) listener.pipelines = std::make_shared<const config::Pipelines>(gateway_);
    if (!route_.empty()) {
      rules.front().pipelines = std::make_shared<const config::Pipelines>(route_);
    }
    for (const config::HttpRule& rule : rules) {
      for (const auto& one : rule.backends) {
        document.backends.push_back(one.backend);
        if (one.backend->group == nullptr) continue;
        for (const auto& member : one.backend->group->members) {
          document.backends.push_back(member.backend);
        }
      }
    }
    auto route = std::make_shared<config::HttpRoute>();
    route->id = "HTTPRoute/ns/r";
    route->rules = std::make_shared<const std::vector<config::HttpRule>>(std::move(rules));
    listener.http_routes = {std::move(route)};
    adopt(document);
  }

  pipeline::Scripts scripts;
  pipeline::Catalog catalog = pipeline::scripted_catalog();

 private:
  std::vector<std::shared_ptr<config::Pipeline>> made_;
  config::Pipelines route_;
  config::Pipelines gateway_;
  std::unordered_map<std::string, config::PipelinesPtr> backends_;
};

inline std::shared_ptr<config::Backend> model_server(const std::string& name,
                                                     const RawListener& listener) {
  auto made = World::backend(name, listener);
  made->ai.emplace();
  made->ai->provider = "OpenAI";
  return made;
}

inline std::string http_reply(std::string_view type, const std::string& body) {
  return "HTTP/1.1 200 OK\r\ncontent-type: " + std::string(type) +
         "\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

inline constexpr const char* kChatPath = "/v1/chat/completions";
inline constexpr const char* kChatBody = R"({"model":"m","messages":[]})";
inline constexpr const char* kStreamBody = R"({"model":"m","stream":true,"messages":[]})";

}  // namespace tidegate::proxy
