// AWS profile files: what is accepted can stand in header fields, whatever stands around it.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "credential/profile_file.h"
#include "credential/token_reply.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidegate;
  const std::string_view file(reinterpret_cast<const char*>(data), size);
  const auto keys = credential::parse_profile(file, "default");
  if (!keys) return 0;
  TIDEGATE_CHECK(credential::is_credential_text(keys->access_key_id));
  TIDEGATE_CHECK(credential::is_credential_text(keys->secret.reveal()));
  return 0;
}
