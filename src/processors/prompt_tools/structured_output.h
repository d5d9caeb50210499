// Structured output: what a model answers is checked against the schema that the caller asked for,
// or the operator's, and may be put right by another model once.
//
// A stream is kept until its end: what was sent cannot be taken back.   Thread: one exchange.
// Reference: docs/reference/prompt-tools.md, "Structured output".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "llm/conversation/dialect.h"
#include "llm/conversation/reply.h"
#include "pipeline/processor.h"
#include "processors/prompt_tools/config.h"
#include "processors/prompt_tools/held_stream.h"
#include "schema/schema.h"

namespace tidegate::processors::prompt_tools {

class StructuredOutput {
 public:
  // `rules` outlives it.
  explicit StructuredOutput(const OutputRules& rules) : rules_(rules) {}

  // Of a model call, as it goes to the model. Returns why it must be refused; empty: nothing.
  // Errors: kUnsupported: a call whose answers it cannot read.
  Result<std::string> take_request(pipeline::Turn& turn, std::string_view body);
  pipeline::Step take_reply(pipeline::Turn& turn);
  pipeline::Step take_event(pipeline::Turn& turn);

 private:
  // What is wrong with an answer, and the one text of it that may be put right.
  struct Judged {
    std::string wrong;  // empty: nothing
    std::optional<std::string> text;
  };

  std::string take_tools(const llm::Conversation& conversation, Arena& arena);
  Result<Judged> judge(pipeline::Turn& turn, std::string_view body) const;
  Result<Judged> judge_text(const llm::Reply& reply, Arena& arena) const;
  std::string judge_call(const llm::ToolCallPart& call, Arena& arena) const;
  pipeline::Step settle(pipeline::Turn& turn, Judged judged);
  pipeline::Step::Task repair(pipeline::Turn& turn, Judged judged);
  Result<std::string> read_repaired(const pipeline::CallAnswer& answer) const;
  Result<void> put(pipeline::Turn& turn, std::string_view wrong, std::string_view right);
  Result<pipeline::Verdict> give_up(pipeline::Turn& turn, Error why);

  const OutputRules& rules_;
  llm::Format format_ = llm::Format::kChat;
  std::optional<schema::Schema> answer_;
  std::string_view answer_schema_;  // its text, in the arena or the configuration
  std::vector<std::pair<std::string_view, schema::Schema>> tools_;
  HeldStream held_;
};

}  // namespace tidegate::processors::prompt_tools
