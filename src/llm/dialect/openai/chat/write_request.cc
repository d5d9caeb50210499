#include "llm/conversation/effort.h"
#include "llm/dialect/openai/chat/messages.h"
#include "llm/dialect/openai/chat/request.h"
#include "llm/dialect/openai/request_members.h"
#include "llm/dialect/openai/tools.h"

namespace tidegate::llm::openai {
namespace {

constexpr std::size_t kMaxStopSequences = 4;

class RequestWriter {
 public:
  RequestWriter(const Conversation& conversation, const Target& target, std::string& out,
                Losses& losses)
      : conversation_(conversation), target_(target), writer_(out), losses_(losses) {}

  void write() {
    writer_.begin_object();
    if (target_.model_in_body) writer_.member("model", target_.model);
    writer_.key("messages");
    write_chat_messages(writer_, conversation_, target_, losses_, arena_);
    write_chat_tools(writer_, conversation_, target_, losses_, arena_);
    write_limits();
    write_sampling();
    write_stop();
    write_format();
    write_reasoning();
    write_common_members(writer_, conversation_, target_, losses_);
    write_stream();
    for (const auto& member : conversation_.unknown) write_unknown(member);
    writer_.end_object();
  }

 private:
  void write_limits() {
    if (!conversation_.max_tokens) return;
    const bool old = target_.max_tokens_name == Target::MaxTokensName::kMaxTokens;
    writer_.member(old ? "max_tokens" : "max_completion_tokens", *conversation_.max_tokens);
  }

  void write_sampling() {
    write_raw_member(writer_, "presence_penalty", conversation_.presence_penalty);
    write_raw_member(writer_, "frequency_penalty", conversation_.frequency_penalty);
    write_raw_member(writer_, "seed", conversation_.seed);
    if (conversation_.logprobs == true) {
      writer_.key("logprobs").boolean(as_bool(true));
      write_raw_member(writer_, "top_logprobs", conversation_.top_logprobs);
    }
    if (conversation_.top_k.empty()) return;
    if (target_.takes_top_k) {
      writer_.key("top_k").raw(conversation_.top_k);
    } else {
      losses_.add("top_k");
    }
  }

  void write_stop() {
    std::size_t count = 0;
    for (const auto text : conversation_.stop) {
      if (text.empty()) continue;
      if (count == kMaxStopSequences) {
        losses_.add("stop");
        break;
      }
      if (count++ == 0) writer_.key("stop").begin_array();
      writer_.string(text);
    }
    if (count > 0) writer_.end_array();
  }

  void write_format() {
    const auto& output = conversation_.output;
    if (output.kind == OutputFormat::Kind::kText) return;
    writer_.key("response_format").begin_object();
    const bool with_schema = output.kind == OutputFormat::Kind::kJsonSchema;
    if (with_schema && !target_.takes_json_schema) losses_.add("response_format.json_schema");
    if (!with_schema || !target_.takes_json_schema) {
      writer_.member("type", "json_object");
    } else {
      writer_.member("type", "json_schema").key("json_schema").begin_object();
      write_json_schema(writer_, output, target_);
      writer_.end_object();
    }
    writer_.end_object();
  }

  // Chat completions show thoughts or do not, by the provider: nobody can ask for it.
  void note_display() {
    const auto& reasoning = conversation_.reasoning;
    if (!reasoning || !reasoning->show || reasoning->show_implied) return;
    const bool shows = target_.reasoning_field != Target::ReasoningField::kNone;
    if (*reasoning->show != shows) losses_.add("thinking.display");
  }

  void write_reasoning() {
    note_display();
    const auto effort = effort_word(conversation_);
    if (!effort) return;
    if (target_.takes_reasoning_effort) {
      writer_.member("reasoning_effort", *effort);
    } else if (*effort != to_string(Effort::kNone)) {
      losses_.add("reasoning");
    }
  }

  // The gateway counts the usage of every stream, and hides it from callers who did not ask.
  void write_stream() {
    if (!conversation_.stream || !target_.stream_in_body) return;
    writer_.key("stream").boolean(as_bool(true));
    if (!target_.takes_stream_options) return;
    writer_.key("stream_options").begin_object();
    writer_.key("include_usage").boolean(as_bool(true)).end_object();
  }

  void write_unknown(const UnknownMember& member) {
    if (const auto* shared = find_shared_member(member.name);
        shared != nullptr && !shared->chat.empty()) {
      writer_.key(shared->chat).raw(member.raw);
    } else {
      losses_.add(member.name);
    }
  }

  const Conversation& conversation_;
  const Target& target_;
  json::Writer writer_;
  Losses& losses_;
  Arena arena_;
};

}  // namespace

void write_chat_request(const Conversation& conversation, const Target& target, std::string& out,
                        Losses& losses) {
  RequestWriter(conversation, target, out, losses).write();
}

}  // namespace tidegate::llm::openai
