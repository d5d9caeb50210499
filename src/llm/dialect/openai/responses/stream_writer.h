// Writes the steps of a reply (conversation/reply.h) as the events of a streamed response, in the
// documented order and numbered:
//   response.created, response.in_progress, then for each item response.output_item.added, what is
//   in it (response.content_part.added, response.output_text.delta, ... .done), and
//   response.output_item.done; last response.completed or response.incomplete with all of it.
// Texts in a row are parts of one message; reasoning is a summary; what binds reasoning to its
// provider is its encrypted_content. Limits: holds the whole answer, which its last event repeats.
// Thread: one owner.   Source: OpenAI API reference, Responses streaming events (2026-11).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "json/writer.h"
#include "llm/conversation/dialect.h"
#include "llm/dialect/openai/responses/output.h"

namespace tidegate::llm::openai {

class ResponsesStreamWriter final : public StreamWriter {
 public:
  explicit ResponsesStreamWriter(const Caller& caller);

  void write(const ReplyStep& step, std::string& out) override;

 private:
  // Within one event: begin_event() has written its type and number.
  class Event;

  void take(const ReplyStart& step, std::string& out);
  void take(const BlockStart& step, std::string& out);
  void take(const BlockDelta& step, std::string& out);
  void take(const BlockStop& step, std::string& out);
  void take(const ReplyUsage& step, std::string& out);
  void take(const ReplyTier& step, std::string& out);
  void take(const ReplyLoss&, std::string&) {}
  void take(const ReplyFinish& step, std::string& out);
  void take(const ReplyEnd& step, std::string& out);
  void take(const Ping& step, std::string& out);
  void take(const ReplyError& step, std::string& out);

  void write_whole(std::string_view type, std::string& out);
  void begin_item(OutputItem::Kind kind, const BlockStart& step, std::string& out);
  void end_item(std::string& out);
  void begin_content(bool refusal, std::string& out);
  void end_content(std::string& out);
  void add_text(EscapedText text, std::string& out);
  void add_citation(std::string_view citation, std::string& out);
  void end_call(std::string& out);
  void end_reasoning(std::string& out);
  OutputItem& item() { return response_.output.back(); }

  std::string model_;
  std::string fallback_id_;
  std::uint64_t now_;
  Response response_;
  FinishReason finish_ = FinishReason::kStop;
  std::string signature_;  // of the reasoning that is open
  std::string redacted_;
  std::string logprobs_;  // tokens of the next text
  std::uint64_t sequence_ = 0;
  bool started_ = false;
  bool item_open_ = false;
  bool content_open_ = false;
};

}  // namespace tidegate::llm::openai
