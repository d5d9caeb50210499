#include "llm/dialect/gemini/read_contents.h"

#include <fmt/format.h>

#include <optional>
#include <string>

#include "llm/dialect/gemini/call_ids.h"
#include "llm/dialect/gemini/fields.h"
#include "llm/dialect/gemini/part.h"

namespace tidegate::llm::gemini {
namespace {

using Kind = PartFields::Kind;

std::unexpected<Error> refuse(std::string_view path, std::string_view what) {
  return fail(ErrorCode::kMalformed, Origin::kDownstream, fmt::format("'{}' {}", path, what));
}

// A result that is one text under the name Google gives it: "output", or "error" for a failure;
// "result" is what its older SDKs write.
struct PlainResult {
  EscapedText text;
  bool error = false;
};

std::optional<PlainResult> find_plain_result(std::string_view response) {
  json::ObjectCursor cursor(response);
  const auto item = cursor.next();
  if (!item || cursor.next() || !json::is_string(item->value)) return std::nullopt;
  const bool error = item->name == "error";
  if (!error && item->name != "output" && item->name != "result") return std::nullopt;
  return PlainResult{{json::unquote(item->value)}, error};
}

class ContentsReader {
 public:
  ContentsReader(Conversation& conversation, Arena& arena)
      : conversation_(conversation), arena_(arena), calls_(arena) {}

  void finish() { end_thought({}); }

  Result<void> read_content(std::string_view content, const std::string& path) {
    if (!json::is_object(content)) return refuse(path, "must be an object");
    const auto role = find_text(content, "role");
    if (role != "" && role != "user" && role != "model" && role != "function") {
      return refuse(path + ".role", "must be \"user\" or \"model\"");
    }
    auto& message = message_of(role == "model" ? Role::kAssistant : Role::kUser);
    const auto parts = find_field(content, "parts");
    if (json::is_object(parts)) return read_request_part(parts, path + ".parts", message);
    if (!json::is_array(parts)) return refuse(path + ".parts", "must be an array");
    json::ArrayCursor cursor(parts);
    for (std::size_t i = 0; const auto part = cursor.next(); ++i) {
      TIDEGATE_TRY_VOID(read_request_part(*part, fmt::format("{}.parts[{}]", path, i), message));
    }
    return {};
  }

 private:
  Message& message_of(Role role) {
    auto& messages = conversation_.messages;
    if (messages.empty() || messages.back().role != role) {
      end_thought({});
      messages.emplace_back().role = role;
    }
    return messages.back();
  }

  // A client keeps a streamed thought as the pieces it came in, the signature last, perhaps each in
  // a content of its own. The signature is of the whole, so the pieces become one again.
  void end_thought(EscapedText signature) {
    if (thought_.empty() && signature.empty()) return;
    auto& parts = conversation_.messages.back().parts;
    auto signed_part = read_thought({}, signature, arena_);
    const EscapedText text{arena_.copy(thought_)};
    thought_.clear();
    if (!signed_part.redacted.empty()) {
      if (!text.empty()) parts.push_back(read_thought(text, {}, arena_));
    } else {
      signed_part.text = text;
    }
    parts.push_back(signed_part);
  }

  Result<void> read_request_part(std::string_view raw, const std::string& path, Message& message) {
    if (!json::is_object(raw)) return refuse(path, "must be an object");
    const auto part = read_part(raw);
    if (!part.thought) end_thought({});
    if (!part.unknown.empty()) {
      conversation_.unknown.push_back({arena_.concat({path, ".", part.unknown}), raw});
    }
    switch (part.kind) {
      case Kind::kText:
        if (!json::is_string(part.value)) return refuse(path + ".text", "must be a string");
        add_text(part, message);
        return {};
      case Kind::kInlineData:
      case Kind::kFileData:
        return add_media(part, path, message);
      case Kind::kFunctionCall:
        return add_call(part, path + ".functionCall", message);
      case Kind::kFunctionResponse:
        return add_result(part, path + ".functionResponse", message);
      case Kind::kExecutableCode:
      case Kind::kCodeExecutionResult:
        message.parts.push_back(read_code(part, arena_));
        return {};
      case Kind::kNone:
        if (!part.signature.empty()) end_thought(part.signature);
        return {};
    }
    return {};
  }

