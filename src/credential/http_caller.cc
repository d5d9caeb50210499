#include "credential/http_caller.h"

#include <fmt/format.h>

#include "credential/token_reply.h"

namespace tidegate::credential {

TokenRequest make_form_request(std::string url, std::string form) {
  TokenRequest request("POST", std::move(url), Reach::kTokenEndpoint);
  request.fields.emplace_back("content-type", "application/x-www-form-urlencoded");
  request.fields.emplace_back("accept", "application/json");
  request.body = std::move(form);
  return request;
}

Result<std::string> read_token_file(const Surroundings& surroundings, const std::string& path) {
  TIDEGATE_TRY(text, surroundings.read_file(path));
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto first = text.find_first_not_of(kBlanks);
  if (first != std::string::npos) {
    text = text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
  }
  if (!is_credential_text(text)) {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal, "no token in " + path);
  }
  return text;
}

std::unexpected<Error> refused(std::string_view who, const TokenAnswer& answer,
                               std::string_view code) {
  return fail(ErrorCode::kUnavailable, Origin::kUpstream,
              fmt::format("{} answered {}{}{}", who, answer.status, code.empty() ? "" : " ", code));
}

}  // namespace tidegate::credential
