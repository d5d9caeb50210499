// Answers of token endpoints: what is accepted can stand in a header field, what is refused is not
// repeated in the error.
#include <chrono>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "credential/token_reply.h"

namespace {

using namespace tidegate;

void check(const Result<credential::Material>& material) {
  if (material) TIDEGATE_CHECK(credential::is_credential_text(material->secret.reveal()));
  if (!material) TIDEGATE_CHECK(material.error().origin == Origin::kUpstream);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  check(credential::parse_token_reply(body, WallTime(std::chrono::seconds(1740823200))));
  check(credential::parse_impersonation_reply(body));
  check(credential::parse_aws_keys(body));
  [[maybe_unused]] const auto end = credential::find_jwt_expiry(body);
  const std::string code = credential::find_error_code(body);
  TIDEGATE_CHECK(code.empty() || credential::is_error_code(code));
  return 0;
}
