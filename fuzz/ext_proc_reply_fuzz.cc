// What an external processor says, in any split: the same messages come out, and what is taken from
// them is as the processor of an exchange relies on it.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "processors/ext_proc/frames.h"
#include "processors/ext_proc/messages.h"

namespace {

using namespace tidegate;
using namespace tidegate::processors::ext_proc;

constexpr std::size_t kMaxMessage = 1U << 16U;

std::vector<std::string> read(std::string_view bytes, std::size_t step) {
  std::vector<std::string> all;
  FrameReader reader(kMaxMessage);
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    reader.feed(bytes.substr(at, step));
    while (true) {
      const auto message = reader.next();
      if (!message) {
        TIDEGATE_CHECK(message.error().origin == Origin::kUpstream);
        return all;
      }
      if (!*message) break;
      TIDEGATE_CHECK((*message)->size() <= kMaxMessage);
      all.emplace_back(**message);
    }
  }
  return all;
}

void check_reply(const Reply& reply) {
  for (const HeaderChange& change : reply.headers) {
    TIDEGATE_CHECK(std::ranges::none_of(change.name, [](char c) { return c >= 'A' && c <= 'Z'; }));
  }
  if (reply.kind == Reply::Kind::kImmediate) {
    TIDEGATE_CHECK(reply.status >= 200 && reply.status <= 599);
  }
  // What was told goes on to others.
  Context context;
  for (const auto& [space, bytes] : reply.metadata) context.metadata.emplace_back(space, bytes);
  TIDEGATE_CHECK(!format_body(Part::kRequestBody, "x", true, context).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto messages = read(bytes, std::max<std::size_t>(bytes.size(), 1));
  TIDEGATE_CHECK(read(bytes, data[0] % 7U + 1U) == messages);
  for (const std::string& message : messages) {
    const auto reply = parse_reply(message);
    if (reply) check_reply(*reply);
    if (!reply) TIDEGATE_CHECK(reply.error().origin == Origin::kUpstream);
  }
  return 0;
}
