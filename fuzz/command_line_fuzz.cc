// Addresses and URLs of the command line: refused with words, or what the data plane would read.
#include <cstdint>
#include <string>
#include <string_view>

#include "app/addresses.h"
#include "app/explain/request.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidegate;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto address = app::parse_listen_address(text);
  if (!address) TIDEGATE_CHECK(!address.error().detail.empty());

  app::Question question;
  question.method = "GET";
  question.url = text;
  const auto request = app::parse_request(question);
  if (!request) {
    TIDEGATE_CHECK(!request.error().detail.empty());
    return 0;
  }
  TIDEGATE_CHECK((*request)->head.target.starts_with('/') || (*request)->head.target == "*");
  return 0;
}
