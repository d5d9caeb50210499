#include "processors/text_view/selection.h"

#include <vector>

#include "decode/scalars.h"

namespace tidegate::processors::text_view {
namespace {

using decode::Node;
using decode::ObjectReader;
using llm::Channel;

constexpr std::size_t kMaxContext = 64 * 1024;

constexpr decode::Choice<Channel> kChannels[] = {{"System", Channel::kSystem},
                                                 {"User", Channel::kUser},
                                                 {"Assistant", Channel::kAssistant},
                                                 {"Reasoning", Channel::kReasoning},
                                                 {"ToolCall", Channel::kToolCall},
                                                 {"ToolResult", Channel::kToolResult},
                                                 {"ToolDescription", Channel::kToolDescription},
                                                 {"Document", Channel::kDocument}};

void read_channel(const Node& node, Channel& out) { decode::one_of(kChannels)(node, out); }

void read_stream(const Node& node, Selection& out) {
  ObjectReader object(node);
  const decode::Int<std::size_t> bytes{.min = 0, .max = kMaxContext};
  object.optional("everyBytes", out.every_bytes, bytes);
  object.optional("contextBytes", out.context_bytes, bytes);
  if (out.context_bytes < out.every_bytes) {
    node.fail(
        "contextBytes must not be below everyBytes: what has passed unseen is shown as context");
  }
}

}  // namespace

void read_selection(ObjectReader& object, Selection& out) {
  std::vector<Channel> channels;
  object.list("channels", channels, {.max = llm::kChannels}, read_channel);
  if (!channels.empty()) out.channels.fill(false);
  for (const Channel channel : channels) out.channels[static_cast<std::size_t>(channel)] = true;
  object.optional("stream", out, read_stream);
}

}  // namespace tidegate::processors::text_view
