// For tests: one reply in each dialect, as a pattern that pieces of text are put into, and what a
// client reads of it.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "json/text.h"
#include "llm/text/stream_texts.h"

namespace tidegate::processors {

struct Dialogue {
  std::string path;
  std::string request;  // @ is the user's text
  std::string type;
  std::string delta;  // @ is a piece of text
  std::string end_type;
  std::string end;       // ends the text; empty: the stream just ends
  bool is_json = false;  // the text is arguments of a tool call
};

inline std::string with(std::string_view pattern, std::string_view text) {
  std::string out(pattern);
  const auto at = out.find('@');
  return out.replace(at, 1, text);
}

inline const std::vector<Dialogue>& dialogues() {
  static const std::vector<Dialogue> all{
      {"/v1/chat/completions", R"({"model":"m","messages":[{"role":"user","content":"@"}]})", "",
       R"({"id":"c","choices":[{"index":1,"delta":{"content":"@"}}]})", "",
       R"({"id":"c","choices":[{"index":1,"delta":{},"finish_reason":"stop"}]})"},
      {"/v1/chat/completions", R"({"model":"m","messages":[{"role":"user","content":"@"}]})", "",
       R"({"choices":[{"index":0,"delta":{"tool_calls":[{"index":2,"function":{
        "arguments":"@"}}]}}]})",
       "", "[DONE]", true},
      {"/v1/chat/completions", R"({"model":"m","messages":[{"role":"user","content":"@"}]})", "",
       R"({"choices":[{"index":0,"delta":{"reasoning_content":"@"}}]})", "", ""},
      {"/v1/responses", R"({"model":"m","input":"@"})", "response.output_text.delta",
       R"({"type":"response.output_text.delta","item_id":"i","output_index":1,"content_index":0,
        "delta":"@"})",
       "response.output_item.done",
       R"({"type":"response.output_item.done","output_index":1,"item":{"type":"message"}})"},
      {"/v1/messages", R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"@"}]})",
       "content_block_delta",
       R"({"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"@"}})",
       "content_block_stop", R"({"type":"content_block_stop","index":1})"},
      {"/v1/messages", R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"@"}]})",
       "content_block_delta",
       R"({"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta",
        "partial_json":"@"}})",
       "content_block_stop", R"({"type":"content_block_stop","index":1})", true},
      {"/v1beta/models/g:streamGenerateContent",
       R"({"contents":[{"role":"user","parts":[{"text":"@"}]}]})", "",
       R"({"candidates":[{"index":0,"content":{"parts":[{"text":"@"}]}}]})", "",
       R"({"candidates":[{"index":0,"content":{"parts":[]},"finishReason":"STOP"}]})"},
      {"/model/m/converse-stream", R"({"messages":[{"role":"user","content":[{"text":"@"}]}]})",
       "contentBlockDelta", R"({"contentBlockIndex":1,"delta":{"text":"@"}})", "contentBlockStop",
       R"({"contentBlockIndex":1})"},
      {"/model/anthropic.claude/invoke-with-response-stream",
       R"({"anthropic_version":"bedrock-2023-05-31","max_tokens":9,"messages":[{"role":"user","content":"@"}]})",
       "content_block_delta",
       R"({"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"@"}})",
       "content_block_stop", R"({"type":"content_block_stop","index":1})"},
  };
  return all;
}

// The text that the events of one lane say; nothing may follow its end.
class Client {
 public:
  explicit Client(llm::Call call) : call_(call) {}
  void take(const std::vector<std::pair<std::string, std::string>>& events) {
    for (const auto& [type, data] : events) {
      llm::EventTexts said;
      ASSERT_TRUE(llm::list_event_texts(call_, type, data, arena_, said)) << data;
      for (const auto& one : said.texts) {
        EXPECT_FALSE(ended_) << "text behind its end: " << data;
        text += one.text.plain;
      }
      ended_ = ended_ || !said.ends.empty();
    }
  }
  std::string text;
  std::string last;  // data of the last event

 private:
  llm::Call call_;
  Arena arena_;
  bool ended_ = false;
};

inline std::string json_text(std::string_view plain) {
  std::string out;
  json::append_escaped(out, plain);
  return out;
}

}  // namespace tidegate::processors
