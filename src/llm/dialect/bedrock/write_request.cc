#include <fmt/format.h>

#include <algorithm>

#include "json/cursor.h"
#include "json/value.h"
#include "llm/conversation/effort.h"
#include "llm/conversation/sampling.h"
#include "llm/conversation/tool_schema.h"
#include "llm/conversation/turns.h"
#include "llm/dialect/anthropic/claude.h"
#include "llm/dialect/bedrock/model.h"
#include "llm/dialect/bedrock/request.h"
#include "llm/dialect/bedrock/tool_config.h"
#include "llm/dialect/bedrock/write_block.h"

namespace tidegate::llm::bedrock {
namespace {

using Family = Model::Family;

constexpr std::size_t kMaxMetadataBytes = 256;  // of a name or value in requestMetadata

bool is_signed(const ReasoningPart& part) { return anthropic::is_signed(part); }
// Nova and OpenAI's models take their thoughts without a signature.
bool is_shown(const ReasoningPart& part) { return !part.text.empty() || is_signed(part); }

bool is_metadata(std::string_view text) {
  constexpr std::string_view kMarks = " :_@$#=/+,-.";
  const auto allowed = [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != kMarks.npos;
  };
  return text.size() <= kMaxMetadataBytes && std::ranges::all_of(text, allowed);
}

class RequestWriter {
 public:
  RequestWriter(const Conversation& conversation, const Target& target, std::string& out,
                Losses& losses)
      : conversation_(conversation),
        target_(target),
        model_(model_of(target.model)),
        claude_(model_.family == Family::kClaude),
        writer_(out),
        losses_(losses),
        turns_(arrange_turns(conversation, FirstTurn::kUser, losses, arena_,
                             model_.family == Family::kNova || model_.family == Family::kGptOss
                                 ? is_shown
                                 : is_signed)),
        points_(count_cache_marks(conversation, turns_),
                model_.caches ? CachePoints::Take::kYes : CachePoints::Take::kNo, &losses) {
    plan_reasoning();
  }

  void write() {
    ToolConfig tools(conversation_, turns_, target_, model_, thinking_.on(), losses_, arena_);
    writer_.begin_object();
    // In front of the rest, as it is put together for the cache.
    tools.write(writer_, points_);
    write_system();
    write_messages();
    write_inference();
    if (tools.own_format()) write_output();
    write_additional(tools);
    write_metadata();
    writer_.end_object();
    note_losses();
  }

 private:
  void plan_reasoning() {
    if (claude_) {
      thinking_ = anthropic::plan_thinking(conversation_, turns_, target_.model,
                                           target_.default_max_tokens, losses_);
      return;
    }
    if (!conversation_.reasoning) return;
    effort_ = find_effort(*conversation_.reasoning);
    const bool can = model_.family == Family::kNova || model_.family == Family::kGptOss;
    if (!can && effort_ && effort_ != Effort::kNone) losses_.add("reasoning");
  }

  void write_system() {
    const auto& system = conversation_.system;
    if (std::ranges::all_of(system, [](const auto& part) { return is_blank(part.text); })) return;
    writer_.key("system").begin_array();
    for (const auto& part : system) {
      if (is_blank(part.text)) continue;
      writer_.begin_object().member("text", part.text).end_object();
      points_.write(writer_, part.cache);
    }
    writer_.end_array();
  }

  void write_messages() {
    BlockWriter blocks(writer_, points_, &losses_, arena_);
    writer_.key("messages").begin_array();
    for (const auto& turn : turns_) {
      writer_.begin_object().member("role", turn.role == Role::kUser ? "user" : "assistant");
      writer_.key("content").begin_array();
      for (const auto& part : turn.parts) blocks.write(part);
      // "If you include a document, you must also include a text field" (DocumentBlock).
      if (needs_text(turn)) blocks.write_text(".");
      writer_.end_array().end_object();
    }
    writer_.end_array();
  }

  static bool needs_text(const Message& turn) {
    const auto is_document = [](const Part& part) {
      const auto* media = std::get_if<MediaPart>(&part);
      return media != nullptr && media->kind == MediaPart::Kind::kDocument;
    };
    const auto is_text = [](const Part& part) { return std::holds_alternative<TextPart>(part); };
    return std::ranges::any_of(turn.parts, is_document) &&
           std::ranges::none_of(turn.parts, is_text);
  }

