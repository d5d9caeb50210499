// toolConfig of a Converse request: which tools the model gets, which of them it must call, and how
// it is asked for an answer of a certain form.   Thread: one owner.
// Source: Bedrock API reference, ToolConfiguration; Structured outputs (2026-11).
#pragma once

#include <optional>
#include <vector>

#include "base/arena.h"
#include "json/writer.h"
#include "llm/conversation/conversation.h"
#include "llm/conversation/dialect.h"
#include "llm/conversation/losses.h"
#include "llm/dialect/bedrock/model.h"
#include "llm/dialect/bedrock/write_block.h"

namespace tidegate::llm::bedrock {

class ToolConfig {
 public:
  // `thinks`: the model is asked to think, and then nothing can be forced. What cannot be asked for
  // goes to `losses`. References outlive the object.
  ToolConfig(const Conversation& conversation, const std::vector<Message>& turns,
             const Target& target, const Model& model, bool thinks, Losses& losses, Arena& arena);

  // The member, where there is something to say.
  void write(json::Writer& writer, CachePoints& points);

  // The form of the answer goes to outputConfig.
  bool own_format() const { return own_format_; }
  bool has_tools() const { return !tools_.empty() && !no_tools_; }
  bool is_free() const { return mode_.value_or(Mode::kAuto) == Mode::kAuto; }

 private:
  using Mode = ToolChoice::Mode;

  void choose_format();
  void choose_tool_choice();
  void write_tool(json::Writer& writer, const Tool& tool, CachePoints& points);
  void write_provider_tool(json::Writer& writer, const Tool& tool);
  void write_format_tool(json::Writer& writer);
  void write_tool_choice(json::Writer& writer) const;

  const Conversation& conversation_;
  const std::vector<Message>& turns_;
  const Target& target_;
  const Model& model_;
  const bool thinks_;
  Losses& losses_;
  Arena& arena_;
  const std::vector<Tool> tools_;
  bool own_format_ = false;   // outputConfig
  bool format_tool_ = false;  // the answer is asked for by a tool
  bool no_tools_ = false;     // none may be called
  std::optional<Mode> mode_;  // toolChoice; empty: not said
  EscapedText name_;          // of the tool that is chosen
};

}  // namespace tidegate::llm::bedrock
