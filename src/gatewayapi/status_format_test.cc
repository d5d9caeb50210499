#include "gatewayapi/status_format.h"

#include <gtest/gtest.h>

#include "gatewayapi/fixture/cluster.h"

namespace tidegate::gatewayapi {
namespace {

using namespace fixture;

Cluster broken_cluster() {
  Cluster cluster;
  cluster.add(gateway("infra/gw", {listener("http", "HTTP", 80)}));
  cluster.add_service("infra/good");
  cluster.add(http_route("infra/fine", {parent("gw")}, {rule("/", {to(service_ref("good"))})}));
  cluster.add(http_route("infra/lost", {parent("gw", "nosuch", 81)},
                         {rule("/", {to(service_ref("missing"))})}));
  cluster.add(http_route("infra/stray", {parent("other")}, {rule("/", {})}));
  return cluster;
}

TEST(StatusText, ShowsOnlyWhatIsWrongWhenAsked) {
  auto cluster = broken_cluster();

  EXPECT_EQ(
      format_text(cluster.compile(), Detail::kProblems),
      "HTTPRoute infra/lost\n"
      "  parent Gateway gw, listener nosuch, port 81\n"
      "    problem Accepted=False NoMatchingParent: No listener matches the parentRef\n"
      "    problem ResolvedRefs=False BackendNotFound: rules[0].backendRefs[0]: Service "
      "infra/missing does not exist\n"
      "note: HTTPRoute infra/stray: no parentRef names a Gateway or ListenerSet served here\n");
}

TEST(StatusText, ShowsEverythingInThreeLevels) {
  Cluster cluster;
  cluster.add(gateway("infra/gw", {listener("http", "HTTP", 80)}));

  EXPECT_EQ(
      format_text(cluster.compile(), Detail::kAll),
      "GatewayClass tidegate\n"
      "  ok      Accepted=True Accepted: Accepted\n"
      "  ok      SupportedVersion=True SupportedVersion: The installed Gateway API version is "
      "supported\n"
      "Gateway infra/gw 0.0.0.0\n"
      "  ok      Accepted=True Accepted: Accepted\n"
      "  ok      Programmed=True Programmed: The data plane has this configuration\n"
      "  ok      ResolvedRefs=True ResolvedRefs: All references are resolved\n"
      "  listener http: 0 attached, takes HTTPRoute, GRPCRoute\n"
      "    ok      Accepted=True Accepted: Accepted\n"
      "    ok      Programmed=True Programmed: The data plane has this configuration\n"
      "    ok      ResolvedRefs=True ResolvedRefs: All references are resolved\n"
      "    ok      Conflicted=False NoConflicts: No conflicts\n");
}

TEST(StatusText, TellsOnlyProblemsThatAreNew) {
  auto cluster = broken_cluster();
  const Compilation first = cluster.compile();
  EXPECT_EQ(format_new_problems(first, nullptr), format_text(first, Detail::kProblems));

  cluster.add(http_route("infra/fine", {parent("gw")}, {rule("/", {to(service_ref("gone"))})}));
  cluster.add(at_generation(http_route("infra/lost", {parent("gw", "nosuch", 81)},
                                       {rule("/other", {to(service_ref("missing"))})}),
                            2));
  const Compilation second = cluster.compile();
  EXPECT_EQ(format_new_problems(second, &first),
            "HTTPRoute infra/fine\n"
            "  parent Gateway gw\n"
            "    problem ResolvedRefs=False BackendNotFound: rules[0].backendRefs[0]: Service "
            "infra/gone does not exist\n");
  EXPECT_EQ(format_new_problems(cluster.compile(), &second), "");

  cluster.add(gateway("infra/gw", {listener("http", "SMTP", 80)}));
  const std::string broken = format_new_problems(cluster.compile(), &second);
  EXPECT_NE(broken.find("Gateway infra/gw"), std::string::npos) << broken;
}

TEST(StatusText, CountsProblemsForTheExitCode) {
  auto cluster = broken_cluster();
  EXPECT_EQ(count_problems(cluster.compile().statuses()), 2U);

  cluster.set.http_routes.clear();
  EXPECT_EQ(count_problems(cluster.compile().statuses()), 0U);
}

TEST(StatusJson, HasTheShapesOfTheApi) {
  auto cluster = broken_cluster();
  cluster.set.gateway_classes.clear();
  cluster.options.default_class = "tidegate";

  EXPECT_EQ(
      format_json(cluster.compile()),
      R"({"objects":[{"kind":"Gateway","namespace":"infra","name":"gw","generation":1,"status":{)"
      R"("conditions":[{"type":"Accepted","status":"True","reason":"Accepted","message":"Accepted","observedGeneration":1},)"
      R"({"type":"Programmed","status":"True","reason":"Programmed","message":"The data plane has this configuration","observedGeneration":1},)"
      R"({"type":"ResolvedRefs","status":"True","reason":"ResolvedRefs","message":"All references are resolved","observedGeneration":1}],)"
      R"("addresses":[{"type":"IPAddress","value":"0.0.0.0"}],"listeners":[{"name":"http",)"
      R"("supportedKinds":[{"group":"gateway.networking.k8s.io","kind":"HTTPRoute"},{"group":"gateway.networking.k8s.io","kind":"GRPCRoute"}],)"
      R"("attachedRoutes":1,"conditions":[{"type":"Accepted","status":"True","reason":"Accepted","message":"Accepted","observedGeneration":1},)"
      R"({"type":"Programmed","status":"True","reason":"Programmed","message":"The data plane has this configuration","observedGeneration":1},)"
      R"({"type":"ResolvedRefs","status":"True","reason":"ResolvedRefs","message":"All references are resolved","observedGeneration":1},)"
      R"({"type":"Conflicted","status":"False","reason":"NoConflicts","message":"No conflicts","observedGeneration":1}]}]}},)"
      R"({"kind":"HTTPRoute","namespace":"infra","name":"fine","generation":1,"status":{"parents":[{"parentRef":{"name":"gw"},)"
      R"("conditions":[{"type":"Accepted","status":"True","reason":"Accepted","message":"Accepted","observedGeneration":1},)"
      R"({"type":"ResolvedRefs","status":"True","reason":"ResolvedRefs","message":"All references are resolved","observedGeneration":1}]}]}},)"
      R"({"kind":"HTTPRoute","namespace":"infra","name":"lost","generation":1,"status":{"parents":[{"parentRef":{"name":"gw","sectionName":"nosuch","port":81},)"
      R"("conditions":[{"type":"Accepted","status":"False","reason":"NoMatchingParent","message":"No listener matches the parentRef","observedGeneration":1},)"
      R"({"type":"ResolvedRefs","status":"False","reason":"BackendNotFound","message":"rules[0].backendRefs[0]: Service infra/missing does not exist","observedGeneration":1}]}]}}],)"
      R"("notes":["HTTPRoute infra/stray: no parentRef names a Gateway or ListenerSet served here"],"problems":2})"
      "\n");
}

}  // namespace
}  // namespace tidegate::gatewayapi
