// OpenAI text completions (the older API, which vLLM and its benchmarks use).
//   whole:
//   {"id","object":"text_completion","created","model","choices":[{"text","index","logprobs",
//           "finish_reason"}],"usage"}; chunks have the same shape.
#include "llm/error_body.h"
#include "simulator/format.h"

namespace tidegate::simulator {
namespace {

std::string_view finish_reason(Finish finish) {
  return finish == Finish::kLength ? R"("length")" : R"("stop")";
}

class TextFormat final : public Format {
 public:
  explicit TextFormat(const Subject& subject) : subject_(subject) {
    start_ = R"({"id":"cmpl-)" + subject.id + R"(","object":"text_completion","created":)";
    append_number(start_, static_cast<std::uint64_t>(subject.created));
    start_ += R"(,"model":")" + subject.model + R"(","choices":[)";
  }

  void whole(std::string& out) override {
    out += start_;
    for (std::size_t i = 0; i < subject_.answer.choices.size(); ++i) {
      const auto& choice = subject_.answer.choices[i];
      if (i > 0) out.push_back(',');
      put_choice(out, i, choice.blocks.empty() ? std::string_view() : choice.blocks.back().text,
                 finish_reason(choice.finish));
    }
    out += R"(],"usage":)";
    append_openai_usage(out, subject_.answer);
    out.push_back('}');
  }

  void open(std::string&) override {}
  void open_block(std::string&, std::size_t, std::size_t) override {}
  void token(std::string& out, std::size_t choice, std::size_t, std::string_view text) override {
    chunk(out, choice, text, "null");
  }
  void close_block(std::string&, std::size_t, std::size_t) override {}
  void close_choice(std::string& out, std::size_t choice) override {
    chunk(out, choice, {}, finish_reason(subject_.answer.choices[choice].finish));
  }

  void close(std::string& out) override {
    if (subject_.include_usage) {
      out += "data: " + start_ + R"(],"usage":)";
      append_openai_usage(out, subject_.answer);
      out += "}\n\n";
    }
    out += "data: [DONE]\n\n";
  }

  void fail(std::string& out, std::string_view message) override {
    constexpr llm::Call kCall{llm::Dialect::kOpenAi, llm::Operation::kCompletions};
    out += llm::format_stream_error(kCall, {.status = 500, .message = message}, {});
  }

 private:
  static void put_choice(std::string& out, std::size_t index, std::string_view text,
                         std::string_view finish) {
    out += R"({"text":)";
    append_quoted(out, text);
    out += R"(,"index":)";
    append_number(out, index);
    out += R"(,"logprobs":null,"finish_reason":)";
    out += finish;
    out.push_back('}');
  }

  void chunk(std::string& out, std::size_t choice, std::string_view text, std::string_view finish) {
    out += "data: ";
    out += start_;
    put_choice(out, choice, text, finish);
    out += subject_.include_usage ? "],\"usage\":null}\n\n" : "]}\n\n";
  }

  const Subject& subject_;
  std::string start_;  // of the reply and of every chunk, to the opening bracket of choices
};

}  // namespace

std::unique_ptr<Format> make_text_format(const Subject& subject) {
  return std::make_unique<TextFormat>(subject);
}

}  // namespace tidegate::simulator
