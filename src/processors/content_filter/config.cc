#include "processors/content_filter/config.h"

#include <fmt/format.h>

#include <algorithm>

#include "decode/parts.h"
#include "decode/scalars.h"
#include "patterns/matcher.h"
#include "processors/read_config.h"

namespace tidegate::processors::content_filter {
namespace {

using decode::Node;
using decode::ObjectReader;
using patterns::Matcher;
using patterns::MatcherRule;

constexpr std::uint64_t kMaxHeldBytes = 4096;
constexpr std::size_t kMaxWords = 50'000;
constexpr std::size_t kMaxPatterns = 1'000;

constexpr decode::Choice<Action> kActions[] = {{"Ignore", Action::kIgnore},
                                               {"Report", Action::kReport},
                                               {"Redact", Action::kRedact},
                                               {"Block", Action::kBlock}};

constexpr decode::Text kName{
    .min = 1, .max = 63, .valid = decode::is_dns_label, .must = "be a lower case DNS label"};

// Reads a word or a pattern, and what is wrong with it as one.
class RuleReader {
 public:
  RuleReader(MatcherRule::Kind kind, const Config& config) : kind_(kind), config_(config) {}

  void operator()(const Node& node, std::string& out) const {
    decode::Text{.min = 1, .max = kMaxHeldBytes}(node, out);
    if (out.empty()) return;
    const auto checked = Matcher::check(
        {out, kind_}, {.max_match_bytes = static_cast<std::size_t>(config_.max_held_bytes)});
    if (!checked) node.fail(checked.error().detail);
  }

 private:
  MatcherRule::Kind kind_;
  const Config& config_;
};

void read_category(const Node& node, const Config& config, Category& out) {
  ObjectReader object(node);
  object.required("name", out.name, kName);
  object.list("words", out.words, {.max = kMaxWords},
              RuleReader(MatcherRule::Kind::kWords, config));
  object.list("parts", out.parts, {.max = kMaxWords}, RuleReader(MatcherRule::Kind::kPart, config));
  object.list("patterns", out.patterns, {.max = kMaxPatterns},
              RuleReader(MatcherRule::Kind::kExpression, config));
  object.optional("matchCase", out.match_case, decode::read_bool);
  object.optional("request", out.request, decode::one_of(kActions));
  object.optional("response", out.response, decode::one_of(kActions));
  out.replacement = fmt::format("[{}]", out.name);
  object.optional("replacement", out.replacement, decode::Text{.max = 256});
  if (out.words.empty() && out.parts.empty() && out.patterns.empty()) {
    node.fail("needs words, parts or patterns");
  }
}

void read_hold_back(const Node& node, Config& out) {
  ObjectReader object(node);
  object.optional("bytes", out.max_held_bytes,
                  decode::Int<std::uint64_t>{.min = 16, .max = kMaxHeldBytes});
  object.optional("time", out.max_held_time, decode::read_duration);
}

void read_all(const Node& node, Config& out) {
  ObjectReader object(node);
  object.optional("holdBack", out, read_hold_back);  // first: patterns are measured by it
  object.required_list(
      "categories", out.categories, {.min = 1, .max = 64},
      [&out](const Node& item, Category& category) { read_category(item, out, category); });
  decode::check_unique(
      object, "categories", out.categories, [](const auto& one) { return one.name; },
      "has the name of one that came before");
}

}  // namespace

bool Config::on_requests(Action action) const {
  return std::ranges::find(categories, action, &Category::request) != categories.end();
}

bool Config::on_responses(Action action) const {
  return std::ranges::find(categories, action, &Category::response) != categories.end();
}

std::vector<std::string> read(std::string_view json, Config& out) {
  return read_config(json, out, read_all);
}

}  // namespace tidegate::processors::content_filter
