// Gemini GenerateContentResponse.
//   whole:  {"candidates":[{"content":{"parts":[{"text"} | {"text","thought":true} |
//            {"functionCall":{"name","args"},"thoughtSignature"}],"role":"model"},"finishReason",
//            "index"}],"usageMetadata":{..},"modelVersion","responseId"}
//   stream: the same shape with the parts that are new, as SSE ("data: {..}\r\n\r\n", alt=sse) or
//   as
//           the elements of one JSON array. A call of a tool comes whole. Nothing marks the end but
//           finishReason.
// Source: Gemini API reference, GenerateContentResponse; Vertex AI has the same (2026-11).
#include "simulator/format.h"

#include "llm/error_body.h"

namespace tidegate::simulator {
namespace {

std::string_view finish_reason(Finish finish) {
  return finish == Finish::kLength ? R"("MAX_TOKENS")" : R"("STOP")";
}

class GenerateContentFormat final : public Format {
 public:
  explicit GenerateContentFormat(const Subject& subject) : subject_(subject) {}

  void whole(std::string& out) override {
    out += R"({"candidates":[)";
    for (std::size_t i = 0; i < subject_.answer.choices.size(); ++i) {
      const auto& choice = subject_.answer.choices[i];
      if (i > 0) out.push_back(',');
      open_candidate(out);
      for (std::size_t b = 0; b < choice.blocks.size(); ++b) {
        if (b > 0) out.push_back(',');
        put_part(out, choice.blocks[b], choice.blocks[b].text);
      }
      close_candidate(out, i, finish_reason(choice.finish));
    }
    out.push_back(']');
    put_usage(out, Usage::kFinal);
  }

  void open(std::string&) override {}
  void open_block(std::string&, std::size_t, std::size_t) override {}

  void token(std::string& out, std::size_t choice, std::size_t block,
             std::string_view text) override {
    const auto& said = subject_.answer.choices[choice].blocks[block];
    if (said.kind != Block::Kind::kToolCall) put_chunk(out, choice, said, text);
  }

  void close_block(std::string& out, std::size_t choice, std::size_t block) override {
    const auto& said = subject_.answer.choices[choice].blocks[block];
    if (said.kind == Block::Kind::kToolCall) put_chunk(out, choice, said, said.text);
  }

  void close_choice(std::string& out, std::size_t choice) override {
    start_chunk(out);
    open_candidate(out);
    out += R"({"text":""})";
    close_candidate(out, choice, finish_reason(subject_.answer.choices[choice].finish));
    out.push_back(']');
    put_usage(out, Usage::kFinal);
    end_chunk(out);
  }

  void close(std::string& out) override {
    if (subject_.framing == Framing::kJsonArray) out += started_ ? "\n]" : "[]";
  }

  void fail(std::string& out, std::string_view message) override {
    start_event(out);
    out += llm::format_error(llm::Dialect::kGemini, {.status = 503, .message = message});
    end_chunk(out);
    close(out);
  }

 private:
  enum class Usage : std::uint8_t { kRunning, kFinal };

  void start_event(std::string& out) {
    if (subject_.framing == Framing::kJsonArray) {
      out += started_ ? ",\r\n" : "[";
    } else {
      out += "data: ";
    }
    started_ = true;
  }
  void start_chunk(std::string& out) {
    start_event(out);
    out += R"({"candidates":[)";
  }
  void end_chunk(std::string& out) const {
    if (subject_.framing == Framing::kSse) out += "\r\n\r\n";
  }

  void put_chunk(std::string& out, std::size_t choice, const Block& block, std::string_view text) {
    start_chunk(out);
    open_candidate(out);
    put_part(out, block, text);
    close_candidate(out, choice, {});
    out.push_back(']');
    put_usage(out, Usage::kRunning);
    end_chunk(out);
  }

  static void open_candidate(std::string& out) { out += R"({"content":{"parts":[)"; }
  static void close_candidate(std::string& out, std::size_t choice, std::string_view finish) {
    out += R"(],"role":"model"})";
    if (!finish.empty()) {
      out += R"(,"finishReason":)";
      out += finish;
    }
    out += R"(,"index":)";
    append_number(out, choice);
    out.push_back('}');
  }

  static void put_part(std::string& out, const Block& block, std::string_view text) {
    if (block.kind != Block::Kind::kToolCall) {
      out += R"({"text":)";
      append_quoted(out, text);
      if (block.kind == Block::Kind::kThinking) out += R"(,"thought":true)";
      out.push_back('}');
      return;
    }
    out += R"({"functionCall":{"name":)";
    append_quoted(out, block.name);
    out += R"(,"args":)";
    out += object_or_empty(text);
    out.push_back('}');
    if (!block.signature.empty()) {
      out += R"(,"thoughtSignature":)";
      append_quoted(out, block.signature);
    }
    out.push_back('}');
  }

  // Behind "candidates", with a comma before it and the end of the document behind it.
  void put_usage(std::string& out, Usage usage) const {
    const auto& answer = subject_.answer;
    out += R"(,"usageMetadata":{"promptTokenCount":)";
    append_number(out, answer.input_tokens);
    const auto said = answer.output_tokens - answer.reasoning_tokens;
    const bool is_final = usage == Usage::kFinal;
    if (is_final) {
      out += R"(,"candidatesTokenCount":)";
      append_number(out, said);
      if (answer.reasoning_tokens > 0) {
        out += R"(,"thoughtsTokenCount":)";
        append_number(out, answer.reasoning_tokens);
      }
      if (answer.cached_tokens > 0) {
        out += R"(,"cachedContentTokenCount":)";
        append_number(out, answer.cached_tokens);
      }
    }
    out += R"(,"totalTokenCount":)";
    append_number(out, answer.input_tokens + (is_final ? answer.output_tokens : 0));
    out += R"(,"promptTokensDetails":)";
    append_modalities(out, answer.input_tokens, answer.media);
    out += R"(},"modelVersion":")" + subject_.model + R"(","responseId":")" + subject_.id + R"("})";
  }

  const Subject& subject_;
  bool started_ = false;
};

}  // namespace

void append_modalities(std::string& out, std::uint64_t tokens, const Media& media) {
  const auto put = [&out](std::string_view modality, std::uint64_t count) {
    if (out.back() != '[') out.push_back(',');
    out += R"({"modality":")";
    out += modality;
    out += R"(","tokenCount":)";
    append_number(out, count);
    out.push_back('}');
  };
  out.push_back('[');
  put("TEXT", tokens - media.tokens());
  if (media.images > 0) put("IMAGE", media.images * kMediaTokens);
  if (media.documents > 0) put("DOCUMENT", media.documents * kMediaTokens);
  if (media.sounds > 0) put("AUDIO", media.sounds * kMediaTokens);
  out.push_back(']');
}

std::unique_ptr<Format> make_generate_content_format(const Subject& subject) {
  return std::make_unique<GenerateContentFormat>(subject);
}

}  // namespace tidegate::simulator
