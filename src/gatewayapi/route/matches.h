// Matches of HTTPRoute and GRPCRoute rules into config::HttpMatch, with regular expressions tried
// out. The one door of this folder to RE2.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <vector>

#include "config/http_route.h"
#include "resource/grpc_route.h"
#include "resource/http_route.h"

namespace tidegate::gatewayapi {

// None becomes one match of everything. Of several header or query matches with one name the first
// counts. Errors: "matches[1].path.value: ..." for a regular expression that cannot be compiled.
std::expected<std::vector<config::HttpMatch>, std::string> compile_matches(
    std::span<const resource::HttpRouteMatch> matches);
std::expected<std::vector<config::HttpMatch>, std::string> compile_matches(
    std::span<const resource::GrpcRouteMatch> matches);

}  // namespace tidegate::gatewayapi
