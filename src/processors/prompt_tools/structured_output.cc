#include "processors/prompt_tools/structured_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "json/escaped_text.h"
#include "llm/provider.h"
#include "llm/text/text.h"
#include "llm/transcode.h"
#include "processors/prompt_tools/repair_call.h"

namespace tidegate::processors::prompt_tools {
namespace {

using pipeline::Step;
using pipeline::Turn;
using pipeline::Verdict;

constexpr std::string_view kAnyJson = "true";

}  // namespace

Result<std::string> StructuredOutput::take_request(Turn& turn, std::string_view body) {
  const auto format = llm::format_of(*turn.message.call);
  if (!format) {
    const auto operation = turn.message.call->operation;
    if (operation != llm::Operation::kInvokeModel && operation != llm::Operation::kCompletions) {
      return std::string();
    }
    return fail(ErrorCode::kUnsupported, Origin::kInternal,
                fmt::format("PromptTools does not check answers of {}", llm::to_string(operation)));
  }
  format_ = *format;
  const std::string_view kept = turn.arena.copy(body);
  llm::Conversation conversation;
  const auto path =
      llm::read_path_facts(*turn.message.call, turn.message.request->path(), turn.arena);
  if (const auto read = llm::read_conversation(format_, kept, path, conversation, turn.arena);
      !read) {
    return read.error().detail;
  }
  using Kind = llm::OutputFormat::Kind;
  answer_schema_ = conversation.output.kind == Kind::kJsonSchema ? conversation.output.schema
                                                                 : std::string_view(rules_.schema);
  if (answer_schema_.empty() && conversation.output.kind == Kind::kJson) answer_schema_ = kAnyJson;
  if (!answer_schema_.empty()) {
    auto compiled = schema::Schema::compile(answer_schema_);
    if (!compiled) return compiled.error().detail;
    answer_.emplace(std::move(*compiled));
  }
  if (rules_.tool_arguments) {
    auto wrong = take_tools(conversation, turn.arena);
    if (!wrong.empty()) return wrong;
  }
  if ((answer_ || !tools_.empty()) && conversation.choices > 1) {
    return "several choices cannot be checked";
  }
  return std::string();
}

// Why one of the tools cannot be checked; empty: nothing.
std::string StructuredOutput::take_tools(const llm::Conversation& conversation, Arena& arena) {
  for (const llm::Tool& tool : conversation.tools) {
    if (tool.kind != llm::Tool::Kind::kFunction || tool.schema.empty()) continue;
    const std::string_view name = json::unescape(tool.name, arena);
    auto compiled = schema::Schema::compile(tool.schema);
    if (!compiled) return fmt::format("tool \"{}\": {}", name, compiled.error().detail);
    tools_.emplace_back(name, std::move(*compiled));
  }
  return {};
}

Step StructuredOutput::take_reply(Turn& turn) {
  constexpr std::uint16_t kBeyondSuccess = 300;
  if ((!answer_ && tools_.empty()) || turn.message.response->status >= kBeyondSuccess) {
    return Verdict::kContinue;
  }
  auto judged = judge(turn, turn.message.payload);
  if (!judged) return std::move(judged).error();
  return settle(turn, std::move(*judged));
}

Step StructuredOutput::take_event(Turn& turn) {
  if ((!answer_ && tools_.empty()) || held_.is_released()) return Verdict::kContinue;
  if (!turn.message.event->end) {
    held_.take(turn);
    if (held_.bytes() <= rules_.max_bytes) return Verdict::kContinue;
    auto ended =
        give_up(turn, Error(ErrorCode::kLimit, Origin::kUpstream,
                            fmt::format("the answer is larger than {} bytes", rules_.max_bytes)));
    if (!ended) return std::move(ended).error();
    return *ended;
  }
  auto judged = judge(turn, turn.arena.copy(held_.wire(turn.message)));
  if (!judged) {
    auto ended = give_up(turn, std::move(judged).error());
    if (!ended) return std::move(ended).error();
    return *ended;
  }
  return settle(turn, std::move(*judged));
}

Result<StructuredOutput::Judged> StructuredOutput::judge(Turn& turn, std::string_view body) const {
  std::optional<llm::ReplyError> failure;
  TIDEGATE_TRY(reply, llm::read_reply(format_, body, "", turn.arena, failure));
  if (failure) return Judged{};  // the provider's own error, which is told as it is
  bool calls = false;
  for (const llm::Part& part : reply.parts) {
    if (std::holds_alternative<llm::RefusalPart>(part)) return Judged{};
    const auto* call = std::get_if<llm::ToolCallPart>(&part);
    if (call == nullptr) continue;
    calls = true;
    if (auto wrong = judge_call(*call, turn.arena); !wrong.empty()) return Judged{wrong, {}};
  }
  if (calls || !answer_) return Judged{};
  return judge_text(reply, turn.arena);
}

std::string StructuredOutput::judge_call(const llm::ToolCallPart& call, Arena& arena) const {
  const std::string_view name = json::unescape(call.name, arena);
  const auto known =
      std::ranges::find_if(tools_, [&](const auto& one) { return one.first == name; });
  if (known == tools_.end()) return {};
  std::string_view arguments = call.arguments_raw;
  if (arguments.empty()) arguments = json::unescape(call.arguments, arena);
  const auto violations = known->second.check(arguments);
  const std::string wrong = violations ? schema::to_string(*violations) : violations.error().detail;
  return wrong.empty() ? wrong : fmt::format("the call of \"{}\": {}", name, wrong);
}

Result<StructuredOutput::Judged> StructuredOutput::judge_text(const llm::Reply& reply,
                                                              Arena& arena) const {
  Judged judged;
  std::string text;
  std::size_t texts = 0;
  for (const llm::Part& part : reply.parts) {
    const auto* one = std::get_if<llm::TextPart>(&part);
    if (one == nullptr) continue;
    ++texts;
    text += json::unescape(one->text, arena);
  }
  if (texts == 0) {
    judged.wrong = "there is no text";
    return judged;
  }
  const auto violations = answer_->check(text);
  judged.wrong = violations ? schema::to_string(*violations) : violations.error().detail;
  if (!judged.wrong.empty() && reply.finish == llm::FinishReason::kLength) {
    judged.wrong += "; it was cut at the limit of output tokens";
  }
  if (texts == 1) judged.text = std::move(text);
  return judged;
}

Step StructuredOutput::settle(Turn& turn, Judged judged) {
  const bool streams = turn.phase == pipeline::Phase::kStreamChunk;
  if (judged.wrong.empty()) {
    if (streams) held_.release(turn);
    return Verdict::kContinue;
  }
  if (rules_.repair && judged.text) return repair(turn, std::move(judged));
  turn.effects.detail = "invalid";
  turn.effects.refusal = {
      502, "invalid_output",
      turn.arena.copy("The answer is not what the schema describes: " + judged.wrong)};
  return Verdict::kReject;
}

Step::Task StructuredOutput::repair(Turn& turn, Judged judged) {
  const Repair& how = *rules_.repair;
  pipeline::CallRequest request(
      how.path, format_repair(how.model, answer_schema_, *judged.text, judged.wrong));
  request.timeout = how.timeout;
  auto answered = co_await turn.caller.call(turn.spec.backend, std::move(request), turn.cancel);
  if (!answered) co_return give_up(turn, std::move(answered).error());
  auto right = read_repaired(*answered);
  if (!right) co_return give_up(turn, std::move(right).error());
  auto done = put(turn, *judged.text, *right);
  if (!done) co_return give_up(turn, std::move(done).error());
  turn.effects.detail = "repaired";
  co_return Verdict::kContinue;
}

// The text that the repair gave, where it is right.
Result<std::string> StructuredOutput::read_repaired(const pipeline::CallAnswer& answer) const {
  constexpr std::uint16_t kOk = 200;
  if (answer.head.status != kOk) {
    return fail(ErrorCode::kMalformed, Origin::kUpstream,
                fmt::format("the repair was answered {}", answer.head.status));
  }
  TIDEGATE_TRY(text, parse_repair(answer.body));
  const auto violations = answer_->check(text);
  const std::string wrong = violations ? schema::to_string(*violations) : violations.error().detail;
  if (!wrong.empty()) {
    return fail(ErrorCode::kMalformed, Origin::kUpstream, "the repaired answer is wrong: " + wrong);
  }
  return text;
}

Result<void> StructuredOutput::put(Turn& turn, std::string_view wrong, std::string_view right) {
  if (turn.phase == pipeline::Phase::kStreamChunk) {
    TIDEGATE_TRY_VOID(held_.rewrite(turn.message, wrong, right, turn.arena));
    held_.release(turn);
    return {};
  }
  TIDEGATE_TRY(texts, turn.texts.of_reply(turn.message.payload, turn.arena));
  for (const llm::Text& text : texts) {
    if (text.channel != llm::Channel::kAssistant || text.plain != wrong) continue;
    turn.effects.replace(text.range.begin, text.range.end, llm::quote(right, turn.arena));
  }
  return {};
}

// A failure of the processor. Where failures are let pass, so is what was kept.
Result<Verdict> StructuredOutput::give_up(Turn& turn, Error why) {
  if (turn.phase != pipeline::Phase::kStreamChunk ||
      turn.spec.failure_mode != config::FailureMode::kOpen) {
    return std::unexpected(std::move(why));
  }
  held_.release(turn);
  turn.effects.detail = "failed";
  return Verdict::kContinue;
}

}  // namespace tidegate::processors::prompt_tools
