// What the formatter writes, our own strict parser must read back as the same message; anything
// else must have been refused. Input: method, target, authority, then names and values, each ended
// by a 0xFF byte.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "http/h1_format.h"
#include "http/h1_parse.h"

namespace {

using namespace tidegate;
using namespace tidegate::http;

std::string_view take(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\xff'), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

BodyLength body_of(std::uint8_t choice) {
  switch (choice % 3) {
    case 0:
      return BodyLength::none();
    case 1:
      return BodyLength::known(choice);
    default:
      return BodyLength::chunked();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  Arena arena;
  RequestHead head(arena);
  head.body = body_of(data[0]);
  head.method = take(rest);
  head.target = take(rest);
  head.authority = take(rest);
  while (!rest.empty() && head.fields.size() < 200) {
    const std::string_view name = take(rest);
    head.fields.add(name, take(rest));
  }
  HeadBuffer out(arena);
  if (!format_request_head(head, H1Connection::kKeepAlive, out)) {
    TIDEGATE_CHECK(out.size() == 0);
    return 0;
  }
  RequestHead parsed(arena);
  const auto state = parse_request_head(out.view(), {}, parsed);
  if (!state)
    return 0;  // well framed, but refused for its meaning: no Host, odd target form, a limit
  TIDEGATE_CHECK(state->head_bytes == out.size());
  TIDEGATE_CHECK(parsed.method == head.method);
  TIDEGATE_CHECK(parsed.body == head.body);
  TIDEGATE_CHECK(parsed.keep_alive && parsed.upgrade.empty());
  TIDEGATE_CHECK(parsed.fields.size() <= head.fields.size() + 2);
  return 0;
}
