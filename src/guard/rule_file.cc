#include "guard/rule_file.h"

#include <fmt/format.h>

#include <memory>
#include <set>
#include <utility>

#include "base/arena.h"
#include "decode/scalars.h"
#include "guard/builtin_rules.h"
#include "guard/normal/fold.h"
#include "yaml/parse.h"

namespace tidegate::guard {
namespace {

using decode::Node;
using decode::ObjectReader;

constexpr decode::Choice<Severity> kSeverities[] = {{"critical", Severity::kCritical},
                                                    {"error", Severity::kError},
                                                    {"warning", Severity::kWarning},
                                                    {"notice", Severity::kNotice}};

constexpr decode::Choice<Form> kForm[] = {
    {"text", Form::kText}, {"sql", Form::kSql}, {"shell", Form::kShell}, {"path", Form::kPath}};

bool is_name(std::string_view text) {
  for (const char c : text) {
    const bool good =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
    if (!good) return false;
  }
  return true;
}

constexpr int kMaxListDepth = 4;
// What a short word and the blank behind it take.
constexpr int kBytesOfWord = 6;

constexpr decode::Text kName{.min = 1,
                             .max = 64,
                             .valid = is_name,
                             .must = "be of lower case letters, digits, '.', '-' and '_'"};

void read_channel(const Node& node, Channel& out) {
  std::string name;
  decode::Text{.min = 1, .max = 64}(node, name);
  if (const auto channel = parse_channel(name)) {
    out = *channel;
  } else if (!name.empty()) {
    node.fail("is no channel");
  }
}

// Replaces {name}, blanks and ~. Fails where a list is not known.
std::string expand(const Node& node, std::string_view pattern, const WordLists& lists,
                   Syntax syntax, int depth = 0) {
  std::string out;
  for (std::size_t at = 0; at < pattern.size();) {
    const char c = pattern[at];
    if (c == '\\' && at + 1 < pattern.size()) {
      out += pattern.substr(at, 2);
      at += 2;
      continue;
    }
    if (c == '[') {
      const auto end = end_of_class(pattern, at);
      out += pattern.substr(at, end == pattern.npos ? end : end + 1 - at);
      at = end == pattern.npos ? pattern.size() : end + 1;
      continue;
    }
    const bool names =
        c == '{' && at + 1 < pattern.size() && pattern[at + 1] >= 'a' && pattern[at + 1] <= 'z';
    if (names) {
      const auto end = pattern.find('}', at);
      const auto name = pattern.substr(at + 1, end == pattern.npos ? end : end - at - 1);
      const auto list = lists.find(name);
      if (end == pattern.npos || list == lists.end()) {
        node.fail(fmt::format("names no list: '{}'", name));
        return {};
      }
      if (depth == kMaxListDepth) {
        node.fail(fmt::format("a list of lists names itself, or too deep: '{}'", name));
        return {};
      }
      out += "(?:" + expand(node, list->second, lists, syntax, depth + 1) + ")";
      at = end + 1;
      continue;
    }
    if (syntax == Syntax::kPlain) {
      out += c;
    } else if (c == ' ') {
      out += "\\W{0,3}";
    } else if (c == '~') {
      // Up to so many words, or without a number as far as seven go.
      const bool counts =
          at + 1 < pattern.size() && pattern[at + 1] >= '1' && pattern[at + 1] <= '9';
      const int words = counts ? pattern[at + 1] - '0' : 7;
      out += fmt::format("[^.!?\\n]{{0,{}}}", kBytesOfWord * words);
      if (counts) ++at;
    } else {
      out += c;
    }
    ++at;
  }
  return out;
}

void read_pattern(const Node& node, const WordLists& lists, Syntax syntax, Compile compile,
                  std::string& out) {
  std::string text;
  decode::Text{.min = 3, .max = kMaxPattern}(node, text);
  if (text.size() < 3 || text.size() > kMaxPattern) return;
  out = fold_pattern(expand(node, text, lists, syntax));
  if (compile == Compile::kNo || out.empty()) return;
  const patterns::Pattern one{out, true, false};
  if (const auto set = patterns::PatternSet::compile({&one, 1}); !set) {
    node.fail(set.error().detail);
  }
}

void read_tests(const Node& node, Rule& out) {
  ObjectReader object(node);
  const decode::Text text{.min = 1, .max = 4096};
  object.required_list("match", out.match, {.min = 1, .max = 64}, text);
  object.list("miss", out.miss, {.max = 64}, text);
}

void read_words(const Node& node, std::string& out) {
  std::vector<std::string> words;
  ObjectReader::read_list(node, words, {.min = 1, .max = 512}, decode::Text{.min = 1, .max = 1024});
  out = fmt::format("{}", fmt::join(words, "|"));
}

void read_lists(const Node& node, WordLists& out) {
  decode::for_each_entry(node, [&](const decode::Path& path, const yaml::Entry& entry) {
    read_words({entry.value, path, node.reporter}, out[std::string(entry.key.text())]);
  });
}

void read_file(const Node& node, Syntax syntax, std::vector<Rule>& out) {
  ObjectReader object(node);
  WordLists lists;
  object.optional("lists", lists, read_lists);
  object.required_list("rules", out, {.max = 10'000}, [&](const Node& item, Rule& rule) {
    read_rule(item, lists, syntax, Compile::kNo, rule);
  });
}

}  // namespace

void read_rule(const Node& node, const WordLists& lists, Syntax syntax, Compile compile,
               Rule& out) {
  ObjectReader object(node);
  object.required("id", out.id, kName);
  object.required("category", out.category, kName);
  object.optional("severity", out.severity, decode::one_of(kSeverities));
  object.optional("paranoia", out.paranoia, decode::Int<int>{.min = 1, .max = 4});
  std::vector<Channel> channels;
  object.list("channels", channels, {.min = 1, .max = kChannels}, read_channel);
  for (const auto channel : channels) out.channels.add(channel);
  object.required("pattern", out.pattern, [&](const Node& pattern, std::string& text) {
    read_pattern(pattern, lists, syntax, compile, text);
  });
  object.list("tags", out.tags, {.max = 16}, kName);
  if (syntax == Syntax::kPlain) object.optional("form", out.form, decode::one_of(kForm));
  object.optional("tests", out, read_tests);
}

Result<void> parse_rules(std::string_view yaml, Syntax syntax, std::vector<Rule>& out) {
  Arena arena;
  const auto parsed = yaml::parse_yaml(yaml, arena);
  std::vector<resource::Problem> problems;
  decode::Reporter reporter(nullptr, decode::UnknownFields::kError, problems);
  const decode::Path root;
  for (const auto& one : parsed.problems) reporter.report(one.mark, "", one.message);
  std::vector<Rule> rules;
  if (parsed.root != nullptr) read_file({*parsed.root, root, reporter}, syntax, rules);
  std::set<std::string_view> ids;
  for (const auto& rule : rules) {
    if (!ids.insert(rule.id).second) reporter.report({}, rule.id, "is there twice");
  }
  if (!problems.empty()) {
    std::string all;
    for (const auto& one : problems) {
      all += fmt::format("{}line {}: {}: {}", all.empty() ? "" : "; ", one.line, one.path,
                         one.message);
    }
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal, std::move(all));
  }
  std::move(rules.begin(), rules.end(), std::back_inserter(out));
  return {};
}

std::vector<patterns::Pattern> patterns_of(const std::vector<Rule>& rules) {
  std::vector<patterns::Pattern> out;
  out.reserve(rules.size());
  // Without starts: the part of what begins anywhere before its end would not fit into a set.
  for (const auto& rule : rules) out.push_back({rule.pattern, true, false});
  return out;
}

Result<std::vector<Rule>> builtin_prompt_rules() {
  std::vector<Rule> rules;
  for (const auto file : prompt_rule_files()) {
    TIDEGATE_TRY_VOID(parse_rules(file, Syntax::kProse, rules));
  }
  return rules;
}

Result<std::vector<Rule>> builtin_web_rules() {
  std::vector<Rule> rules;
  for (const auto file : web_rule_files()) {
    TIDEGATE_TRY_VOID(parse_rules(file, Syntax::kPlain, rules));
  }
  return rules;
}

}  // namespace tidegate::guard
