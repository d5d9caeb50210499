// Requests with one flat object of options: OpenAI's and Anthropic's APIs, and Cohere's chat.
#include "json/cursor.h"
#include "simulator/model_request.h"

namespace tidegate::simulator {
namespace {

using json::Kind;
using llm::Operation;

constexpr json::Selection kPaths{"model",
                                 "stream",
                                 "stream_options",
                                 "stream_options.include_usage",
                                 "n",
                                 "max_tokens",
                                 "max_completion_tokens",
                                 "max_output_tokens",
                                 "messages",
                                 "prompt",
                                 "input",
                                 "system",
                                 "instructions",
                                 "tools",
                                 "tool_choice",
                                 "tool_choice.type",
                                 "tool_choice.name",
                                 "tool_choice.function",
                                 "tool_choice.function.name",
                                 "tool_choice.disable_parallel_tool_use",
                                 "parallel_tool_calls",
                                 "response_format",
                                 "response_format.type",
                                 "response_format.json_schema",
                                 "response_format.json_schema.schema",
                                 "stop",
                                 "stop_sequences",
                                 "seed",
                                 "ignore_eos",
                                 "encoding_format",
                                 "dimensions"};
enum Path : std::size_t {
  kModel,
  kStream,
  kStreamOptions,
  kIncludeUsage,
  kN,
  kMaxTokens,
  kMaxCompletionTokens,
  kMaxOutputTokens,
  kMessages,
  kPrompt,
  kInput,
  kSystem,
  kInstructions,
  kTools,
  kToolChoice,
  kToolChoiceType,
  kToolChoiceName,
  kToolChoiceFunction,
  kToolChoiceFunctionName,
  kDisableParallel,
  kParallel,
  kResponseFormat,
  kResponseFormatType,
  kJsonSchema,
  kSchema,
  kStop,
  kStopSequences,
  kSeed,
  kIgnoreEos,
  kEncodingFormat,
  kDimensions
};

constexpr std::uint64_t kMaxChoices = 128;
constexpr std::uint64_t kMaxDimensions = 16'384;

// The members of one body, with the questions asked of them.
class Members {
 public:
  explicit Members(std::string_view body) : body_(body) {}

  std::array<json::Member, kPaths.size()>& all() { return members_; }
  Kind kind(Path path) const { return members_[path].kind; }
  bool given(Path path) const { return kind(path) != Kind::kAbsent && kind(path) != Kind::kNull; }
  std::string_view raw(Path path) const {
    return given(path) ? members_[path].value.of(body_) : std::string_view();
  }
  // The inside of a string, escapes as they came.
  std::string_view text(Path path) const { return json::unquote(raw(path)); }
  bool is_true(Path path) const { return kind(path) == Kind::kTrue; }
  bool is_false(Path path) const { return kind(path) == Kind::kFalse; }
  std::optional<std::uint64_t> number(Path path) const {
    return json::find_uint(body_, members_[path]);
  }
  const json::Member& operator[](Path path) const { return members_[path]; }

