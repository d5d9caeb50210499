#include "gatewayapi/route/compile_route.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "gatewayapi/route/attach.h"
#include "gatewayapi/route/http_rules.h"
#include "gatewayapi/route/l4_rules.h"
#include "gatewayapi/route/rule_context.h"

namespace tidegate::gatewayapi {
namespace {

using std::shared_ptr;

template <class T>
constexpr RouteKind kKindOf = RouteKind::kHttp;
template <>
constexpr RouteKind kKindOf<resource::GrpcRoute> = RouteKind::kGrpc;
template <>
constexpr RouteKind kKindOf<resource::TlsRoute> = RouteKind::kTls;
template <>
constexpr RouteKind kKindOf<resource::TcpRoute> = RouteKind::kTcp;
template <>
constexpr RouteKind kKindOf<resource::UdpRoute> = RouteKind::kUdp;

template <class Route>
RouteFacts facts_of(const Route& route) {
  RouteFacts facts;
  facts.kind = kKindOf<Route>;
  facts.namespace_ = route.meta.namespace_;
  facts.parent_refs = route.parent_refs;
  facts.use_default_gateways = route.use_default_gateways;
  if constexpr (requires { route.hostnames; }) facts.hostnames = route.hostnames;
  return facts;
}

// How a listener changes what a route compiles to: by its Gateway's client certificate and, for TLS
// routes, by who ends the TLS connection.
struct Variant {
  std::string client_of;
  BackendUse l4_use = BackendUse::kTcp;
  friend bool operator==(const Variant&, const Variant&) = default;
};

Variant variant_of(const Topology& topology, const ServedListener& listener) {
  Variant variant;
  const ServedGateway& gateway = topology.gateways[listener.gateway];
  if (gateway.client_certificate) variant.client_of = gateway.id;
  if (listener.protocol == config::ListenerProtocol::kTlsPassthrough) {
    variant.l4_use = BackendUse::kTls;
  } else if (listener.protocol == config::ListenerProtocol::kUdp) {
    variant.l4_use = BackendUse::kUdp;
  }
  return variant;
}

// Compiles a route once per variant and set of hostnames, and remembers what it made.
template <class Route>
class RouteCompiler {
 public:
  RouteCompiler(const Route& route, const RouteInputs& inputs)
      : route_(route),
        id_(fmt::format("{}/{}/{}", to_string(kKindOf<Route>), route.meta.namespace_,
                        route.meta.name)),
        context_(kKindOf<Route>, route.meta.namespace_, inputs.backends, inputs.backend_inputs) {
    context_.set_locks(inputs.region_locks, route.meta.name);
    context_.set_pipelines(inputs.pipelines);
  }

  // Finds out about references and rules even where no listener takes the route.
  void prepare(const Variant& variant) { rules_for(variant); }

  CompiledRoute make(const Variant& variant, const std::vector<std::string>& hostnames) {
    for (const auto& made : made_) {
      if (made.variant == variant && made.hostnames == hostnames) return made.route;
    }
    made_.push_back({variant, hostnames, assemble(rules_for(variant), hostnames)});
    return made_.back().route;
  }

  const RuleContext& context() const { return context_; }

 private:
  static constexpr bool kHttp =
      kKindOf<Route> == RouteKind::kHttp || kKindOf<Route> == RouteKind::kGrpc;
  using Rules = std::conditional_t<kHttp, HttpRules, std::vector<config::WeightedBackend>>;

  struct Made {
    Variant variant;
    std::vector<std::string> hostnames;
    CompiledRoute route;
  };

  const Rules& rules_for(const Variant& variant) {
    for (const auto& [known, rules] : rules_) {
      if (known == variant) return rules;
    }
    context_.set_client_of(variant.client_of);
    if constexpr (kHttp) {
      rules_.emplace_back(variant, compile_rules(route_, context_));
    } else {
      rules_.emplace_back(variant, compile_l4_backends(route_.rules, variant.l4_use, context_));
    }
    return rules_.back().second;
  }

  CompiledRoute assemble(const Rules& rules, const std::vector<std::string>& hostnames) const {
    if constexpr (kHttp) {
      auto route = std::make_shared<config::HttpRoute>();
      route->id = id_;
      route->kind = kKindOf<Route> == RouteKind::kGrpc ? config::HttpRoute::Kind::kGrpc
                                                       : config::HttpRoute::Kind::kHttp;
      route->hostnames = hostnames;
      route->rules = rules;
      return shared_ptr<const config::HttpRoute>(std::move(route));
    } else {
      auto route = std::make_shared<config::L4Route>();
      route->id = id_;
      route->hostnames = hostnames;
      route->backends = rules;
      return shared_ptr<const config::L4Route>(std::move(route));
    }
  }

