#include "gatewayapi/policy/pipelines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gatewayapi/fixture/cluster.h"
#include "gatewayapi/status_format.h"

namespace tidegate::gatewayapi {
namespace {

using namespace fixture;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Names = std::vector<std::string>;

std::vector<std::string> check_config(std::string_view config) {
  if (config == "{}") return {};
  return {"maxTokens: must be a number"};
}

const config::ProcessorCatalog& catalog() {
  static const config::ProcessorCatalog kCatalog = [] {
    config::ProcessorCatalog made;
    made.types = {{"Look", config::PhaseSet{config::Phase::kRequestHeaders}, false, check_config},
                  {"Ask", config::PhaseSet::all(), true, nullptr},
                  {"Keep", config::PhaseSet::all(), true, nullptr}};
    made.types.back().store = [](std::string_view) {
      return std::optional(config::BackendProtocol::kRedis);
    };
    made.check_condition = [](std::string_view text) {
      return text == "(" ? std::string("1:2: no expression") : std::string();
    };
    return made;
  }();
  return kCatalog;
}

resource::PolicyTargetReference target(std::string kind, std::string name,
                                       std::optional<std::string> section = {}) {
  const bool own = kind == "Backend";
  return {own ? resource::kTidegateGroup : resource::kGatewayGroup, std::move(kind),
          std::move(name), std::move(section)};
}

resource::PayloadPipeline pipeline(std::string_view name,
                                   std::vector<resource::PolicyTargetReference> targets) {
  resource::PayloadPipeline made;
  made.meta = meta(name);
  made.target_refs = std::move(targets);
  made.processors.emplace_back();
  made.processors[0].name = "look";
  made.processors[0].type = "Look";
  return made;
}

// A Gateway with two listeners, a Backend, and a route with two rules, the second called "eu".
Cluster make_cluster() {
  Cluster cluster;
  cluster.options.processors = &catalog();
  cluster.add(gateway("ai/gw", {listener("a", "HTTP", 80), listener("b", "HTTP", 81)}));
  auto route = http_route("ai/r", {parent("gw")}, {rule("/", {}), rule("/eu", {})});
  route.rules[1].name = "eu";
  cluster.add(route);
  return cluster;
}

Names ids(const config::PipelinesPtr& pipelines) {
  Names names;
  if (pipelines == nullptr) return names;
  for (const auto& one : *pipelines) names.push_back(one->id);
  return names;
}
const config::HttpRule& rule_of(const Compilation& result, std::size_t rule) {
  return find_config(result, "Gateway/ai/gw/a")->http_routes[0]->rules->at(rule);
}
Names of_rule(const Compilation& result, std::size_t rule) {
  return ids(rule_of(result, rule).pipelines);
}
Names of_listener(const Compilation& result, std::string_view name) {
  return ids(find_config(result, "Gateway/ai/gw/" + std::string(name))->pipelines);
}
const PipelineStatus& status_of(const Compilation& result, std::string_view name) {
  for (const auto& status : result.statuses().pipelines) {
    if (status.meta->name == name) return status;
  }
  ADD_FAILURE() << "no status of " << name;
  static const PipelineStatus kNone;
  return kNone;
}

TEST(Pipelines, RunWhereTheyAreAttachedOldestFirst) {
  auto cluster = make_cluster();
  cluster.add(aged(pipeline("ai/young", {target("HTTPRoute", "r")}), 20));
  cluster.add(
      aged(pipeline("ai/old", {target("HTTPRoute", "r"), target("Gateway", "gw", "b")}), 10));
  cluster.add(pipeline("ai/rule", {target("HTTPRoute", "r", "eu")}));
  cluster.add(pipeline("ai/all", {target("Gateway", "gw")}));

  const Compilation& result = cluster.compile();

  EXPECT_THAT(of_rule(result, 0), ElementsAre("ai/old", "ai/young"));
  EXPECT_THAT(of_rule(result, 1), ElementsAre("ai/old", "ai/young", "ai/rule"));
  EXPECT_THAT(of_listener(result, "a"), ElementsAre("ai/all"));
  EXPECT_THAT(of_listener(result, "b"), ElementsAre("ai/all", "ai/old"));
  EXPECT_EQ(describe(status_of(result, "old").conditions),
            "Accepted=True/Accepted ResolvedRefs=True/ResolvedRefs");
}

TEST(Pipelines, OfFiltersComeAfterThoseOfTheRule) {
  auto cluster = make_cluster();
  cluster.add(pipeline("ai/named", {}));
  cluster.add(pipeline("ai/route", {target("HTTPRoute", "r")}));
  const resource::ExtensionRef filter{
      {resource::kTidegateGroup, "PayloadProcessingPipeline", "named"}};
  const resource::ExtensionRef missing{
      {resource::kTidegateGroup, "PayloadProcessingPipeline", "gone"}};
  cluster.add(
      http_route("ai/r", {parent("gw")}, {rule("/", {}, {filter}), rule("/b", {}, {missing})}));

  const Compilation& result = cluster.compile();

  EXPECT_THAT(of_rule(result, 0), ElementsAre("ai/route", "ai/named"));
  EXPECT_FALSE(rule_of(result, 0).invalid);
  EXPECT_TRUE(rule_of(result, 1).invalid);
  EXPECT_THAT(route_conditions(result, "ai/r"), HasSubstr("ResolvedRefs=False/PipelineNotFound"));
}

TEST(Pipelines, TellEveryProblemWithItsPathAndAreBroken) {
  auto cluster = make_cluster();
  auto bad = pipeline("ai/bad", {target("HTTPRoute", "r")});
  bad.processors[0].config = "{\"maxTokens\":\"x\"}";
  bad.processors[0].when = "(";
  bad.processors[0].phases = {resource::PipelineProcessor::Phase::kResponseBody};
  bad.processors.push_back(bad.processors[0]);
  bad.processors[1].type = "Lok";
  bad.processors[1].when.clear();
  cluster.add(bad);

  const Compilation& result = cluster.compile();

  const auto* accepted = find_condition(status_of(result, "bad").conditions, "Accepted");
  EXPECT_EQ(accepted->reason, "Invalid");
  EXPECT_EQ(
      accepted->message,
      "processors[0].phases: Look does not serve all of these; processors[0].config.maxTokens: "
      "must be a number; processors[0].when: 1:2: no expression; processors[1].type: there is "
      "no processor \"Lok\"; there is Look, Ask, Keep");
  EXPECT_EQ(rule_of(result, 0).pipelines->at(0)->broken, accepted->message);
}

TEST(Pipelines, TellTargetsAndReferencesThatAreNotThere) {
  auto cluster = make_cluster();
  cluster.add(pipeline("ai/route", {target("HTTPRoute", "gone")}));
  cluster.add(pipeline("ai/backend", {target("Backend", "gone")}));
  cluster.add(pipeline("ai/kind", {{"", "Service", "s", std::nullopt}}));
  auto asks = pipeline("ai/asks", {});
  asks.processors[0].type = "Ask";
  asks.processors[0].backend_ref = backend_ref("gone");
  cluster.add(asks);
  auto lacks = pipeline("ai/lacks", {});
  lacks.processors[0].type = "Ask";
  cluster.add(lacks);

  const Compilation& result = cluster.compile();

  EXPECT_THAT(describe(status_of(result, "route").conditions), HasSubstr("False/TargetNotFound"));
  EXPECT_THAT(describe(status_of(result, "backend").conditions), HasSubstr("False/TargetNotFound"));
  EXPECT_THAT(describe(status_of(result, "kind").conditions), HasSubstr("Accepted=False/Invalid"));
  EXPECT_THAT(describe(status_of(result, "asks").conditions), HasSubstr("ResolvedRefs=False/"));
  EXPECT_THAT(find_condition(status_of(result, "lacks").conditions, "Accepted")->message,
              HasSubstr("processors[0].backendRef: is required for type Ask"));
}

// What a processor asks where the gateway runs there: the Service's id and how many endpoints.
std::pair<std::string, std::size_t> asked_from(const Location& location) {
  auto cluster = make_cluster();
  cluster.add(service("ai/judge"));
  auto endpoints = slice("ai/judge", {"10.0.0.1", "10.0.0.2"}, 3000);
  endpoints.endpoints[0].node = "a";
  cluster.add(endpoints);
  auto asks = pipeline("ai/asks", {});
  asks.processors[0].type = "Ask";
  asks.processors[0].backend_ref = service_ref("judge");
  cluster.add(asks);
  cluster.options.location = location;
  const auto document = cluster.compile().document;
  const config::Backend& backend = *document->pipelines.at(0)->processors.at(0).backend;
  return {backend.id, std::get<std::vector<config::Endpoint>>(backend.destination).size()};
}

TEST(Pipelines, ProcessorsPreferNearEndpointsOfServices) {
  using Asked = std::pair<std::string, std::size_t>;
  EXPECT_EQ(asked_from({}), Asked("Service/ai/judge:8080", 2));
  EXPECT_EQ(asked_from({"a", ""}), Asked("Service/ai/judge:8080/near", 1));
  EXPECT_EQ(asked_from({"b", "2"}), Asked("Service/ai/judge:8080/near", 2));
}

resource::Backend guarded(std::vector<resource::BackendExtension> extensions) {
  resource::Backend object;
  object.meta = meta("ai/b");
  object.destination = resource::FqdnDestination{"api.example.com"};
  object.extensions = std::move(extensions);
  return object;
}
// Of the Backend "ai/b".
std::string backend_status(const Compilation& result) {
  return describe(result.statuses().backends.at(0).conditions);
}
Names of_backend(const Compilation& result) {
  const auto& all = result.document->backend_pipelines;
  const auto found = all.find("Backend/ai/b");
  return found == all.end() ? Names() : ids(found->second);
}

TEST(Pipelines, OfExtensionsRunBehindThoseThatTargetTheBackend) {
  auto cluster = make_cluster();
  cluster.add(pipeline("ai/rules", {}));
  cluster.add(pipeline("ai/aimed", {target("Backend", "b")}));
  cluster.add(guarded({{"one", "Look"}, {"house", "PayloadProcessingPipeline", "", "rules"}}));

  const Compilation& result = cluster.compile();

  EXPECT_THAT(of_backend(result), ElementsAre("ai/aimed", "Backend/ai/b", "ai/rules"));
  EXPECT_EQ(backend_status(result), "Accepted=True/Accepted ResolvedRefs=True/ResolvedRefs");
  const auto own = result.document->backend_pipelines.at("Backend/ai/b")->at(1);
  EXPECT_EQ(own->processors.at(0).name, "one");
  EXPECT_EQ(own->processors[0].phases, config::PhaseSet{config::Phase::kRequestHeaders});
  EXPECT_THAT(ids(std::make_shared<config::Pipelines>(result.document->pipelines)),
              ::testing::UnorderedElementsAre("ai/rules", "ai/aimed", "Backend/ai/b"));

  cluster.add(pipeline("ai/other", {target("Gateway", "gw")}));
  EXPECT_EQ(cluster.compile().document->backend_pipelines.at("Backend/ai/b")->at(1), own);
}

TEST(Pipelines, AnExtensionThatCannotRunIsNeverLeftOut) {
  auto cluster = make_cluster();
  cluster.add(guarded({{"one", "Look", R"({"maxTokens":"x"})"}}));
  EXPECT_EQ(backend_status(cluster.compile()),
            "Accepted=False/Invalid ResolvedRefs=True/ResolvedRefs");
  cluster.add(guarded({{"asks", "Ask"}}));
  EXPECT_EQ(backend_status(cluster.compile()),
            "Accepted=False/UnsupportedValue ResolvedRefs=True/ResolvedRefs");

  cluster.add(guarded({{"house", "PayloadProcessingPipeline", "", "rules"}}));
  const Compilation& missing = cluster.compile();
  EXPECT_EQ(backend_status(missing), "Accepted=True/Accepted ResolvedRefs=False/PipelineNotFound");
  EXPECT_EQ(missing.document->backend_pipelines.at("Backend/ai/b")->at(0)->broken,
            "PayloadProcessingPipeline rules does not exist");

  cluster.add(pipeline("ai/rules", {}));
  const Compilation& found = cluster.compile();
  EXPECT_EQ(backend_status(found), "Accepted=True/Accepted ResolvedRefs=True/ResolvedRefs");
  EXPECT_EQ(found.document->backend_pipelines.at("Backend/ai/b")->at(0)->broken, "");
}

TEST(Pipelines, ConnectionsCannotPassABackendWithExtensions) {
  auto cluster = make_cluster();
  cluster.add(guarded({{"one", "Look"}}));
  cluster.add(gateway("ai/l4", {listener("tcp", "TCP", 9000)}));
  cluster.add(tcp_route("ai/t", {parent("l4")}, {{backend_ref("b", 443), 1}}));
  EXPECT_THAT(route_conditions(cluster.compile(), "ai/t"),
              HasSubstr("ResolvedRefs=False/UnsupportedProtocol"));
}

// A Backend with a port of this protocol, and a processor of this type that refers to it.
struct StoreCase {
  StoreCase(resource::BackendPort::Protocol protocol, std::string type) : cluster(make_cluster()) {
    store.meta = meta("ai/store");
    store.destination = resource::IpDestination{{"192.0.2.1"}};
    store.ports.push_back({.number = 6379, .protocol = protocol});
    made.processors[0].type = std::move(type);
    resource::BackendObjectReference ref;
    ref.group = resource::kTidegateGroup;
    ref.kind = "Backend";
    ref.name = "store";
    made.processors[0].backend_ref = ref;
  }
  const Compilation& compile() {
    cluster.add(secret("ai/redis", {{"username", "gateway"}, {"password", "canary"}}));
    cluster.add(store);
    cluster.add(made);
    return cluster.compile();
  }
  std::string message(std::string_view condition) {
    return find_condition(status_of(compile(), "p").conditions, condition)->message;
  }

