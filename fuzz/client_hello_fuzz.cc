// The first bytes of a TLS connection: a verdict on a prefix is never taken back by the bytes
// behind it.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "http/client_hello.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidegate;
  using namespace tidegate::http;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Arena arena;
  const auto whole = parse_client_hello(bytes, arena);
  const auto half = parse_client_hello(bytes.substr(0, size / 2), arena);
  if (!half) TIDEGATE_CHECK(!whole);
  if (half && half->complete) {
    TIDEGATE_CHECK(whole && whole->complete && whole->server_name == half->server_name);
  }
  return 0;
}
