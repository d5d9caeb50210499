#include "processors/webhook/config.h"

#include <algorithm>

#include "decode/parts.h"
#include "decode/scalars.h"
#include "decode/text_rules.h"
#include "processors/read_config.h"

namespace tidegate::processors::webhook {
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

bool is_target(std::string_view path) {
  return path.starts_with('/') && std::ranges::all_of(path, [](char c) {
           return c > ' ' && c <= '~' && c != '#' && c != '"' && c != '<' && c != '>';
         });
}

void read_path(const Node& node, std::string& out) {
  decode::Text{.min = 1,
               .max = 1024,
               .valid = is_target,
               .must = "begin with / and have no blanks, quotes or fragment"}(node, out);
}

void read_channel(const Node& node, Channel& out) { decode::one_of(kChannels)(node, out); }

void read_header(const Node& node, std::string& out) {
  decode::kHeaderName(node, out);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
}

void read_stream(const Node& node, Config& out) {
  ObjectReader object(node);
  const decode::Int<std::size_t> bytes{.min = 0, .max = kMaxContext};
  object.optional("everyBytes", out.every_bytes, bytes);
  object.optional("contextBytes", out.context_bytes, bytes);
  if (out.context_bytes < out.every_bytes) {
    node.fail(
        "contextBytes must not be below everyBytes: what has passed unseen is shown as context");
  }
}

void read_all(const Node& node, Config& out) {
  ObjectReader object(node);
  object.optional("path", out.path, read_path);
  std::vector<Channel> channels;
  object.list("channels", channels, {.max = llm::kChannels}, read_channel);
  if (!channels.empty()) out.channels.fill(false);
  for (const Channel channel : channels) out.channels[static_cast<std::size_t>(channel)] = true;
  object.list("headers", out.headers, {.max = 32}, read_header);
  object.optional("stream", out, read_stream);
}

}  // namespace

std::vector<std::string> read(std::string_view json, Config& out) {
  return read_config(json, out, read_all);
}

}  // namespace tidegate::processors::webhook
