#include "llm/dialect/openai/responses/output.h"

#include "llm/dialect/openai/request_members.h"
#include "llm/dialect/openai/usage.h"

namespace tidegate::llm::openai {
namespace {

using Kind = OutputItem::Kind;
using Status = Response::Status;

constexpr std::string_view kIdPrefix = "resp_";

std::string_view status_word(Status status) {
  switch (status) {
    case Status::kInProgress:
      return "in_progress";
    case Status::kCompleted:
      return "completed";
    case Status::kIncomplete:
      return "incomplete";
  }
  return "completed";
}

bool has_refusal(const Response& response) {
  for (const auto& item : response.output) {
    for (const auto& content : item.content) {
      if (content.refusal) return true;
    }
  }
  return false;
}

void write_details(json::Writer& writer, const Response& response) {
  writer.key("incomplete_details");
  if (response.status == Status::kIncomplete) {
    writer.begin_object().member("reason", response.incomplete_reason).end_object();
  } else {
    writer.null();
  }
}

}  // namespace

Response make_response(std::string_view id, std::uint64_t created, const Caller& caller) {
  Response response;
  response.id = id.empty() ? caller.fallback_id : id;
  if (!response.id.starts_with(kIdPrefix)) response.id.insert(0, kIdPrefix);
  response.model = caller.model;
  response.created = created == 0 ? caller.now : created;
  return response;
}

std::string item_id(const Response& response, Kind kind, std::size_t number) {
  constexpr std::string_view kPrefixes[] = {"msg_", "rs_", "fc_", "ctc_"};
  std::string id(kPrefixes[static_cast<std::size_t>(kind)]);
  id += std::string_view(response.id).substr(kIdPrefix.size());
  return id.append("_").append(std::to_string(number));
}

void set_finish(Response& response, FinishReason reason) {
  response.status = Status::kCompleted;
  const bool filtered = reason == FinishReason::kContentFilter ||
                        (reason == FinishReason::kRefusal && !has_refusal(response));
  if (filtered) response.incomplete_reason = "content_filter";
  if (reason == FinishReason::kLength || reason == FinishReason::kContextWindow) {
    response.incomplete_reason = "max_output_tokens";
  }
  if (!response.incomplete_reason.empty()) response.status = Status::kIncomplete;
}

void write_response(json::Writer& writer, const Response& response) {
  writer.begin_object().member("id", response.id).member("object", "response");
  writer.member("created_at", response.created);
  writer.member("status", status_word(response.status));
  writer.key("background").boolean(as_bool(false)).key("error").null();
  write_details(writer, response);
  writer.key("instructions").null().key("max_output_tokens").null();
  writer.member("model", response.model).key("output").begin_array();
  for (const auto& item : response.output) write_item(writer, item, ItemState::kDone);
  writer.end_array().key("parallel_tool_calls").boolean(as_bool(true));
  writer.key("previous_response_id").null();
  writer.key("reasoning").raw(R"({"effort":null,"summary":null})");
  if (!response.service_tier.empty()) writer.member("service_tier", response.service_tier);
  writer.key("store").boolean(as_bool(false)).key("temperature").null();
  writer.key("text").raw(R"({"format":{"type":"text"}})");
  writer.member("tool_choice", "auto").key("tools").begin_array().end_array();
  writer.key("top_p").null().member("truncation", "disabled").key("usage");
  if (response.usage) {
    write_responses_usage(writer, *response.usage);
  } else {
    writer.null();
  }
  writer.key("user").null().key("metadata").begin_object().end_object().end_object();
}

void write_content(json::Writer& writer, const OutputContent& content) {
  writer.begin_object();
  if (content.refusal) {
    writer.member("type", "refusal").member("refusal", EscapedText{content.text}).end_object();
    return;
  }
  writer.member("type", "output_text").key("annotations").begin_array();
  for (const auto& annotation : content.annotations) writer.raw(annotation);
  writer.end_array().key("logprobs");
  writer.raw(content.logprobs.empty() ? std::string_view("[]") : content.logprobs);
  writer.member("text", EscapedText{content.text}).end_object();
}

void write_item(json::Writer& writer, const OutputItem& item, ItemState state) {
  const bool done = state == ItemState::kDone;
  const EscapedText text{done ? std::string_view(item.text) : std::string_view()};
  constexpr std::string_view kTypes[] = {"message", "reasoning", "function_call",
                                         "custom_tool_call"};
  writer.begin_object().member("id", EscapedText{item.id});
  writer.member("type", kTypes[static_cast<std::size_t>(item.kind)]);
  switch (item.kind) {
    case Kind::kMessage:
      writer.member("status", done ? "completed" : "in_progress").member("role", "assistant");
      writer.key("content").begin_array();
      for (const auto& content : item.content) {
        if (done) write_content(writer, content);
      }
      writer.end_array();
      break;
    case Kind::kReasoning:
      writer.key("summary").begin_array();
      if (!text.empty()) {
        writer.begin_object().member("type", "summary_text").member("text", text).end_object();
      }
      writer.end_array();
      if (done) write_text_member(writer, "encrypted_content", {item.encrypted});
      break;
    case Kind::kFunctionCall:
    case Kind::kCustomCall:
      writer.member("status", done ? "completed" : "in_progress");
      writer.member(item.kind == Kind::kCustomCall ? "input" : "arguments", text);
      writer.member("call_id", EscapedText{item.call_id});
      writer.member("name", EscapedText{item.name});
      break;
  }
  writer.end_object();
}

}  // namespace tidegate::llm::openai
