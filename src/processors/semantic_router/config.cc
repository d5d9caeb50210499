#include "processors/semantic_router/config.h"

#include <algorithm>
#include <utility>

#include "decode/parts.h"
#include "decode/scalars.h"
#include "intent/labeled_texts.h"
#include "processors/read_config.h"

namespace tidegate::processors::semantic_router {
namespace {

using decode::Int;
using decode::Node;
using decode::ObjectReader;
using decode::Text;

// A decision compares a text with every example: about 30 ns each.
constexpr std::size_t kMaxExamples = 256;
constexpr std::size_t kMaxAllExamples = 2048;
constexpr Text kExample{.min = 1, .max = 4096};

constexpr decode::Choice<Config::Input> kInputs[] = {
    {"LastUserMessage", Config::Input::kLastUserMessage},
    {"UserMessages", Config::Input::kUserMessages}};

constexpr Text kIntentName{
    .min = 1,
    .max = 63,
    .valid = intent::is_intent_name,
    .must = "be lower case letters, digits, \"-\" and \"_\", and not \"none\""};

struct NamedRule {
  std::string intent;
  Rule rule;
};

void read_target_fields(ObjectReader& object, const Node& node, Target& out) {
  object.optional("model", out.model, Text{.min = 1, .max = 256});
  object.optional("backend", out.backend, Text{.min = 1, .max = 253});
  object.optional("reroute", out.reroute, decode::read_bool);
  if (!out.model.empty() && !out.backend.empty())
    node.fail("names a model and a backend: one of them");
  if (out.reroute && out.model.empty()) node.fail("re-routes to no model");
}

void read_fallback(const Node& node, Config& out) {
  ObjectReader object(node);
  read_target_fields(object, node, out.fallback);
  object.list("examples", out.out_of_scope, {.max = kMaxExamples}, kExample);
}

struct RoutedIntent {
  intent::Intent intent;
  Target target;
};
void read_intent(const Node& node, RoutedIntent& out) {
  ObjectReader object(node);
  object.required("name", out.intent.name, kIntentName);
  object.list("examples", out.intent.examples, {.max = kMaxExamples}, kExample);
  double threshold = -1;
  object.optional("threshold", threshold, decode::Number{.min = 0, .max = 1});
  if (threshold >= 0) out.intent.threshold = static_cast<float>(threshold);
  read_target_fields(object, node, out.target);
}

void read_rule(const Node& node, NamedRule& out) {
  constexpr Int<std::uint64_t> kLength{.min = 1, .max = INT64_MAX};
  ObjectReader object(node);
  object.required("intent", out.intent, Text{.min = 1, .max = 63});
  object.list("keywords", out.rule.keywords, {.max = 256}, Text{.min = 1, .max = 256});
  object.optional("minCharacters", out.rule.min_characters, kLength);
  object.optional("maxCharacters", out.rule.max_characters, kLength);
  if (out.rule.keywords.empty() && !out.rule.min_characters && !out.rule.max_characters) {
    node.fail("says nothing: keywords, minCharacters or maxCharacters");
  }
}

void read_trained(const Node& node, Config& out) {
  ObjectReader object(node);
  object.required("file", out.trained_file, Text{.min = 1, .max = 4096});
}

// What a Backend embeds is compared on a worker's loop, while others wait.
void check_backend(const Node& node, const Config& out, std::size_t examples) {
  constexpr std::size_t kMaxEmbedded = 256;
  if (out.embeddings.type != Embeddings::Type::kBackend) return;
  if (!out.trained_file.empty()) {
    node.fail("has embeddings by a Backend beside \"trained\", which needs its own");
  }
  if (examples > kMaxEmbedded) {
    node.fail("has more than 256 examples in all, with embeddings by a Backend");
  }
}

// A file has learnt from its own texts, and has thresholds of its own.
void check_trained(const Node& node, const Config& out) {
  if (out.trained_file.empty()) return;
  const auto has_examples = [](const intent::Intent& one) {
    return !one.examples.empty() || one.threshold.has_value();
  };
  if (std::ranges::any_of(out.intents, has_examples) || !out.out_of_scope.empty()) {
    node.fail("has examples or thresholds beside \"trained\", which has its own");
  }
}

void link_rules(const Node& node, std::vector<NamedRule>& rules, Config& out) {
  const decode::Path path{&node.path, "rules"};
  for (NamedRule& one : rules) {
    const auto found = std::ranges::find(out.intents, one.intent, &intent::Intent::name);
    if (found == out.intents.end()) {
      Node{node.value, path, node.reporter}.fail("say \"" + one.intent + "\", which is no intent");
      continue;
    }
    one.rule.intent = static_cast<std::size_t>(found - out.intents.begin());
    out.rules.push_back(std::move(one.rule));
  }
}

void read_all(const Node& node, Config& out) {
  std::vector<NamedRule> rules;
  std::vector<RoutedIntent> intents;
  ObjectReader object(node);
  object.optional("embeddings", out.embeddings, [](const Node& of, Embeddings& to) {
    read_embeddings(of, to, AllowBackend::kYes);
  });
  object.optional("trained", out, read_trained);
  object.optional("input", out.input, decode::one_of(kInputs));
  object.optional("maxBytes", out.max_bytes, Int<std::uint64_t>{.min = 64, .max = 65536});
  object.optional("margin", out.margin, decode::Number{.min = 0, .max = 1});
  object.optional("header", out.header, decode::kHeaderName);
  object.list("rules", rules, {.max = 256}, read_rule);
  object.required_list("intents", intents, {.max = intent::kMaxIntents}, read_intent);
  object.optional("fallback", out, read_fallback);
  decode::check_unique(
      object, "intents", intents, [](const RoutedIntent& one) { return one.intent.name; },
      "has the name of another one");
  std::size_t examples = out.out_of_scope.size();
  for (RoutedIntent& one : intents) {
    examples += one.intent.examples.size();
    out.intents.push_back(std::move(one.intent));
    out.targets.push_back(std::move(one.target));
  }
  if (examples > kMaxAllExamples) {
    const decode::Path path{&node.path, "intents"};
    Node{node.value, path, node.reporter}.fail("have more than 2048 examples in all");
  }
  check_trained(node, out);
  check_backend(node, out, examples);
  link_rules(node, rules, out);
}

}  // namespace

std::vector<std::string> read(std::string_view json, Config& out) {
  return read_config(json, out, read_all);
}

}  // namespace tidegate::processors::semantic_router
