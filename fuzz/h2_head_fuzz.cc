// Header blocks of any bytes: what is accepted must become exactly one HTTP/1 request that our own
// strict parser reads back. Input: names and values in turn, each ended by a 0xFF byte; the first
// byte chooses END_STREAM.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "http/h1_format.h"
#include "http/h1_parse.h"
#include "http/h2_head.h"

namespace {

std::string_view take(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\xff'), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidegate;
  using namespace tidegate::http;
  if (size < 2) return 0;
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  Arena arena;
  RequestHead head(arena);
  while (!rest.empty() && head.fields.size() < 200) {
    const std::string_view name = take(rest);
    add_h2_field(name, take(rest), head);
  }
  if (!finish_h2_request(head, data[0] % 2 == 0 ? EndStream::kNo : EndStream::kYes)) return 0;
  if (!head.upgrade.empty()) return 0;  // extended CONNECT is translated by the connection
  if (head.method == "CONNECT" || head.method == "TRACE") head.body = BodyLength::none();
  HeadBuffer out(arena);
  TIDEGATE_CHECK(format_request_head(head, H1Connection::kKeepAlive, out).has_value());
  RequestHead parsed(arena);
  const H1Limits limits{.max_head_bytes = 1 << 24, .max_target_bytes = 1 << 24, .max_fields = 1000};
  const auto state = parse_request_head(out.view(), limits, parsed);
  TIDEGATE_CHECK(state.has_value() && state->head_bytes == out.size());
  TIDEGATE_CHECK(parsed.method == head.method && parsed.authority == head.authority);
  TIDEGATE_CHECK(parsed.target == head.target && parsed.body == head.body);
  return 0;
}
