#include <array>
#include <utility>

#include "json/writer.h"
#include "llm/embed/request.h"

namespace tidegate::llm {
namespace {

using json::Writer;

// Cohere demands a purpose (v3 models and later); documents are what is embedded most.
constexpr std::string_view kDefaultPurpose = "search_document";

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kPurposes = {{
    {"search_document", "RETRIEVAL_DOCUMENT"},
    {"search_query", "RETRIEVAL_QUERY"},
    {"classification", "CLASSIFICATION"},
    {"clustering", "CLUSTERING"},
}};

std::string_view encoding_name(EmbeddingEncoding encoding) {
  return encoding == EmbeddingEncoding::kBase64 ? "base64" : "float";
}

class EmbedWriter {
 public:
  EmbedWriter(const EmbedRequest& request, std::string_view model, std::string& out, Losses& losses)
      : request_(request), model_(model), writer_(out), losses_(losses) {}

  void write(EmbedFormat format) {
    switch (format) {
      case EmbedFormat::kOpenAi:
        write_openai();
        break;
      case EmbedFormat::kCohere:
      case EmbedFormat::kBedrockCohere:
        write_cohere(format);
        break;
      case EmbedFormat::kGemini:
        write_gemini();
        break;
      case EmbedFormat::kTitan:
        write_titan();
        break;
    }
    for (const auto& member : request_.unknown) losses_.add(member.name);
  }

 private:
  void write_openai() {
    writer_.begin_object().member("model", model_).key("input");
    if (request_.tokens.size() == 1) {
      writer_.raw(request_.tokens[0]);
    } else {
      writer_.begin_array();
      for (const auto text : request_.texts) writer_.string(text);
      for (const auto tokens : request_.tokens) writer_.raw(tokens);
      writer_.end_array();
    }
    if (request_.dimensions) writer_.member("dimensions", *request_.dimensions);
    // Float is everybody's default, and some servers know no such member.
    if (request_.encoding == EmbeddingEncoding::kBase64)
      writer_.member("encoding_format", "base64");
    if (!request_.user.empty()) writer_.member("user", request_.user);
    writer_.end_object();
    if (!request_.purpose.empty()) losses_.add("input_type");
    note_truncate();
  }

  void write_cohere(EmbedFormat format) {
    const bool own = format == EmbedFormat::kCohere;
    writer_.begin_object();
    if (own) writer_.member("model", model_);
    writer_.key("texts").begin_array();
    for (const auto text : request_.texts) writer_.string(text);
    writer_.end_array();
    const bool told = !request_.purpose.empty();
    writer_.member("input_type", told ? request_.purpose : EscapedText{kDefaultPurpose});
    writer_.key("embedding_types").begin_array();
    writer_.string(own ? encoding_name(request_.encoding) : std::string_view("float"));
    writer_.end_array();
    if (request_.dimensions) writer_.member("output_dimension", *request_.dimensions);
    if (!request_.truncate.empty()) writer_.member("truncate", request_.truncate);
    writer_.end_object();
    note_user();
  }

  void write_gemini() {
    const auto task = task_of_purpose(request_.purpose.bytes);
    if (task.empty() && !request_.purpose.empty()) losses_.add("input_type");
    writer_.begin_object().key("requests").begin_array();
    for (const auto text : request_.texts) {
      writer_.begin_object().member("model", "models/" + std::string(model_));
      writer_.key("content").begin_object().key("parts").begin_array();
      writer_.begin_object().member("text", text).end_object().end_array().end_object();
      if (!task.empty()) writer_.member("taskType", task);
      if (request_.dimensions) writer_.member("outputDimensionality", *request_.dimensions);
      writer_.end_object();
    }
    writer_.end_array().end_object();
    note_user();
    note_truncate();
  }

  void write_titan() {
    writer_.begin_object().member("inputText", request_.texts[0]);
    if (request_.dimensions) writer_.member("dimensions", *request_.dimensions);
    writer_.end_object();
    if (!request_.purpose.empty()) losses_.add("input_type");
    note_user();
    note_truncate();
  }

  void note_user() {
    if (!request_.user.empty()) losses_.add("user");
  }
  void note_truncate() {
    if (!request_.truncate.empty()) losses_.add("truncate");
  }

  const EmbedRequest& request_;
  std::string_view model_;
  Writer writer_;
  Losses& losses_;
};

}  // namespace

std::string_view task_of_purpose(std::string_view purpose) {
  for (const auto& [name, task] : kPurposes) {
    if (name == purpose) return task;
  }
  return {};
}

std::string_view purpose_of_task(std::string_view task) {
  for (const auto& [purpose, name] : kPurposes) {
    if (name == task) return purpose;
  }
  return {};
}

Result<void> write_embed_request(const EmbedRequest& request, EmbedFormat format,
                                 std::string_view model, std::string& out, Losses& losses) {
  if (!request.tokens.empty() && format != EmbedFormat::kOpenAi) {
    return fail(ErrorCode::kUnsupported, Origin::kDownstream,
                "'input' must be text: this provider embeds no token arrays");
  }
  if (format == EmbedFormat::kTitan && request.texts.size() != 1) {
    return fail(ErrorCode::kUnsupported, Origin::kDownstream,
                "'input' must be one text: this model embeds one for each request");
  }
  EmbedWriter(request, model, out, losses).write(format);
  return {};
}

}  // namespace tidegate::llm
