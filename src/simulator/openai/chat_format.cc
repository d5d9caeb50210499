// OpenAI chat completions.
//   whole:
//   {"id","object":"chat.completion","created","model","choices":[{"index","message":{"role",
//           "content","refusal","reasoning_content","tool_calls"},"logprobs","finish_reason"}],
//           "usage","system_fingerprint"}
//   chunk: data: {"id","object":"chat.completion.chunk",..,"choices":[{"index","delta","logprobs",
//           "finish_reason"}],"usage":null}
#include "llm/error_body.h"
#include "simulator/format.h"

namespace tidegate::simulator {
namespace {

std::string_view finish_reason(Finish finish) {
  switch (finish) {
    case Finish::kEnd:
    case Finish::kStop:
      return R"("stop")";
    case Finish::kLength:
      return R"("length")";
    case Finish::kToolCalls:
      return R"("tool_calls")";
  }
  return R"("stop")";
}

// Mistral's API has the same shapes, but a stream's calls of tools come whole, and its last chunk
// has the usage, asked for or not (Mistral API reference, Chat completion, 2026-11).
bool is_mistral(std::string_view model) { return model.starts_with("mistral"); }

class ChatFormat final : public Format {
 public:
  explicit ChatFormat(const Subject& subject)
      : subject_(subject),
        is_mistral_(is_mistral(subject.model)),
        separate_usage_(subject.include_usage && !is_mistral_) {
    head_ = R"(,"created":)";
    append_number(head_, static_cast<std::uint64_t>(subject.created));
    head_ +=
        R"(,"model":")" + subject.model + R"(","system_fingerprint":"fp_simulator","choices":[)";
  }

  void whole(std::string& out) override {
    out += R"({"id":"chatcmpl-)" + subject_.id + R"(","object":"chat.completion")";
    out += head_;
    for (std::size_t i = 0; i < subject_.answer.choices.size(); ++i) {
      if (i > 0) out.push_back(',');
      whole_choice(out, i);
    }
    out += R"(],"usage":)";
    append_openai_usage(out, subject_.answer);
    out.push_back('}');
  }

  void open(std::string& out) override {
    chunk_start_ =
        R"(data: {"id":"chatcmpl-)" + subject_.id + R"(","object":"chat.completion.chunk")";
    chunk_start_ += head_;
    for (std::size_t i = 0; i < subject_.answer.choices.size(); ++i) {
      const bool has_text = !calls_tools(i);
      chunk(out, i,
            has_text ? R"({"role":"assistant","content":"","refusal":null})"
                     : R"({"role":"assistant","content":null})",
            "null");
    }
  }

  void open_block(std::string& out, std::size_t choice, std::size_t block) override {
    if (is_tool_call(choice, block) && !is_mistral_) begin_call(out, choice, block, {});
  }

  void token(std::string& out, std::size_t choice, std::size_t block,
             std::string_view text) override {
    if (is_tool_call(choice, block) && is_mistral_) return;
    chunk_head(out, choice);
    if (is_tool_call(choice, block)) {
      out += R"({"tool_calls":[{"index":)";
      append_number(out, call_index(choice, block));
      out += R"(,"function":{"arguments":)";
      append_quoted(out, text);
      out += "}}]}";
    } else {
      out += is_thinking(choice, block) ? R"({"reasoning_content":)" : R"({"content":)";
      append_quoted(out, text);
      out.push_back('}');
    }
    chunk_tail(out, "null");
  }

  void close_block(std::string& out, std::size_t choice, std::size_t block) override {
    const auto& said = subject_.answer.choices[choice].blocks[block];
    if (is_tool_call(choice, block) && is_mistral_) begin_call(out, choice, block, said.text);
  }

  void close_choice(std::string& out, std::size_t choice) override {
    const auto finish = finish_reason(subject_.answer.choices[choice].finish);
    if (!is_mistral_) {
      chunk(out, choice, "{}", finish);
      return;
    }
    chunk_head(out, choice);
    out += R"({"content":""},"finish_reason":)";
    out += finish;
    out += R"(}],"usage":)";
    append_openai_usage(out, subject_.answer);
    out += "}\n\n";
  }