 private:
  std::string_view body_;
  std::array<json::Member, kPaths.size()> members_{};
};

bool is_empty_list(std::string_view raw) {
  return raw.starts_with('[') && !json::ArrayCursor(raw).next();
}

struct Need {
  Path path;
  Kind kind;  // kAbsent: a string or an array
  Refusal missing;
  Refusal wrong;
};

const Need* find_need(Operation operation) {
  static constexpr Need kChat{
      kMessages,
      Kind::kArray,
      {400, "Missing required parameter: 'messages'.", "messages", "missing_required_parameter"},
      {400, "Invalid type for 'messages': expected a non-empty array.", "messages",
       "invalid_type"}};
  static constexpr Need kText{
      kPrompt,
      Kind::kAbsent,
      {400, "Missing required parameter: 'prompt'.", "prompt", "missing_required_parameter"},
      {400, "Invalid type for 'prompt': expected a string or an array.", "prompt", "invalid_type"}};
  static constexpr Need kGiven{
      kInput,
      Kind::kAbsent,
      {400, "Missing required parameter: 'input'.", "input", "missing_required_parameter"},
      {400, "Invalid type for 'input': expected a string or a non-empty array.", "input",
       "invalid_type"}};
  static constexpr Need kMessage{kMessages,
                                 Kind::kArray,
                                 {400, "messages: Field required", {}, {}},
                                 {400, "messages: Input should be a valid list", {}, {}}};
  switch (operation) {
    case Operation::kChatCompletions:
      return &kChat;
    case Operation::kCompletions:
      return &kText;
    case Operation::kEmbeddings:
    case Operation::kResponses:
    case Operation::kModerations:
      return &kGiven;
    case Operation::kMessages:
    case Operation::kCountTokens:
      return &kMessage;
    default:
      return nullptr;
  }
}

std::optional<Refusal> read_model(const Members& members, std::string_view body, Arena& arena,
                                  ModelRequest& request) {
  if (!request.model.empty()) return std::nullopt;  // the path names it
  const bool anthropic = request.call.dialect == llm::Dialect::kAnthropic;
  const auto model = json::find_string(body, members[kModel], arena);
  if (model && !model->empty()) {
    request.model = *model;
    return std::nullopt;
  }
  if (request.call.operation == Operation::kModerations) {
    request.model = "omni-moderation-latest";
    return std::nullopt;
  }
  if (anthropic) return Refusal{400, "model: Field required", {}, {}};
  return Refusal{400, "you must provide a model parameter", {}, {}};
}

std::optional<Refusal> read_input(const Members& members, ModelRequest& request) {
  const bool counts_responses = request.call.dialect == llm::Dialect::kOpenAi &&
                                request.call.operation == Operation::kCountTokens;
  const auto* need = find_need(counts_responses ? Operation::kResponses : request.call.operation);
  if (need == nullptr) return std::nullopt;
  if (!members.given(need->path)) return need->missing;
  const auto kind = members.kind(need->path);
  const bool fits = kind == Kind::kArray || (need->kind == Kind::kAbsent && kind == Kind::kString);
  request.input = members.raw(need->path);
  if (!fits || is_empty_list(request.input)) return need->wrong;
  return std::nullopt;
}

std::optional<Refusal> read_limits(const Members& members, ModelRequest& request) {
  for (const auto path : {kMaxCompletionTokens, kMaxOutputTokens, kMaxTokens}) {
    if (!members.given(path)) continue;
    request.max_tokens = members.number(path);
    if (request.max_tokens.value_or(0) == 0) {
      return Refusal{400, "The maximum number of tokens must be a whole number of at least 1.",
                     "max_tokens", "invalid_value"};
    }
    break;
  }
  if (request.call.operation == Operation::kMessages && !request.max_tokens) {
    return Refusal{400, "max_tokens: Field required", {}, {}};
  }
  const bool has_choices = request.call.operation == Operation::kChatCompletions ||
                           request.call.operation == Operation::kCompletions;
  if (has_choices && members.given(kN)) {
    const auto choices = members.number(kN).value_or(0);
    if (choices == 0 || choices > kMaxChoices) {
      return Refusal{400, "'n' must be a whole number from 1 to 128.", "n", "invalid_value"};
    }
    request.choices = static_cast<std::uint32_t>(choices);
  }
  if (members.given(kDimensions)) {
    request.dimensions = members.number(kDimensions);
    if (request.dimensions.value_or(0) == 0 || *request.dimensions > kMaxDimensions) {
      return Refusal{400, "'dimensions' must be a whole number from 1 to 16384.", "dimensions",
                     "invalid_value"};
    }
  }
  return std::nullopt;
}

ToolUse read_tool_choice(const Members& members) {
  const auto choice = members.raw(kToolChoice);
  if (choice == R"("none")" || choice == R"("NONE")") return ToolUse::kNone;
  if (choice == R"("required")" || choice == R"("REQUIRED")") return ToolUse::kRequired;
  if (choice == R"("any")") return ToolUse::kRequired;  // Mistral
  if (members.kind(kToolChoice) != Kind::kObject) return ToolUse::kAllowed;
  const auto type = members.text(kToolChoiceType);
  if (type == "none") return ToolUse::kNone;
  if (type == "any") return ToolUse::kRequired;
  return type == "function" || type == "tool" ? ToolUse::kNamed : ToolUse::kAllowed;
}

void read_tools(const Members& members, ModelRequest& request) {
  request.tools = members.raw(kTools);
  if (request.tools.empty() || is_empty_list(request.tools)) {
    request.tools = {};
    return;
  }
  request.tool_use = read_tool_choice(members);
  request.tool_name = members.given(kToolChoiceFunctionName) ? members.text(kToolChoiceFunctionName)
                                                             : members.text(kToolChoiceName);
  request.parallel_tools = !members.is_false(kParallel) && !members.is_true(kDisableParallel);
}

std::optional<Refusal> read_format(const Members& members, ModelRequest& request) {
  const auto type = members.text(kResponseFormatType);
  if (type == "json_object") {
    request.format = ContentFormat::kJsonObject;
    if (request.call.dialect == llm::Dialect::kCohere) {
      const auto schema = json::find_member(members.raw(kResponseFormat), "schema");
      request.schema = schema.value_or(members.raw(kJsonSchema));
    }
  }
  if (type == "json_schema") {
    request.format = ContentFormat::kJsonSchema;
    request.schema = members.raw(kSchema);
    if (request.schema.empty()) {
      return Refusal{400, "Missing required parameter: 'response_format.json_schema'.",
                     "response_format.json_schema", "missing_required_parameter"};
    }
  }
  const auto encoding = members.text(kEncodingFormat);
  request.base64 = encoding == "base64";
  if (members.given(kEncodingFormat) && !request.base64 && encoding != "float") {
    return Refusal{400, "'encoding_format' must be 'float' or 'base64'.", "encoding_format",
                   "invalid_value"};
  }
  return std::nullopt;
}

std::optional<Refusal> read_flags(const Members& members, ModelRequest& request) {
  if (members.given(kStream) && !members[kStream].is_bool()) {
    return Refusal{400, "Invalid type for 'stream': expected a boolean.", "stream", "invalid_type"};
  }
  request.stream |= members.is_true(kStream);
  if (members.given(kStreamOptions) && !request.stream) {
    return Refusal{400,
                   "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
                   "stream_options",
                   {}};
  }
  request.include_usage = members.is_true(kIncludeUsage);
  request.ignore_eos = members.is_true(kIgnoreEos);
  request.seed = members.number(kSeed).value_or(0);
  request.stop = members.given(kStop) ? members.raw(kStop) : members.raw(kStopSequences);
  request.system = members.given(kSystem) ? members.raw(kSystem) : members.raw(kInstructions);
  return std::nullopt;
}

// Structured output where response_format does not say it: {"format":{"type","schema"}} within
// "text" (Responses) or "output_config" (Anthropic), or the format itself.
void read_output_format(std::string_view format, ModelRequest& request) {
  const auto inner = json::find_member(format, "format").value_or(format);
  const auto type = json::unquote(json::find_member(inner, "type").value_or(""));
  if (type == "json_object") request.format = ContentFormat::kJsonObject;
  if (type != "json_schema") return;
  request.format = ContentFormat::kJsonSchema;
  request.schema = json::find_member(inner, "schema").value_or("");
}

// {"type":"enabled"|"adaptive"|"disabled"} (Anthropic, Cohere), {"effort":..} (Responses).
bool asks_for_thinking(std::string_view value) {
  const auto type = json::find_member(value, "type");
  if (type) return *type != R"("disabled")";
  const auto effort = json::find_member(value, "effort").value_or(value);
  return effort.starts_with('"') && effort != R"("none")" && effort != R"("minimal")";
}

// Members that few requests have: more than one selection can hold.
void read_rare_members(std::string_view body, ModelRequest& request) {
  json::ObjectCursor members(body);
  while (const auto member = members.next()) {
    if (member->name == "thinking" || member->name == "reasoning" ||
        member->name == "reasoning_effort") {
      request.thinking |= asks_for_thinking(member->value);
    } else if (member->name == "text" || member->name == "output_config" ||
               member->name == "output_format") {
      read_output_format(member->value, request);
    } else if (member->name == "previous_response_id" || member->name == "conversation") {
      request.continues |= member->value != "null";
    }
  }
}

}  // namespace

std::optional<Refusal> read_flat_request(std::string_view body, Arena& arena,
                                         ModelRequest& request) {
  Members members(body);
  const auto object = json::scan_object(body, kPaths, members.all(), Origin::kDownstream);
  if (!object) {
    return Refusal{400, arena.copy(object.error().detail), {}, {}};
  }
  if (auto refusal = read_model(members, body, arena, request)) return refusal;
  if (auto refusal = read_input(members, request)) return refusal;
  if (auto refusal = read_limits(members, request)) return refusal;
  if (auto refusal = read_format(members, request)) return refusal;
  read_tools(members, request);
  read_rare_members(body, request);
  return read_flags(members, request);
}

}  // namespace tidegate::simulator
