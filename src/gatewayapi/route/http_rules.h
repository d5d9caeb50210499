// Rules of HTTPRoutes and GRPCRoutes into config::HttpRule.
#pragma once

#include <memory>
#include <vector>

#include "config/http_route.h"
#include "gatewayapi/route/rule_context.h"
#include "resource/grpc_route.h"
#include "resource/http_route.h"

namespace tidegate::gatewayapi {

using HttpRules = std::shared_ptr<const std::vector<config::HttpRule>>;

// Compiles all rules of a route. A rule whose matches cannot be understood is left out; one whose
// filters or timeouts cannot be honoured stays and answers 500, so that its requests never reach a
// broader rule unfiltered. Both are in context.invalid_rules().
HttpRules compile_rules(const resource::HttpRoute& route, RuleContext& context);

// A gRPC method match becomes a path match: /service/method exactly, or a regular expression.
HttpRules compile_rules(const resource::GrpcRoute& route, RuleContext& context);

}  // namespace tidegate::gatewayapi
