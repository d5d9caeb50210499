#include "llm/dialect/anthropic/claude.h"

#include <algorithm>
#include <charconv>

#include "base/ascii.h"
#include "json/cursor.h"
#include "json/value.h"
#include "llm/conversation/effort.h"
#include "llm/conversation/thought_signature.h"

namespace tidegate::llm::anthropic {
namespace {

constexpr std::uint64_t kMinBudget = 1024;

double number_of(std::string_view raw) {
  double value = 0;
  std::from_chars(raw.data(), raw.data() + raw.size(), value);
  return value;
}

// The round of tool calls that the answer goes on with, if it is in one: its assistant turn.
const Message* open_round(const std::vector<Message>& turns) {
  if (turns.size() < 2 || turns.back().role != Role::kUser) return nullptr;
  if (!std::holds_alternative<ToolResultPart>(turns.back().parts.front())) return nullptr;
  return &turns[turns.size() - 2];
}

bool begins_with_thought(const Message& turn) {
  const auto* thought = std::get_if<ReasoningPart>(&turn.parts.front());
  return thought != nullptr && is_signed(*thought);
}

// An effort on the model's scale: xhigh from 4.7 on, nothing below low.
Effort claude_effort(Effort effort, unsigned generation) {
  if (effort == Effort::kXHigh && generation < kNoBudget) return Effort::kHigh;
  return clamp_effort(effort, Effort::kLow, Effort::kMax);
}

}  // namespace

unsigned claude_generation(std::string_view model) {
  const auto at = model.find("claude");
  if (at == model.npos) return 0;
  // The first number of one or two digits, and the next right behind it.
  for (auto i = at; i < model.size(); ++i) {
    if (!is_digit(model[i]) || is_digit(model[i - 1])) continue;
    const auto digits = std::ranges::find_if_not(model.substr(i), is_digit) - (model.begin() + i);
    if (digits > 2) return kNewestClaude;
    const unsigned major = static_cast<unsigned>(model[i] - '0');
    if (digits == 2) return kNewestClaude;
    const auto rest = model.substr(i + 1);
    const bool minor = rest.size() >= 2 && (rest[0] == '-' || rest[0] == '.') &&
                       is_digit(rest[1]) && (rest.size() == 2 || !is_digit(rest[2]));
    return major * 10 + (minor ? static_cast<unsigned>(rest[1] - '0') : 0);
  }
  return kNewestClaude;
}

bool is_signed(const ReasoningPart& part) {
  if (!part.redacted.empty()) return true;
  return !part.signature.empty() && !unmark_google(part.signature);
}

namespace {

void choose_mode(const Reasoning& reasoning, unsigned generation, Thinking& thinking) {
  const auto effort = find_effort(reasoning);
  if (effort == Effort::kNone || reasoning.budget == 0) {
    thinking.mode = Thinking::Mode::kOff;
    return;
  }
  if (generation >= kAdapts && (!reasoning.budget || generation >= kNoBudget)) {
    thinking.mode = Thinking::Mode::kAdaptive;
    thinking.show = reasoning.show;
    if (effort) thinking.effort = claude_effort(*effort, generation);
    return;
  }
  // A model that cannot decide by itself thinks as OpenAI's default effort would.
  if (!effort && !reasoning.budget && !reasoning.adaptive) return;
  thinking.mode = Thinking::Mode::kBudget;
  thinking.budget = reasoning.budget.value_or(budget_of(effort.value_or(Effort::kMedium)));
  thinking.budget = std::max(thinking.budget, kMinBudget);
  if (reasoning.show == false) thinking.show = false;
}

}  // namespace

Thinking plan_thinking(const Conversation& conversation, const std::vector<Message>& turns,
                       std::string_view model, std::uint64_t default_max_tokens, Losses& losses) {
  Thinking thinking;
  thinking.max_tokens = conversation.max_tokens.value_or(default_max_tokens);
  if (!conversation.reasoning) return thinking;
  const auto generation = claude_generation(model);
  // A name that is not Claude's is a server that speaks its dialect: budgets are what they know.
  choose_mode(*conversation.reasoning, generation, thinking);
  const bool cannot = generation != 0 && generation < kThinks;
  if (!thinking.on() || cannot) {
    if (thinking.on()) losses.add("reasoning");
    if (cannot) thinking.mode = Thinking::Mode::kUnsaid;
    return thinking;
  }
  if (thinking.mode == Thinking::Mode::kAdaptive) return thinking;
  if (thinking.show && generation < kHides) {
    losses.add("thinking.display");
    thinking.show.reset();
  }
  const auto* round = open_round(turns);
  if (round != nullptr && !begins_with_thought(*round)) {
    losses.add("reasoning");
    thinking.mode = Thinking::Mode::kOff;
    return thinking;
  }
  if (!conversation.max_tokens) {
    thinking.max_tokens += thinking.budget;
  } else if (thinking.max_tokens <= kMinBudget) {
    losses.add("reasoning");
    thinking.mode = Thinking::Mode::kOff;
  } else {
    thinking.budget = std::min(thinking.budget, thinking.max_tokens - 1);
  }
  return thinking;
}

void write_thinking(json::Writer& writer, const Thinking& thinking, std::string_view format) {
  switch (thinking.mode) {
    case Thinking::Mode::kUnsaid:
      break;
    case Thinking::Mode::kOff:
      writer.key("thinking").raw(R"({"type":"disabled"})");
      break;
    case Thinking::Mode::kBudget:
      writer.key("thinking").begin_object().member("type", "enabled");
      writer.member("budget_tokens", thinking.budget);
      if (thinking.show == false) writer.member("display", "omitted");
      writer.end_object();
      break;
    case Thinking::Mode::kAdaptive:
      writer.key("thinking").begin_object().member("type", "adaptive");
      if (thinking.show) writer.member("display", *thinking.show ? "summarized" : "omitted");
      writer.end_object();
      break;
  }
  if (!thinking.effort && format.empty()) return;
  writer.key("output_config").begin_object();
  if (thinking.effort) writer.member("effort", to_string(*thinking.effort));
  if (!format.empty()) writer.key("format").raw(format);
  writer.end_object();
}

Result<void> read_thinking(std::string_view thinking, const Where& where,
                           std::optional<Reasoning>& reasoning) {
  TIDEGATE_TRY_VOID(read_object(thinking, where));
  auto& out = reasoning ? *reasoning : reasoning.emplace();
  json::ObjectCursor cursor(thinking);
  std::string_view type;
  while (const auto item = cursor.next()) {
    if (json::is_null(item->value)) continue;
    const auto here = where.member(item->name);
    if (item->name == "type") {
      TIDEGATE_TRY(text, read_string(item->value, here));
      type = text.bytes;
    } else if (item->name == "budget_tokens") {
      TIDEGATE_TRY(budget, read_count(item->value, here));
      out.budget = budget;
    } else if (item->name == "display") {
      out.show = json::unquote(item->value) != "omitted";
    }
  }
  if (type == "disabled") {
    out.effort = Effort::kNone;
    out.budget.reset();
  } else if (type == "adaptive") {
    out.adaptive = true;
  } else if (type == "enabled") {
    if (!out.budget) return where.member("budget_tokens").refuse("is required");
    out.show_implied = !out.show;
    if (!out.show) out.show = true;
  } else {
    return where.member("type").refuse(R"(must be "enabled", "adaptive" or "disabled")");
  }
  return {};
}

Result<void> read_format(std::string_view format, const Where& where, OutputFormat& output) {
  TIDEGATE_TRY_VOID(read_object(format, where));
  const auto type = json::unquote(json::find_member(format, "type").value_or(""));
  if (type == "text") return {};
  if (type != "json_schema") return where.member("type").refuse(R"(must be "json_schema")");
  const auto schema = json::find_member(format, "schema").value_or("");
  TIDEGATE_TRY(object, read_object(schema, where.member("schema")));
  output.kind = OutputFormat::Kind::kJsonSchema;
  output.schema = object;
  output.strict = true;
  return {};
}

Result<void> read_output_config(std::string_view config, const Where& where,
                                Conversation& conversation, Arena& arena) {
  TIDEGATE_TRY_VOID(read_object(config, where));
  json::ObjectCursor cursor(config);
  while (const auto item = cursor.next()) {
    if (json::is_null(item->value)) continue;
    const auto here = where.member(item->name);
    if (item->name == "effort") {
      TIDEGATE_TRY(word, read_string(item->value, here));
      const auto effort = parse_effort(word.bytes);
      if (!effort) return here.refuse("must be an effort such as \"high\"");
      auto& reasoning = conversation.reasoning;
      // "disabled" says more than an effort, which also bounds the answer itself.
      if (!reasoning) reasoning.emplace();
      if (reasoning->effort != Effort::kNone) reasoning->effort = *effort;
    } else if (item->name == "format") {
      TIDEGATE_TRY_VOID(read_format(item->value, here, conversation.output));
    } else {
      conversation.unknown.push_back({here.path(arena), item->value});
    }
  }
  return {};
}

Sampling plan_sampling(const Conversation& conversation, std::string_view model, bool thinks,
                       Losses& losses) {
  Sampling sampling{conversation.temperature, conversation.top_p, conversation.top_k};
  const auto generation = claude_generation(model);
  const auto drop = [&](std::string_view& value, std::string_view name) {
    if (!value.empty()) losses.add(name);
    value = {};
  };
  const bool fixed = thinks || (generation >= kNoBudget && generation != kNewestClaude);
  // Where it is fixed, saying what is so anyway does no harm and is no loss.
  if (fixed && !sampling.temperature.empty()) {
    if (number_of(sampling.temperature) != 1) losses.add("temperature");
    sampling.temperature = {};
  }
  if (fixed) drop(sampling.top_k, "top_k");
  if (fixed && !sampling.top_p.empty()) {
    const auto value = number_of(sampling.top_p);
    if (value == 1) sampling.top_p = {};
    if (value < 0.95 || generation >= kNoBudget) {
      if (value != 1) losses.add("top_p");
      sampling.top_p = {};
    }
  }
  if (!sampling.temperature.empty() && number_of(sampling.temperature) > 1) {
    losses.add("temperature");
    sampling.temperature = "1";
  }
  if (!sampling.temperature.empty() && !sampling.top_p.empty() && generation >= kOneSampler) {
    if (number_of(sampling.top_p) != 1) losses.add("top_p");
    sampling.top_p = {};
  }
  return sampling;
}

}  // namespace tidegate::llm::anthropic
