#include "processors/webhook/config.h"

#include <algorithm>

#include "decode/parts.h"
#include "decode/scalars.h"
#include "decode/text_rules.h"
#include "processors/call_target.h"
#include "processors/read_config.h"

namespace tidegate::processors::webhook {
namespace {

using decode::Node;
using decode::ObjectReader;

void read_header(const Node& node, std::string& out) {
  decode::kHeaderName(node, out);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
}

void read_all(const Node& node, Config& out) {
  ObjectReader object(node);
  object.optional("path", out.path, kCallTarget);
  text_view::read_selection(object, out.selection);
  object.list("headers", out.headers, {.max = 32}, read_header);
}

}  // namespace

std::vector<std::string> read(std::string_view json, Config& out) {
  return read_config(json, out, read_all);
}

}  // namespace tidegate::processors::webhook