  void add_text(const PartFields& part, Message& message) {
    const EscapedText text{json::unquote(part.value)};
    if (part.thought) {
      thought_ += text.bytes;
      if (!part.signature.empty()) end_thought(part.signature);
      return;
    }
    if (!text.empty()) message.parts.push_back(text_part(text));
    if (!part.signature.empty()) {
      message.parts.push_back(read_thought({}, part.signature, arena_));
    }
  }

  Result<void> add_media(const PartFields& part, const std::string& path, Message& message) {
    const bool is_inline = part.kind == Kind::kInlineData;
    const auto member = is_inline ? ".inlineData" : ".fileData";
    if (!json::is_object(part.value)) return refuse(path + member, "must be an object");
    const auto media = read_media(part, arena_);
    if (media.data.empty()) {
      return refuse(path + member + (is_inline ? ".data" : ".fileUri"), "is missing or no string");
    }
    message.parts.push_back(media);
    return {};
  }

  Result<void> add_call(const PartFields& part, const std::string& path, Message& message) {
    if (!json::is_object(part.value)) return refuse(path, "must be an object");
    ToolCallPart call;
    call.name = {find_text(part.value, "name")};
    if (call.name.empty()) return refuse(path + ".name", "is missing or no string");
    call.id = calls_.add_call({find_text(part.value, "id")}, call.name);
    call.arguments_raw = read_arguments(part.value);
    call.signature = part.signature;
    message.parts.push_back(call);
    return {};
  }

  Result<void> add_result(const PartFields& part, const std::string& path, Message& message) {
    if (!json::is_object(part.value)) return refuse(path, "must be an object");
    ToolResultPart result;
    result.name = {find_text(part.value, "name")};
    if (result.name.empty()) return refuse(path + ".name", "is missing or no string");
    result.call_id = calls_.answer({find_text(part.value, "id")}, result.name);
    const auto response = find_field(part.value, "response");
    if (!response.empty() && !json::is_object(response)) {
      return refuse(path + ".response", "must be an object");
    }
    if (const auto plain = find_plain_result(response)) {
      result.parts.emplace_back(text_part(plain->text));
      result.error = plain->error;
    } else if (!response.empty()) {
      result.raw = response;
      result.error = !find_field(response, "error").empty();
      result.parts.emplace_back(text_part(json::escape(response, arena_)));
    }
    json::ArrayCursor media(find_field(part.value, "parts"));
    while (const auto one = media.next()) {
      const auto fields = read_part(*one);
      if (fields.kind == Kind::kInlineData || fields.kind == Kind::kFileData) {
        result.parts.emplace_back(read_media(fields, arena_));
      }
    }
    message.parts.push_back(std::move(result));
    return {};
  }

  Conversation& conversation_;
  Arena& arena_;
  CallHistory calls_;
  std::string thought_;  // pieces of one, in the last message
};

}  // namespace

Result<void> read_contents(std::string_view value, Conversation& conversation, Arena& arena) {
  ContentsReader reader(conversation, arena);
  // One content by itself and a plain text are what client libraries turn into an array.
  if (json::is_object(value)) {
    TIDEGATE_TRY_VOID(reader.read_content(value, "contents"));
    reader.finish();
    return {};
  }
  if (!json::is_array(value)) return refuse("contents", "must be an array");
  json::ArrayCursor cursor(value);
  for (std::size_t i = 0; const auto content = cursor.next(); ++i) {
    TIDEGATE_TRY_VOID(reader.read_content(*content, fmt::format("contents[{}]", i)));
  }
  reader.finish();
  if (conversation.messages.empty()) return refuse("contents", "must not be empty");
  return {};
}

}  // namespace tidegate::llm::gemini
