// IP literals: what is accepted prints as a literal that means the same.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "io/address.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidegate;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto address = io::Address::parse(text, 443);
  if (!address) {
    TIDEGATE_CHECK(address.error().code == ErrorCode::kInvalidConfig);
    return 0;
  }
  TIDEGATE_CHECK(address->port() == 443);
  const auto again = io::Address::parse(address->ip(), 443);
  TIDEGATE_CHECK(again && *again == *address);
  TIDEGATE_CHECK(address->to_string().ends_with(":443"));
  return 0;
}
