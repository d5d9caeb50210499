#include "processors/web_signatures/config.h"

#include <algorithm>

#include "base/limits.h"
#include "decode/parts.h"
#include "decode/scalars.h"
#include "processors/guard_policy.h"
#include "processors/read_config.h"
#include "waf/upload.h"

namespace tidegate::processors::web_signatures {
namespace {

using decode::Node;
using decode::ObjectReader;
using tidegate::guard::Channel;

constexpr decode::Choice<Action> kActions[] = {
    {"Report", Action::kReport}, {"Flag", Action::kFlag}, {"Block", Action::kBlock}};
constexpr decode::Choice<Oversize> kOversize[] = {{"Partial", Oversize::kPartial},
                                                  {"Reject", Oversize::kReject}};
constexpr decode::Choice<Channel> kTargets[] = {
    {"path", Channel::kPath},         {"query", Channel::kQuery},   {"name", Channel::kName},
    {"field", Channel::kField},       {"body", Channel::kBody},     {"cookie", Channel::kCookie},
    {"fileName", Channel::kFileName}, {"header", Channel::kHeader}, {"upload", Channel::kUpload}};

void read_exclusion(const Node& node, waf::Exclusion& out) {
  ObjectReader object(node);
  read_rule_names(object, "rules", out.rules);
  std::vector<Channel> channels;
  object.list("channels", channels, {.min = 1, .max = std::size(kTargets)},
              decode::one_of(kTargets));
  for (const auto channel : channels) out.channels.add(channel);
  object.list("names", out.names, {.max = 64},
              decode::Text{.min = 1, .max = 256, .valid = nullptr, .must = {}});
  if (out.rules.empty() && out.channels.empty() && out.names.empty())
    node.fail("needs rules, channels or names");
}

void read_format(const Node& node, std::string& out) {
  decode::Text{.min = 1, .max = 32, .valid = nullptr, .must = {}}(node, out);
  const auto known = waf::formats();
  if (!out.empty() && std::ranges::find(known, out, &waf::Format::name) == known.end())
    node.fail("is no format that is known");
}

void read_uploads(const Node& node, waf::UploadPolicy& out) {
  constexpr decode::Int<std::uint64_t> kBytes{.min = 1, .max = limits::kMaxBufferedBodyBytes};
  ObjectReader object(node);
  object.optional("maxFileBytes", out.max_file_bytes, kBytes);
  object.optional("maxFiles", out.max_files, decode::Int<std::uint64_t>{.min = 0, .max = 256});
  object.list("allowed", out.allowed, {.min = 1, .max = 64}, read_format);
}

void read_all(const Node& node, Config& out) {
  constexpr decode::Int<std::size_t> kTextBytes{.min = 1024, .max = limits::kMaxBufferedBodyBytes};
  ObjectReader object(node);
  object.optional("action", out.action, decode::one_of(kActions));
  object.optional("threshold", out.threshold, decode::Int<std::uint64_t>{.min = 1, .max = 10'000});
  object.optional("header", out.header, decode::kHeaderName);
  object.optional("body", out.body, decode::read_bool);
  object.optional("maxTextBytes", out.settings.max_text_bytes, kTextBytes);
  object.optional("oversize", out.oversize, decode::one_of(kOversize));
  object.list("exclusions", out.settings.exclusions, {.max = 256}, read_exclusion);
  object.optional("uploads", out.settings.uploads, read_uploads);
  read_guard_policy(object, tidegate::guard::Syntax::kPlain, out.settings.policy, out.rules);
}

}  // namespace

std::vector<std::string> read(std::string_view json, Config& out) {
  return read_config(json, out, read_all);
}

}  // namespace tidegate::processors::web_signatures
