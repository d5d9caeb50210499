#include <string>
#include <variant>

#include "json/scan.h"
#include "llm/dialect/gemini/call_ids.h"
#include "llm/dialect/gemini/fields.h"
#include "llm/dialect/gemini/finish.h"
#include "llm/dialect/gemini/grounding.h"
#include "llm/dialect/gemini/logprobs.h"
#include "llm/dialect/gemini/part.h"
#include "llm/dialect/gemini/reply.h"
#include "llm/dialect/gemini/usage.h"

namespace tidegate::llm::gemini {
namespace {

using Kind = PartFields::Kind;

class ReplyReader {
 public:
  ReplyReader(std::string_view exchange, Arena& arena) : arena_(arena) { key_.exchange = exchange; }

  Reply read(std::string_view object) {
    reply_.id = json::unescape({find_text(object, "responseId")}, arena_);
    reply_.model = json::unescape({find_text(object, "modelVersion")}, arena_);
    reply_.usage = parse_usage(find_field(object, "usageMetadata"));
    key_.response = reply_.id;
    json::ArrayCursor candidates(find_field(object, "candidates"));
    if (const auto candidate = candidates.next()) {
      read_candidate(*candidate);
    } else if (!find_field(find_field(object, "promptFeedback"), "blockReason").empty()) {
      reply_.finish = FinishReason::kContentFilter;
    }
    return std::move(reply_);
  }

 private:
  enum class Run : std::uint8_t { kNone, kText, kThought };

  void read_candidate(std::string_view candidate) {
    json::ArrayCursor parts(find_field(find_field(candidate, "content"), "parts"));
    while (const auto part = parts.next()) read_reply_part(read_part(*part));
    end_run();
    reply_.finish = read_finish(find_text(candidate, "finishReason"),
                                calls_ > 0 ? HasCalls::kYes : HasCalls::kNo);
    reply_.logprobs = read_logprobs(find_field(candidate, "logprobsResult"), arena_);
    add_citations(read_grounding(find_field(candidate, "groundingMetadata"), arena_));
  }

  void read_reply_part(const PartFields& part) {
    switch (part.kind) {
      case Kind::kText:
        add_text({json::unquote(part.value)}, part);
        break;
      case Kind::kFunctionCall:
        add_call(part);
        break;
      case Kind::kInlineData:
      case Kind::kFileData:
        add_plain_text(read_made_media(part, arena_).text);
        break;
      case Kind::kExecutableCode:
      case Kind::kCodeExecutionResult:
        add_plain_text(read_code(part, arena_).text);
        break;
      case Kind::kFunctionResponse:
        break;  // the caller's to say
      case Kind::kNone:
        if (!part.unknown.empty()) reply_.losses.add(arena_.concat({"reply.", part.unknown}));
        add_signature_part(part.signature);
        break;
    }
  }

  void add_text(EscapedText text, const PartFields& part) {
    if (!part.thought) {
      add_plain_text(text);
      add_signature_part(part.signature);
      return;
    }
    add_to_run(Run::kThought, text);
    if (part.signature.empty()) return;
    const auto thought = take_run();
    reply_.parts.push_back(read_thought(thought, part.signature, arena_));
  }

  void add_plain_text(EscapedText text) { add_to_run(Run::kText, text); }

  // Neighbouring texts are one: how Gemini cuts them means nothing.
  void add_to_run(Run run, EscapedText text) {
    if (text.empty()) return;
    if (run != run_) end_run();
    run_ = run;
    if (first_.empty()) {
      first_ = text;
    } else {
      if (joined_.empty()) joined_ = first_.bytes;
      joined_ += text.bytes;
    }
  }

  EscapedText take_run() {
    const auto text = joined_.empty() ? first_ : EscapedText{arena_.copy(joined_)};
    run_ = Run::kNone;
    first_ = {};
    joined_.clear();
    return text;
  }

  void end_run() {
    const auto run = run_;
    const auto text = take_run();
    if (run == Run::kText) reply_.parts.push_back(text_part(text));
    if (run == Run::kThought) reply_.parts.push_back(read_thought(text, {}, arena_));
  }

  void add_signature_part(EscapedText signature) {
    if (signature.empty()) return;
    end_run();
    reply_.parts.push_back(read_thought({}, signature, arena_));
  }

  void add_call(const PartFields& part) {
    end_run();
    ToolCallPart call;
    call.id = make_call_id(key_, calls_++, part.value, part.signature, arena_);
    call.name = {find_text(part.value, "name")};
    call.arguments_raw = read_arguments(part.value);
    call.signature = part.signature;
    reply_.parts.push_back(call);
  }

  // Citations belong to the text; which of several, nobody can tell from outside.
  void add_citations(const std::vector<std::string_view>& citations) {
    TextPart* text = nullptr;
    for (auto& part : reply_.parts) {
      if (auto* const found = std::get_if<TextPart>(&part)) text = found;
    }
    if (text == nullptr || citations.empty()) return;
    std::string all;
    json::Writer writer(all);
    writer.begin_array();
    for (const auto citation : citations) writer.raw(citation);
    writer.end_array();
    text->citations = arena_.copy(all);
  }

  Arena& arena_;
  Reply reply_;
  ReplyKey key_;
  std::uint32_t calls_ = 0;
  Run run_ = Run::kNone;
  EscapedText first_;   // the run's first text
  std::string joined_;  // all of it, where there are more
};

}  // namespace

Result<Reply> read_generate_content_reply(std::string_view body, std::string_view exchange,
                                          Arena& arena) {
  TIDEGATE_TRY(range, json::validate(body, Origin::kUpstream));
  const auto object = range.of(body);
  const bool is_reply = !find_field(object, "candidates").empty() ||
                        !find_field(object, "promptFeedback").empty() ||
                        !find_field(object, "usageMetadata").empty();
  if (!is_reply) {
    return fail(ErrorCode::kMalformed, Origin::kUpstream,
                "neither candidates nor promptFeedback in the reply");
  }
  return ReplyReader(exchange, arena).read(object);
}

}  // namespace tidegate::llm::gemini
