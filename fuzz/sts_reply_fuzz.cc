// Answers of AWS STS: what is accepted is whole and can stand in header fields.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "credential/sts_reply.h"
#include "credential/token_reply.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidegate;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto keys = credential::parse_sts_reply(body);
  if (keys) {
    TIDEGATE_CHECK(credential::is_credential_text(keys->access_key_id));
    TIDEGATE_CHECK(credential::is_credential_text(keys->secret.reveal()));
    TIDEGATE_CHECK(credential::is_credential_text(keys->session_token.reveal()));
    TIDEGATE_CHECK(keys->expires.has_value());
  }
  const std::string code = credential::find_sts_error_code(body);
  TIDEGATE_CHECK(code.empty() || credential::is_error_code(code));
  return 0;
}
