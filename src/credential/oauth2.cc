// OAuth 2.0 client credentials (RFC 6749 4.4) and token exchange (RFC 8693).
#include <fmt/format.h>

#include <algorithm>

#include "credential/fetch.h"
#include "credential/form.h"
#include "credential/token_reply.h"
#include "digest/digest.h"

namespace tidegate::credential {
namespace {

std::string join(const std::vector<std::string>& scopes) {
  return fmt::format("{}", fmt::join(scopes, " "));
}

// RFC 6749 2.3.1: both parts are form-encoded before they are put together.
std::string basic(std::string_view id, const Secret& secret) {
  return "Basic " + to_base64(percent_encode(id) + ":" + percent_encode(secret.reveal()));
}

// The form, and the header field or the parameters that say who asks.
TokenRequest make_request(const std::string& url, Form form, const std::string& client_id,
                          const Secret& client_secret, config::ClientAuthentication how) {
  const bool in_header = how == config::ClientAuthentication::kBasic && !client_secret.empty();
  if (!in_header) {
    form.add_if("client_id", client_id).add_if("client_secret", client_secret.reveal());
  }
  TokenRequest request = make_form_request(url, form.take());
  if (in_header) request.fields.emplace_back("authorization", basic(client_id, client_secret));
  return request;
}

// The subject is not taken. RFC 8693 2.2.2 has invalid_request for it, most servers invalid_grant.
bool is_about_subject(const TokenAnswer& answer, std::string_view code) {
  return answer.status == 400 && (code == "invalid_request" || code == "invalid_grant");
}

// A caller's exchanged token is not kept longer than the caller's own lasts; one that does not say
// how long it lasts is exchanged again and again.
constexpr std::chrono::minutes kMaxAgeOfUnknown{5};

FetchTask exchange_for_caller(std::string_view subject, TokenRequest request,
                              const FetchContext& context) {
  constexpr std::string_view kWho = "token exchange endpoint";
  const WallTime now = context.clock.wall_now();
  const WallTime end = find_jwt_expiry(subject).value_or(now + kMaxAgeOfUnknown);
  TIDEGATE_CO_TRY(answer, context.http.call(std::move(request), context.scope));
  if (answer.status != 200) {
    const std::string code = find_error_code(answer.body);
    auto failed = refused(kWho, answer, code);
    if (!is_about_subject(answer, code)) co_return failed;
    co_return fail(ErrorCode::kForbidden, Origin::kDownstream, failed.error().detail);
  }
  auto material = parse_token_reply(answer.body, context.clock.wall_now());
  if (material) material->expires = std::min(material->expires.value_or(end), end);
  co_return material;
}

}  // namespace

FetchTask fetch_oauth2(const config::OAuth2& oauth, const FetchContext& context) {
  Form form;
  form.add("grant_type", "client_credentials");
  form.add_if("scope", join(oauth.scopes)).add_if("audience", oauth.audience);
  return fetch_token("token endpoint",
                     make_request(oauth.token_url, std::move(form), oauth.client_id,
                                  oauth.client_secret, oauth.authentication),
                     context);
}

FetchTask fetch_exchanged(const config::TokenExchange& exchange, const FetchContext& context) {
  std::string subject(exchange.subject_token.reveal());
  if (subject.empty()) {
    auto token = read_token_file(context.surroundings, exchange.subject_token_file);
    if (!token) co_return std::unexpected(std::move(token).error());
    subject = std::move(*token);
  }
  Form form;
  form.add("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
  form.add("subject_token", subject);
  form.add("subject_token_type", exchange.subject_token_type.empty()
                                     ? std::string_view("urn:ietf:params:oauth:token-type:jwt")
                                     : std::string_view(exchange.subject_token_type));
  form.add_if("requested_token_type", exchange.requested_token_type);
  form.add_if("scope", join(exchange.scopes)).add_if("audience", exchange.audience);
  form.add_if("resource", exchange.resource);
  TokenRequest request = make_request(exchange.token_url, std::move(form), exchange.client_id,
                                      exchange.client_secret, exchange.authentication);
  if (exchange.of_caller) {
    co_return co_await exchange_for_caller(subject, std::move(request), context);
  }
  co_return co_await fetch_token("token exchange endpoint", std::move(request), context);
}

}  // namespace tidegate::credential