  void write_inference() {
    sampling_ = anthropic::plan_sampling(conversation_, target_.model, thinking_.on(), losses_);
    auto limit = conversation_.max_tokens;
    if (thinking_.mode == anthropic::Thinking::Mode::kBudget) limit = thinking_.max_tokens;
    std::vector<EscapedText> stop;
    for (const auto& sequence : conversation_.stop) {
      if (is_blank(sequence)) {
        losses_.add("stop");
      } else {
        stop.push_back(sequence);
      }
    }
    const bool nothing =
        !limit && sampling_.temperature.empty() && sampling_.top_p.empty() && stop.empty();
    if (nothing) return;
    writer_.key("inferenceConfig").begin_object();
    if (limit) writer_.member("maxTokens", *limit);
    if (!sampling_.temperature.empty()) writer_.key("temperature").raw(sampling_.temperature);
    if (!sampling_.top_p.empty()) writer_.key("topP").raw(sampling_.top_p);
    if (!stop.empty()) {
      writer_.key("stopSequences").begin_array();
      for (const auto& sequence : stop) writer_.string(sequence);
      writer_.end_array();
    }
    writer_.end_object();
  }

  void write_output() {
    const auto& output = conversation_.output;
    writer_.key("outputConfig").begin_object().key("textFormat").begin_object();
    writer_.member("type", "json_schema").key("structure").begin_object();
    writer_.key("jsonSchema").begin_object();
    writer_.member("schema", object_schema(output.schema, arena_));
    if (!output.name.empty()) writer_.member("name", output.name);
    if (!output.description.empty()) writer_.member("description", output.description);
    writer_.end_object().end_object().end_object().end_object();
  }

  // What Converse has no member for, but the model knows.
  void write_additional(const ToolConfig& tools) {
    std::string fields;
    json::Writer writer(fields);
    writer.begin_object();
    if (claude_) {
      if (!target_.anthropic_beta.empty()) writer.key("anthropic_beta").raw(target_.anthropic_beta);
      anthropic::write_thinking(writer, thinking_, {});
      if (!sampling_.top_k.empty()) writer.key("top_k").raw(sampling_.top_k);
      const bool one = conversation_.parallel_tool_calls == false && tools.has_tools();
      if (one && tools.is_free()) {
        writer.key("tool_choice").raw(R"({"type":"auto","disable_parallel_tool_use":true})");
      } else if (one) {
        losses_.add("parallel_tool_calls");
      }
    } else {
      write_other_fields(writer);
    }
    writer.end_object();
    if (fields != "{}") writer_.key("additionalModelRequestFields").raw(fields);
  }

  void write_other_fields(json::Writer& writer) {
    if (conversation_.parallel_tool_calls == false) losses_.add("parallel_tool_calls");
    const bool nova = model_.family == Family::kNova;
    if (!sampling_.top_k.empty()) {
      if (nova) {
        writer.key("inferenceConfig").begin_object().key("topK").raw(sampling_.top_k).end_object();
      } else {
        losses_.add("top_k");
      }
    }
    if (!effort_) return;
    const auto effort = clamp_effort(*effort_, Effort::kLow, Effort::kHigh);
    if (nova) {
      writer.key("reasoningConfig").begin_object();
      writer.member("type", *effort_ == Effort::kNone ? "disabled" : "enabled");
      if (*effort_ != Effort::kNone) writer.member("maxReasoningEffort", to_string(effort));
      writer.end_object();
    } else if (model_.family == Family::kGptOss) {
      writer.member("reasoning_effort", to_string(effort));
    }
  }

  void write_metadata() {
    std::string metadata;
    json::Writer writer(metadata);
    writer.begin_object();
    json::ObjectCursor cursor(conversation_.metadata);
    while (const auto item = cursor.next()) {
      const auto value = json::unquote(item->value);
      if (json::is_string(item->value) && is_metadata(value) && is_metadata(item->name)) {
        writer.member(item->name, value);
      } else {
        losses_.add("metadata");
      }
    }
    const auto user = conversation_.user.bytes;
    if (!user.empty() && is_metadata(user)) {
      writer.member("user_id", user);
    } else if (!user.empty()) {
      losses_.add("user");
    }
    writer.end_object();
    if (metadata != "{}") writer_.key("requestMetadata").raw(metadata);
    const auto tier = conversation_.service_tier.bytes;
    if (tier == "default" || tier == "priority" || tier == "flex" || tier == "reserved") {
      writer_.key("serviceTier").begin_object().member("type", tier).end_object();
    } else if (!tier.empty() && tier != "auto") {
      losses_.add("service_tier");
    }
  }

  void note_losses() {
    note_lost_sampling(conversation_, losses_);
    if (!conversation_.prompt_cache_key.empty()) losses_.add("prompt_cache_key");
    for (const auto& member : conversation_.unknown) losses_.add(member.name);
  }

  const Conversation& conversation_;
  const Target& target_;
  const Model model_;
  const bool claude_;
  json::Writer writer_;
  Losses& losses_;
  Arena arena_;
  const std::vector<Message> turns_;
  CachePoints points_;
  anthropic::Thinking thinking_;  // of Claude
  std::optional<Effort> effort_;  // of others
  anthropic::Sampling sampling_;
};

}  // namespace

void write_converse_request(const Conversation& conversation, const Target& target,
                            std::string& out, Losses& losses) {
  RequestWriter(conversation, target, out, losses).write();
}

}  // namespace tidegate::llm::bedrock
