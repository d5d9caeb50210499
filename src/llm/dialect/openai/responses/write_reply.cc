#include "llm/dialect/openai/citations.h"
#include "llm/dialect/openai/fields.h"
#include "llm/dialect/openai/reasoning.h"
#include "llm/dialect/openai/responses/output.h"
#include "llm/dialect/openai/responses/reply.h"

namespace tidegate::llm::openai {
namespace {

using Kind = OutputItem::Kind;

class OutputBuilder {
 public:
  explicit OutputBuilder(Response& response) : response_(response) {}

  void add(const TextPart& part) {
    auto& content = add_content();
    content.text = part.text.bytes;
    json::ArrayCursor cursor(part.citations);
    while (const auto citation = cursor.next()) {
      const auto annotation = responses_annotation(*citation, arena_);
      if (!annotation.empty()) content.annotations.emplace_back(annotation);
    }
  }
  void add(const RefusalPart& part) {
    auto& content = add_content();
    content.refusal = true;
    content.text = part.text.bytes;
  }
  void add(const ReasoningPart& part) {
    auto& item = add_item(Kind::kReasoning);
    if (!part.id.empty()) item.id = part.id.bytes;
    item.text = part.text.bytes;
    item.encrypted = encrypted_content(part, arena_).bytes;
  }
  void add(const ToolCallPart& part) {
    auto& item = add_item(part.custom ? Kind::kCustomCall : Kind::kFunctionCall);
    item.call_id = part.id.bytes;
    item.name = part.name.bytes;
    item.text = part.arguments_raw.empty() ? part.arguments.bytes
                                           : json::escape(part.arguments_raw, arena_).bytes;
    if (item.text.empty() && !part.custom) item.text = "{}";
  }
  // No reply carries them.
  void add(const MediaPart&) {}
  void add(const ToolResultPart&) {}

 private:
  OutputItem& add_item(Kind kind) {
    auto& item = response_.output.emplace_back();
    item.kind = kind;
    item.id = item_id(response_, kind, response_.output.size() - 1);
    return item;
  }
  // Texts in a row are one message.
  OutputContent& add_content() {
    const bool begun = !response_.output.empty() && response_.output.back().kind == Kind::kMessage;
    auto& item = begun ? response_.output.back() : add_item(Kind::kMessage);
    return item.content.emplace_back();
  }

  Response& response_;
  Arena arena_;
};

// Chat's object of probabilities has the array in "content".
void set_logprobs(Response& response, std::string_view logprobs) {
  const auto content = find_value(logprobs, "content");
  if (!json::is_array(content)) return;
  for (auto& item : response.output) {
    if (item.content.empty() || item.content[0].refusal) continue;
    item.content[0].logprobs = content;
    return;
  }
}

}  // namespace

void write_responses_reply(const Reply& reply, const Caller& caller, std::string& out) {
  auto response = make_response(reply.id, reply.created, caller);
  response.service_tier = reply.service_tier;
  response.usage = reply.usage;
  OutputBuilder builder(response);
  for (const auto& part : reply.parts) {
    std::visit([&](const auto& value) { builder.add(value); }, part);
  }
  set_logprobs(response, reply.logprobs);
  set_finish(response, reply.finish);
  json::Writer writer(out);
  write_response(writer, response);
}

}  // namespace tidegate::llm::openai
