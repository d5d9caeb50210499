// Any bytes as the body of an error: always a message, bounded and valid UTF-8.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "json/text.h"
#include "llm/conversation/provider_error.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void require_clean(std::string_view text, std::size_t max_bytes) {
  require(text.size() <= max_bytes);
  require(tidegate::json::find_invalid_utf8(text) == text.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidegate::llm;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const std::string_view type : {"", "text/html", "application/json"}) {
    const auto error = read_provider_error(500, type, text);
    require(!error.message.empty());
    require_clean(error.message, kMaxErrorMessageBytes);
    for (const auto* word : {&error.type, &error.code, &error.param}) {
      require_clean(*word, kMaxErrorWordBytes);
    }
  }
  return 0;
}
