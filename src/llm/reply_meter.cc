#include "llm/reply_meter.h"

#include <array>

#include "json/scan.h"
#include "llm/dialect/anthropic/usage.h"
#include "llm/dialect/openai/usage.h"

namespace tidegate::llm {
namespace {

constexpr json::Selection kReply{"usage"};
// POST /v1/messages/count_tokens answers {"input_tokens": n}: an estimate, nothing was used.
constexpr json::Selection kNothing{};

// A usage object takes 200-700 bytes; one with a breakdown per modality and iteration a few KiB.
constexpr std::size_t kMaxUsageBytes = 16 * 1024;

const json::Selection& selection(Operation operation) {
  return operation == Operation::kCountTokens ? kNothing : kReply;
}

}  // namespace

ReplyMeter::ReplyMeter(Call call)
    : call_(call), scanner_(selection(call.operation), kMaxUsageBytes) {}

std::optional<Usage> ReplyMeter::usage() const {
  const auto text = scanner_.find(0);
  if (!text) return std::nullopt;
  if (call_.dialect == Dialect::kOpenAi) return openai::parse_usage(*text);
  anthropic::UsageTally tally;
  tally.add(*text);
  return tally.usage();
}

}  // namespace tidegate::llm
