#include <vector>

#include "json/cursor.h"
#include "json/value.h"
#include "llm/dialect/gemini/finish.h"
#include "llm/dialect/gemini/grounding.h"
#include "llm/dialect/gemini/logprobs.h"
#include "llm/dialect/gemini/reply.h"
#include "llm/dialect/gemini/usage.h"
#include "llm/dialect/gemini/write_parts.h"

namespace tidegate::llm::gemini {
namespace {

class ReplyWriter {
 public:
  explicit ReplyWriter(std::string& out) : writer_(out) {}

  void write(const Reply& reply, const Caller& caller) {
    writer_.begin_object().key("candidates").begin_array().begin_object();
    writer_.key("content").begin_object().key("parts").begin_array();
    for (const auto& part : reply.parts) write_part(part);
    writer_.end_array().member("role", "model").end_object();
    writer_.member("finishReason", write_finish(reply.finish)).key("index").number(0);
    if (json::is_object(reply.logprobs)) {
      writer_.key("logprobsResult");
      write_logprobs(writer_, reply.logprobs);
    }
    write_grounding(writer_, "groundingMetadata", citations_);
    writer_.end_object().end_array();
    if (reply.usage) {
      writer_.key("usageMetadata");
      write_usage(writer_, *reply.usage);
    }
    writer_.member("modelVersion", caller.model);
    writer_.member("responseId", reply.id.empty() ? caller.fallback_id : reply.id).end_object();
  }

 private:
  void write_part(const Part& part) {
    if (const auto* const text = std::get_if<TextPart>(&part)) {
      write_text(writer_, text->text);
      json::ArrayCursor citations(text->citations);
      while (const auto citation = citations.next()) citations_.push_back(*citation);
    } else if (const auto* const call = std::get_if<ToolCallPart>(&part)) {
      write_call(writer_, call->id, call->name, arguments_object(*call, arena_), call->signature,
                 arena_);
    } else if (const auto* const reasoning = std::get_if<ReasoningPart>(&part)) {
      write_foreign_thought(writer_, *reasoning, arena_);
    } else if (const auto* const refusal = std::get_if<RefusalPart>(&part)) {
      write_text(writer_, refusal->text);
    } else if (const auto* const media = std::get_if<MediaPart>(&part)) {
      write_media(writer_, *media, arena_);
    }
  }

  json::Writer writer_;
  Arena arena_;
  std::vector<std::string_view> citations_;
};

}  // namespace

void write_generate_content_reply(const Reply& reply, const Caller& caller, std::string& out) {
  ReplyWriter(out).write(reply, caller);
}

}  // namespace tidegate::llm::gemini