  const Route& route_;
  std::string id_;
  RuleContext context_;
  std::vector<std::pair<Variant, Rules>> rules_;
  std::vector<Made> made_;
};

// The problem of a route none of whose rules can be used; nothing while one can.
template <class Route>
std::optional<Problem> all_rules_invalid(const Route& route, const RuleContext& context) {
  const auto& invalid = context.invalid_rules();
  if (invalid.empty() || invalid.size() < route.rules.size()) return std::nullopt;
  return invalid.front().problem;
}

std::string describe_dropped(const std::vector<InvalidRule>& invalid) {
  std::string message = "Dropped Rule";
  for (std::size_t i = 0; i < invalid.size(); ++i) {
    message +=
        fmt::format("{} {}: {}", i == 0 ? "" : ";", invalid[i].rule, invalid[i].problem.message);
  }
  return message;
}

std::vector<Condition> make_conditions(const std::optional<Problem>& not_accepted,
                                       const RuleContext& context, std::int64_t generation) {
  std::vector<Condition> conditions;
  const bool partial = !not_accepted && !context.invalid_rules().empty();
  conditions.reserve(partial ? 3 : 2);
  conditions.push_back(
      judge(ConditionType::kAccepted, Reason::kAccepted, not_accepted, generation));
  if (!not_accepted && !context.ignored().empty()) {
    conditions.back().message =
        fmt::format("Accepted; has no effect: {}", fmt::join(context.ignored(), ", "));
  }
  conditions.push_back(
      judge(ConditionType::kResolvedRefs, Reason::kResolvedRefs, context.unresolved(), generation));
  if (partial) {
    conditions.push_back(holds(ConditionType::kPartiallyInvalid, Reason::kUnsupportedValue,
                               generation, describe_dropped(context.invalid_rules())));
  }
  return conditions;
}

// The parentRef of a match, sharing the route's ownership where it is written there.
template <class Route>
shared_ptr<const resource::ParentReference> share_parent_ref(const shared_ptr<const Route>& route,
                                                             const ParentMatch& match) {
  if (match.default_gateway) {
    return std::make_shared<const resource::ParentReference>(*match.default_gateway);
  }
  return {route, match.parent_ref};
}

template <class Route>
shared_ptr<const RouteResult> compile(const shared_ptr<const Route>& route,
                                      const RouteInputs& inputs) {
  auto result = std::make_shared<RouteResult>();
  result->object = route;
  const auto matches =
      match_parents(facts_of(*route), inputs.topology, inputs.backend_inputs.lookup.index);
  if (matches.empty()) return result;

  RouteCompiler<Route> compiler(*route, inputs);
  for (std::uint32_t parent = 0; parent < matches.size(); ++parent) {
    for (const AttachedListener& attached : matches[parent].listeners) {
      const ServedListener& listener = inputs.topology.listeners[attached.listener];
      result->attachments.push_back(
          {attached.listener, parent,
           compiler.make(variant_of(inputs.topology, listener), attached.hostnames)});
    }
  }
  if (result->attachments.empty()) {
    Variant variant;
    if (kKindOf<Route> == RouteKind::kUdp) variant.l4_use = BackendUse::kUdp;
    compiler.prepare(variant);
  }

  const RuleContext& context = compiler.context();
  const auto all_invalid = all_rules_invalid(*route, context);
  if (all_invalid) result->attachments.clear();
  auto status = std::make_shared<RouteStatus>();
  status->kind = to_string(kKindOf<Route>);
  status->meta = MetaPtr(route, &route->meta);
  status->parents.reserve(matches.size());
  for (const ParentMatch& match : matches) {
    status->parents.push_back({share_parent_ref(route, match),
                               make_conditions(match.rejected ? match.rejected : all_invalid,
                                               context, route->meta.generation)});
  }
  result->status = std::move(status);
  result->attachments.shrink_to_fit();
  result->backends = context.backends();
  result->backends.shrink_to_fit();
  return result;
}

}  // namespace

RouteKind kind_of(const RouteObject& object) { return kAllRouteKinds[object.index()]; }

const resource::ObjectMeta& meta_of(const RouteObject& object) {
  return std::visit([](const auto& route) -> const resource::ObjectMeta& { return route->meta; },
                    object);
}

bool route_precedes(const RouteObject& a, const RouteObject& b) {
  const resource::ObjectMeta& left = meta_of(a);
  const resource::ObjectMeta& right = meta_of(b);
  if (takes_precedence(left, right)) return true;
  return a.index() < b.index() && !takes_precedence(right, left);
}

shared_ptr<const RouteResult> compile_route(const RouteObject& object, const RouteInputs& inputs) {
  return std::visit([&](const auto& route) { return compile(route, inputs); }, object);
}

}  // namespace tidegate::gatewayapi
