#include "credential/fetch.h"

#include "base/check.h"
#include "credential/token_reply.h"

namespace tidegate::credential {

FetchTask fetch(const config::Credentials& credentials, const FetchContext& context) {
  const auto& source = credentials.source;
  if (const auto* aws = std::get_if<config::Aws>(&source)) return fetch_aws(*aws, context);
  if (const auto* gcp = std::get_if<config::Gcp>(&source)) return fetch_gcp(*gcp, context);
  if (const auto* azure = std::get_if<config::Azure>(&source)) return fetch_azure(*azure, context);
  if (const auto* oauth = std::get_if<config::OAuth2>(&source))
    return fetch_oauth2(*oauth, context);
  const auto* exchange = std::get_if<config::TokenExchange>(&source);
  TIDEGATE_CHECK(exchange != nullptr);
  return fetch_exchanged(*exchange, context);
}

FetchTask fetch_token(std::string_view who, TokenRequest request, const FetchContext& context) {
  TIDEGATE_CO_TRY(answer, context.http.call(std::move(request), context.scope));
  if (answer.status != 200) co_return refused(who, answer, find_error_code(answer.body));
  co_return parse_token_reply(answer.body, context.clock.wall_now());
}

}  // namespace tidegate::credential