  Cluster cluster;
  resource::Backend store;
  resource::PayloadPipeline made = pipeline("ai/p", {target("HTTPRoute", "r")});
};

using Protocol = resource::BackendPort::Protocol;

TEST(Pipelines, AskAStoreWithItsLogin) {
  StoreCase one(Protocol::kRedis, "Keep");
  one.store.login = secret_ref("redis");
  const Compilation& result = one.compile();
  const config::Backend& backend = *rule_of(result, 0).pipelines->at(0)->processors[0].backend;
  EXPECT_EQ(backend.protocol, config::BackendProtocol::kRedis);
  EXPECT_EQ(backend.login, (config::Login{"gateway", Secret("canary")}));
  EXPECT_EQ(backend.id, "Backend/ai/store:6379");
}

TEST(Pipelines, AskNoStoreThatSpeaksSomethingElse) {
  StoreCase http(Protocol::kHttp, "Keep");
  EXPECT_THAT(http.message("ResolvedRefs"), HasSubstr("cannot serve this kind of"));
  StoreCase postgres(Protocol::kPostgres, "Keep");
  EXPECT_THAT(postgres.message("Accepted"),
              HasSubstr("processors[0].backendRef: must be a port with protocol Redis"));
  StoreCase over_http(Protocol::kRedis, "Ask");
  EXPECT_THAT(over_http.message("ResolvedRefs"), HasSubstr("cannot serve this kind of"));
}

TEST(Pipelines, AskNoStoreWhoseBackendIsContradictory) {
  const auto status_of_store = [](auto&& change) {
    StoreCase one(Protocol::kRedis, "Keep");
    change(one.store);
    return find_condition(one.compile().statuses().backends.at(0).conditions, "Accepted")->message;
  };
  EXPECT_THAT(status_of_store([](resource::Backend& store) {
                store.credentials = resource::BackendPassthrough();
              }),
              HasSubstr("take a login alone"));
  EXPECT_THAT(status_of_store([](resource::Backend& store) {
                store.ports.push_back({.number = 80, .protocol = Protocol::kHttp});
              }),
              HasSubstr("must not stand beside other protocols"));
  EXPECT_THAT(
      status_of_store([](resource::Backend& store) { store.health.active.emplace().path = "/"; }),
      HasSubstr("answer no GET"));
  EXPECT_THAT(status_of_store([](resource::Backend& store) {
                store.ports[0].protocol = Protocol::kHttp;
                store.login = secret_ref("redis");
              }),
              HasSubstr("is for ports with protocol Redis or PostgreSQL"));
}

TEST(Pipelines, KeepTheirObjectWhileNothingAboutThemChanges) {
  auto cluster = make_cluster();
  cluster.add(pipeline("ai/p", {target("HTTPRoute", "r")}));
  const auto before = rule_of(cluster.compile(), 0).pipelines->at(0);
  cluster.add(pipeline("ai/other", {target("Gateway", "gw")}));
  EXPECT_EQ(rule_of(cluster.compile(), 0).pipelines->at(0), before);

  auto changed = pipeline("ai/p", {target("HTTPRoute", "r")});
  changed.processors[0].when = "stream";
  cluster.add(changed);
  const auto after = rule_of(cluster.compile(), 0).pipelines->at(0);
  EXPECT_NE(after, before);
  EXPECT_EQ(after->processors[0].when, "stream");

  cluster.set.payload_pipelines.clear();
  EXPECT_EQ(rule_of(cluster.compile(), 0).pipelines, nullptr);
}

}  // namespace
}  // namespace tidegate::gatewayapi