  void close(std::string& out) override {
    if (separate_usage_) {
      out += chunk_start_;
      out += R"(],"usage":)";
      append_openai_usage(out, subject_.answer);
      out += "}\n\n";
    }
    out += "data: [DONE]\n\n";
  }

  void fail(std::string& out, std::string_view message) override {
    constexpr llm::Call kCall{llm::Dialect::kOpenAi, llm::Operation::kChatCompletions};
    out += llm::format_stream_error(kCall, {.status = 500, .message = message}, {});
  }

 private:
  bool is_tool_call(std::size_t choice, std::size_t block) const {
    return subject_.answer.choices[choice].blocks[block].kind == Block::Kind::kToolCall;
  }
  bool is_thinking(std::size_t choice, std::size_t block) const {
    return subject_.answer.choices[choice].blocks[block].kind == Block::Kind::kThinking;
  }
  bool calls_tools(std::size_t choice) const {
    const auto& blocks = subject_.answer.choices[choice].blocks;
    return !blocks.empty() && blocks.back().kind == Block::Kind::kToolCall;
  }
  // Calls are numbered by themselves.
  std::size_t call_index(std::size_t choice, std::size_t block) const {
    return is_thinking(choice, 0) ? block - 1 : block;
  }

  void whole_choice(std::string& out, std::size_t index) {
    const auto& choice = subject_.answer.choices[index];
    out += R"({"index":)";
    append_number(out, index);
    out += R"(,"message":{"role":"assistant","content":)";
    if (calls_tools(index)) {
      out += "null";
    } else {
      append_quoted(out, choice.blocks.empty() ? std::string_view() : choice.blocks.back().text);
    }
    out += R"(,"refusal":null)";
    if (!choice.blocks.empty() && is_thinking(index, 0)) {
      out += R"(,"reasoning_content":)";
      append_quoted(out, choice.blocks[0].text);
    }
    if (calls_tools(index)) {
      out += R"(,"tool_calls":[)";
      for (const auto& block : choice.blocks) {
        if (block.kind == Block::Kind::kToolCall) whole_tool_call(out, block);
      }
      out.back() = ']';
    }
    out += R"(},"logprobs":null,"finish_reason":)";
    out += finish_reason(choice.finish);
    out.push_back('}');
  }

  void begin_call(std::string& out, std::size_t choice, std::size_t block,
                  std::string_view arguments) {
    const auto& call = subject_.answer.choices[choice].blocks[block];
    std::string delta = R"({"tool_calls":[{"index":)";
    append_number(delta, call_index(choice, block));
    delta += R"(,"id":")" + call.id + R"(","type":"function","function":{"name":)";
    append_quoted(delta, call.name);
    delta += R"(,"arguments":)";
    append_quoted(delta, arguments);
    delta += "}}]}";
    chunk(out, choice, delta, "null");
  }

  // With a comma behind it.
  static void whole_tool_call(std::string& out, const Block& block) {
    out += R"({"id":")" + block.id + R"(","type":"function","function":{"name":)";
    append_quoted(out, block.name);
    out += R"(,"arguments":)";
    append_quoted(out, block.text);
    out += "}},";
  }

  void chunk_head(std::string& out, std::size_t choice) {
    out += chunk_start_;
    out += R"({"index":)";
    append_number(out, choice);
    out += R"(,"delta":)";
  }
  void chunk_tail(std::string& out, std::string_view finish) {
    out += R"(,"logprobs":null,"finish_reason":)";
    out += finish;
    out += separate_usage_ ? "}],\"usage\":null}\n\n" : "}]}\n\n";
  }
  void chunk(std::string& out, std::size_t choice, std::string_view delta,
             std::string_view finish) {
    chunk_head(out, choice);
    out += delta;
    chunk_tail(out, finish);
  }

  const Subject& subject_;
  bool is_mistral_;
  bool separate_usage_;
  std::string head_;         // from "created" to the opening bracket of choices
  std::string chunk_start_;  // of every chunk, to the same place
};

}  // namespace

std::unique_ptr<Format> make_chat_format(const Subject& subject) {
  return std::make_unique<ChatFormat>(subject);
}

}  // namespace tidegate::simulator
