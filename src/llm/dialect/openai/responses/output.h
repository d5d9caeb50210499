// A response object as a caller gets it: whole, and within the events of a stream.
//
//   {"id":"resp_1","object":"response","created_at":1,"status":"completed"|"incomplete"|"in_progress",
//    "error":null,"incomplete_details":null|{"reason":"max_output_tokens"|"content_filter"},
//    "model":"gpt-5","output":[items],"usage":{...},...}                  (items.h, ../usage.h)
// What only the request says (instructions, tools, ...) stands as its default.
// Source: OpenAI API reference, The response object (2026-11).   Thread: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/writer.h"
#include "llm/conversation/dialect.h"
#include "llm/conversation/reply.h"

namespace tidegate::llm::openai {

// A part of a message. Texts here and below are the inside of JSON strings.
struct OutputContent {
  bool refusal = false;
  std::string text;
  std::vector<std::string> annotations;  // raw
  std::string logprobs;                  // raw array; empty: none
};

struct OutputItem {
  enum class Kind : std::uint8_t { kMessage, kReasoning, kFunctionCall, kCustomCall };
  Kind kind = Kind::kMessage;
  std::string id;
  std::vector<OutputContent> content;  // kMessage
  std::string text;                    // arguments, input, or summary
  std::string call_id;
  std::string name;
  std::string encrypted;  // kReasoning
};

struct Response {
  enum class Status : std::uint8_t { kInProgress, kCompleted, kIncomplete };
  std::string id;
  std::string model;
  std::uint64_t created = 0;
  std::string service_tier;
  Status status = Status::kInProgress;
  std::string_view incomplete_reason;
  std::vector<OutputItem> output;
  std::optional<Usage> usage;
};

// Id, model and time for a caller.
Response make_response(std::string_view id, std::uint64_t created, const Caller& caller);
// The id of the item with that number: "msg_...", "rs_...", "fc_...", "ctc_...".
std::string item_id(const Response& response, OutputItem::Kind kind, std::size_t number);
// Status and reason by how the reply ended. A refusal in OpenAI's own words completes it.
void set_finish(Response& response, FinishReason reason);

void write_response(json::Writer& writer, const Response& response);
void write_content(json::Writer& writer, const OutputContent& content);
// `done`: with what it holds; otherwise as it begins.
enum class ItemState : std::uint8_t { kBegun, kDone };
void write_item(json::Writer& writer, const OutputItem& item, ItemState state);

}  // namespace tidegate::llm::openai
