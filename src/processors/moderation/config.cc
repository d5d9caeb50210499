#include "processors/moderation/config.h"

#include "decode/parts.h"
#include "decode/scalars.h"
#include "processors/call_target.h"
#include "processors/read_config.h"

namespace tidegate::processors::moderation {
namespace {

using decode::Node;
using decode::ObjectReader;
using decode::Text;
using llm::Channel;

void read_threshold(const Node& node, Threshold& out) {
  ObjectReader object(node);
  object.required("category", out.category, Text{.min = 1, .max = 128});
  object.required("score", out.score, decode::Number{.min = 0, .max = 1});
}

void read_all(const Node& node, Config& out) {
  ObjectReader object(node);
  object.optional("path", out.path, kCallTarget);
  object.optional("model", out.model, Text{.min = 1, .max = 256});
  object.list("thresholds", out.thresholds, {.max = 64}, read_threshold);
  decode::check_unique(
      object, "thresholds", out.thresholds, [](const Threshold& one) { return one.category; },
      "has the category of another one");
  object.optional("maxTextBytes", out.max_text_bytes,
                  decode::Int<std::size_t>{.min = 256, .max = 1024 * 1024});
  object.optional("status", out.status, decode::Int<std::uint16_t>{.min = 400, .max = 499});
  text_view::read_selection(object, out.selection);
}

}  // namespace

// What people and models say. A question for each event would be one for each word.
Config::Config() {
  selection.channels.fill(false);
  for (const Channel channel : {Channel::kUser, Channel::kAssistant}) {
    selection.channels[static_cast<std::size_t>(channel)] = true;
  }
  selection.every_bytes = 400;
  selection.context_bytes = 2000;
}

std::vector<std::string> read(std::string_view json, Config& out) {
  return read_config(json, out, read_all);
}

}  // namespace tidegate::processors::moderation
