#include <algorithm>

#include "llm/conversation/effort.h"
#include "llm/dialect/openai/request_members.h"
#include "llm/dialect/openai/responses/items.h"
#include "llm/dialect/openai/responses/request.h"
#include "llm/dialect/openai/tools.h"

namespace tidegate::llm::openai {
namespace {

constexpr std::uint64_t kLeastOutputTokens = 16;  // less is refused

// Models that reason; others refuse to encrypt what they do not do.
bool is_reasoning_model(std::string_view model) {
  const auto slash = model.rfind('/');
  if (slash != model.npos) model.remove_prefix(slash + 1);
  if (model.starts_with("gpt-5")) return model.find("chat") == model.npos;
  if (model.starts_with("codex") || model.starts_with("gpt-oss")) return true;
  return model.size() > 1 && model[0] == 'o' && model[1] >= '1' && model[1] <= '9';
}

class RequestWriter {
 public:
  RequestWriter(const Conversation& conversation, const Target& target, std::string& out,
                Losses& losses)
      : conversation_(conversation), target_(target), writer_(out), losses_(losses) {}

  void write() {
    writer_.begin_object();
    if (target_.model_in_body) writer_.member("model", target_.model);
    writer_.key("input");
    write_input(writer_, conversation_, losses_, arena_);
    write_responses_tools(writer_, conversation_, target_, losses_, arena_);
    write_limits();
    write_text();
    write_reasoning();
    write_include();
    write_common_members(writer_, conversation_, target_, losses_);
    if (conversation_.stream && target_.stream_in_body) {
      writer_.key("stream").boolean(as_bool(true));
    }
    write_unknown();
    writer_.end_object();
    note_losses();
  }

 private:
  void write_limits() {
    if (!conversation_.max_tokens) return;
    if (*conversation_.max_tokens < kLeastOutputTokens) losses_.add("max_tokens");
    writer_.member("max_output_tokens", std::max(*conversation_.max_tokens, kLeastOutputTokens));
  }

  void write_text() {
    const auto& output = conversation_.output;
    const auto verbosity = std::ranges::find_if(conversation_.unknown, [](const auto& member) {
      const auto* shared = find_shared_member(member.name);
      return shared != nullptr && shared->responses == "text.verbosity";
    });
    const bool is_text = output.kind == OutputFormat::Kind::kText;
    if (is_text && verbosity == conversation_.unknown.end()) return;
    writer_.key("text").begin_object();
    if (output.kind == OutputFormat::Kind::kJson) {
      writer_.key("format").begin_object().member("type", "json_object").end_object();
    } else if (!is_text) {
      writer_.key("format").begin_object().member("type", "json_schema");
      write_json_schema(writer_, output, target_);
      writer_.end_object();
    }
    if (verbosity != conversation_.unknown.end()) writer_.key("verbosity").raw(verbosity->raw);
    writer_.end_object();
  }

  bool asks_for_reasoning() const {
    const auto effort = effort_word(conversation_);
    return effort && *effort != to_string(Effort::kNone);
  }

  void write_reasoning() {
    if (!conversation_.reasoning) return;
    const auto effort = effort_word(conversation_);
    const auto& reasoning = *conversation_.reasoning;
    auto summary = reasoning.summary;
    if (summary.empty() && reasoning.show == true) summary = "auto";
    if (!effort && summary.empty()) return;
    writer_.key("reasoning").begin_object();
    if (effort) writer_.member("effort", *effort);
    if (!summary.empty()) writer_.member("summary", summary);
    writer_.end_object();
  }

  void write_include() {
    const bool encrypted = is_reasoning_model(target_.model) || asks_for_reasoning();
    const bool logprobs = conversation_.logprobs == true;
    if (logprobs) write_raw_member(writer_, "top_logprobs", conversation_.top_logprobs);
    bool any = false;
    const auto add = [&](std::string_view word) {
      if (!any) writer_.key("include").begin_array();
      any = true;
      writer_.string(word);
    };
    if (encrypted) add("reasoning.encrypted_content");
    if (logprobs) add("message.output_text.logprobs");
    for (const auto& member : conversation_.unknown) {
      if (member.name.starts_with("include.")) add(member.name.substr(8));
    }
    if (any) writer_.end_array();
  }

  void write_unknown() {
    bool stored = false;
    for (const auto& member : conversation_.unknown) {
      if (member.name.starts_with("include.")) continue;
      const auto* shared = find_shared_member(member.name);
      if (shared == nullptr || shared->responses.empty()) {
        losses_.add(member.name);
      } else if (shared->responses != "text.verbosity") {
        stored = stored || shared->responses == "store";
        writer_.key(shared->responses).raw(member.raw);
      }
    }
    if (!stored) writer_.key("store").boolean(as_bool(false));
  }

  void note_losses() {
    if (!conversation_.top_k.empty()) losses_.add("top_k");
    if (!conversation_.seed.empty()) losses_.add("seed");
    if (!conversation_.presence_penalty.empty()) losses_.add("presence_penalty");
    if (!conversation_.frequency_penalty.empty()) losses_.add("frequency_penalty");
    if (!conversation_.stop.empty()) losses_.add("stop");
  }

  const Conversation& conversation_;
  const Target& target_;
  json::Writer writer_;
  Losses& losses_;
  Arena arena_;
};

}  // namespace

void write_responses_request(const Conversation& conversation, const Target& target,
                             std::string& out, Losses& losses) {
  RequestWriter(conversation, target, out, losses).write();
}

}  // namespace tidegate::llm::openai
