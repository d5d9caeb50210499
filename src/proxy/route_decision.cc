#include "proxy/route_decision.h"

#include "http/content.h"
#include "http/uri.h"

namespace tidegate::proxy {
namespace {

bool is_json(std::string_view type) {
  return type.empty() || http::iequals(type, "application/json") || type.ends_with("+json");
}

}  // namespace

Result<void> normalize_target(http::RequestHead& request) {
  const std::string_view path = request.path();
  if (path.empty() || path == "*") return {};
  Arena& arena = request.fields.arena();
  TIDEGATE_TRY(normal, http::normalize_path(path, http::PathPolicy(), arena));
  if (normal.data() == path.data() && normal.size() == path.size()) return {};
  request.target = arena.concat({normal, request.target.substr(path.size())});
  return {};
}

std::uint32_t find_sni_listener(const route::Router& router,
                                const exchange::ConnectionFacts& connection) {
  return connection.tls ? router.find_listener(connection.server_name) : route::Router::kNoListener;
}

bool names_model_in_body(const std::optional<llm::Call>& call, const http::RequestHead& request) {
  if (!call || !llm::has_request_body(call->operation)) return false;
  return is_json(http::media_type(request.fields));
}

Result<void> judge_outcome(route::Outcome outcome, const std::optional<llm::Call>& call,
                           std::string_view model) {
  switch (outcome) {
    case route::Outcome::kFound:
      return {};
    case route::Outcome::kMisdirected:
      return fail(ErrorCode::kMisdirected, Origin::kDownstream, "host belongs to another listener");
    case route::Outcome::kNoRoute:
    case route::Outcome::kNeedsModel:
      break;
  }
  if (call && !model.empty()) {
    return fail(ErrorCode::kModelNotFound, Origin::kDownstream, std::string(model));
  }
  return fail(ErrorCode::kNotFound, Origin::kDownstream, "no route");
}

}  // namespace tidegate::proxy
