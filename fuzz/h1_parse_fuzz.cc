// HTTP/1 heads: any bytes, both directions. Accepted heads must keep the promises of h1_parse.h.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "http/char_blocks.h"
#include "http/h1_parse.h"

namespace {

using namespace tidegate;
using namespace tidegate::http;

void check_fields(const HeaderMap& fields) {
  for (const Field& field : fields.fields()) {
    TIDEGATE_CHECK(is_token(field.name));
    TIDEGATE_CHECK(is_field_value(field.value));
  }
  TIDEGATE_CHECK(
      fields.count(HeaderId::kContentLength) + fields.count(HeaderId::kTransferEncoding) <= 1);
}

void check_request(std::string_view bytes) {
  std::size_t scanned = 0;
  const std::size_t end = find_head_end(bytes, scanned);
  Arena arena;
  RequestHead head(arena);
  const auto state = parse_request_head(bytes, {}, head);
  if (end != 0) {
    // What the search calls a whole head must get a verdict, and the same one with bytes behind it.
    Arena exact_arena;
    RequestHead exact(exact_arena);
    const auto verdict = parse_request_head(bytes.substr(0, end), {}, exact);
    TIDEGATE_CHECK(!verdict || verdict->head_bytes == end);
    TIDEGATE_CHECK(verdict.has_value() == (state.has_value() && state->complete()));
  }
  if (!state || !state->complete()) return;
  TIDEGATE_CHECK(state->head_bytes == end);
  TIDEGATE_CHECK(is_token(head.method));
  TIDEGATE_CHECK(head.fields.count(HeaderId::kHost) <= 1);
  check_fields(head.fields);
}

void check_response(std::string_view bytes) {
  Arena arena;
  ResponseHead head(arena);
  const auto state = parse_response_head(bytes, {}, "GET", head);
  if (!state || !state->complete()) return;
  TIDEGATE_CHECK(head.status >= 100 && head.status <= 599);
  TIDEGATE_CHECK(is_field_value(head.reason));
  check_fields(head.fields);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_request(bytes);
  check_response(bytes);
  return 0;
}
