#include "llm/request_facts.h"

#include <fmt/format.h>

#include <array>
#include <limits>

#include "http/header_map.h"

namespace tidegate::llm {
namespace {

constexpr json::Selection kPaths{
    "model", "stream",     "stream_options",        "stream_options.include_usage",
    "n",     "max_tokens", "max_completion_tokens", "max_output_tokens"};
enum Path : std::size_t {
  kModel,
  kStream,
  kStreamOptions,
  kIncludeUsage,
  kN,
  kMaxTokens,
  kMaxCompletionTokens,
  kMaxOutputTokens
};
using Members = std::array<json::Member, kPaths.size()>;

// Bodies of dialects that have model and stream in the path: where they say choices and tokens.
constexpr json::Selection kGeminiPaths{"generationConfig", "generationConfig.candidateCount",
                                       "generationConfig.maxOutputTokens"};
constexpr json::Selection kConversePaths{"inferenceConfig", "inferenceConfig.maxTokens"};
constexpr json::Selection kInvokePaths{"max_tokens"};

std::unexpected<Error> refuse(std::string_view name, std::string_view what) {
  return fail(ErrorCode::kMalformed, Origin::kDownstream, fmt::format("'{}' {}", name, what));
}

bool is_absent(const json::Member& member) {
  return !member.present() || member.kind == json::Kind::kNull;
}

bool is_multipart(std::string_view content_type) {
  constexpr std::string_view kPrefix = "multipart/";
  return http::iequals(content_type.substr(0, kPrefix.size()), kPrefix);
}

// A model is optional for Responses (a stored prompt may name it), for operations that have a
// default one, and for what we do not know.
bool needs_model(Operation operation) {
  switch (operation) {
    case Operation::kResponses:
    case Operation::kModerations:
    case Operation::kImages:
    case Operation::kRerank:
    case Operation::kOther:
      return false;
    default:
      return true;
  }
}

// It becomes a header field and a metric label.
Result<void> check_model(std::string_view model) {
  if (model.empty()) return refuse("model", "must not be empty");
  for (const char c : model) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      return refuse("model", "must not contain control characters");
    }
  }
  return {};
}

Result<std::string_view> parse_model(Operation operation, std::string_view body,
                                     const json::Member& member, Arena& arena) {
  if (is_absent(member)) {
    if (needs_model(operation)) return refuse("model", "is required");
    return std::string_view();
  }
  const auto model = json::find_string(body, member, arena);
  if (!model) return refuse("model", "must be a string");
  if (auto checked = check_model(*model); !checked) return std::unexpected(checked.error());
  return *model;
}

// Servers read 1, "true" and true alike or not at all: only what all of them read alike passes.
Result<bool> parse_flag(std::string_view name, const json::Member& member) {
  if (is_absent(member)) return false;
  if (!member.is_bool()) return refuse(name, "must be a boolean");
  return member.kind == json::Kind::kTrue;
}

Result<IncludeUsage> parse_include_usage(const Members& members) {
  const auto& options = members[kStreamOptions];
  if (is_absent(options)) return IncludeUsage::kNotAsked;
  if (options.kind != json::Kind::kObject) return refuse("stream_options", "must be an object");
  const auto& member = members[kIncludeUsage];
  if (is_absent(member)) return IncludeUsage::kNotAsked;
  TIDEGATE_TRY(asked, parse_flag("stream_options.include_usage", member));
  return asked ? IncludeUsage::kAsked : IncludeUsage::kDeclined;
}

std::optional<TokenCount> find_max_tokens(std::string_view body, const Members& members) {
  for (const auto path : {kMaxCompletionTokens, kMaxOutputTokens, kMaxTokens}) {
    if (const auto count = json::find_uint(body, members[path])) return TokenCount(*count);
  }
  return std::nullopt;
}

void set_choices(std::optional<std::uint64_t> choices, RequestFacts& facts) {
  if (!choices || *choices > std::numeric_limits<std::uint32_t>::max()) return;
  facts.choices = static_cast<std::uint32_t>(*choices);
}

void set_max_tokens(std::optional<std::uint64_t> count, RequestFacts& facts) {
  if (count) facts.max_tokens = TokenCount(*count);
}

// A body that says neither model nor stream.
Result<void> read_body_beside_path(std::string_view body, RequestFacts& facts) {
  std::array<json::Member, kGeminiPaths.size()> members;
  const bool gemini = facts.call.dialect == Dialect::kGemini;
  const bool converse = facts.call.operation == Operation::kConverse;
  const json::Selection& paths = gemini ? kGeminiPaths : converse ? kConversePaths : kInvokePaths;
  TIDEGATE_TRY(object, json::scan_object(body, paths, members, Origin::kDownstream));
  facts.object = object;
  if (gemini) {
    set_choices(json::find_uint(body, members[1]), facts);
    set_max_tokens(json::find_uint(body, members[2]), facts);
  } else {
    set_max_tokens(json::find_uint(body, members[converse ? 1 : 0]), facts);
  }
  return {};
}

}  // namespace

Result<RequestFacts> parse_request_facts(Call call, std::string_view content_type,
                                         std::string_view body, Arena& arena,
                                         const PathFacts& path) {
  RequestFacts facts;
  facts.call = call;
  facts.model = path.model;
  if (is_multipart(content_type)) return facts;
  if (path.stream) {
    facts.stream = *path.stream;
    if (auto checked = check_model(path.model); !checked) return std::unexpected(checked.error());
    if (auto read = read_body_beside_path(body, facts); !read) return std::unexpected(read.error());
    return facts;
  }
  Members members;
  TIDEGATE_TRY(object, json::scan_object(body, kPaths, members, Origin::kDownstream));
  facts.object = object;
  if (path.model.empty() || !is_absent(members[kModel])) {
    TIDEGATE_TRY(model, parse_model(call.operation, body, members[kModel], arena));
    facts.model = model;
  }
  TIDEGATE_TRY(stream, parse_flag("stream", members[kStream]));
  facts.stream = stream;
  TIDEGATE_TRY(include_usage, parse_include_usage(members));
  facts.include_usage = include_usage;
  set_choices(json::find_uint(body, members[kN]), facts);
  facts.max_tokens = find_max_tokens(body, members);
  facts.model_member = members[kModel];
  facts.stream_member = members[kStream];
  facts.stream_options_member = members[kStreamOptions];
  facts.include_usage_member = members[kIncludeUsage];
  return facts;
}

}  // namespace tidegate::llm
