#include "llm/token_count_reply.h"

#include "json/cursor.h"
#include "json/scan.h"
#include "json/value.h"
#include "json/writer.h"

namespace tidegate::llm {
namespace {

std::string_view member_name(Dialect dialect) {
  switch (dialect) {
    case Dialect::kGemini:
      return "totalTokens";
    case Dialect::kBedrock:
      return "inputTokens";
    case Dialect::kOpenAi:
    case Dialect::kAnthropic:
    case Dialect::kCohere:
      return "input_tokens";
  }
  return "input_tokens";
}

}  // namespace

Result<TokenCount> parse_token_count(Dialect dialect, std::string_view body) {
  TIDEGATE_TRY(range, json::validate(body, Origin::kUpstream));
  const auto value = json::find_member(range.of(body), member_name(dialect)).value_or("");
  const auto count = json::parse_uint(value);
  if (!count) {
    return fail(ErrorCode::kMalformed, Origin::kUpstream, "no count of tokens in the reply");
  }
  return TokenCount(*count);
}

std::string format_token_count(Dialect dialect, TokenCount count) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  if (dialect == Dialect::kOpenAi) writer.member("object", "response.input_tokens");
  writer.member(member_name(dialect), count.value()).end_object();
  return out;
}

}  // namespace tidegate::llm
