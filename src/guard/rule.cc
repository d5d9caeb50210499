#include "guard/rule.h"

#include <algorithm>
#include <array>

namespace tidegate::guard {
namespace {

// By Channel.
constexpr std::array<std::string_view, kChannels> kNames = {
    "system",          "user",     "assistant", "reasoning", "toolCall", "toolResult",
    "toolDescription", "document", "path",      "query",     "field",    "body",
    "fileName",        "name",     "header",    "cookie",    "upload"};

}  // namespace

std::string_view to_string(Channel channel) { return kNames[static_cast<std::size_t>(channel)]; }

std::optional<Channel> parse_channel(std::string_view name) {
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Channel>(found - kNames.begin());
}

}  // namespace tidegate::guard
