#include "llm/reply_meter.h"

#include <array>

#include "json/counts.h"
#include "json/cursor.h"
#include "json/scan.h"
#include "json/value.h"
#include "llm/dialect/anthropic/usage.h"
#include "llm/dialect/bedrock/usage.h"
#include "llm/dialect/gemini/stream.h"
#include "llm/dialect/gemini/usage.h"
#include "llm/dialect/openai/usage.h"

namespace tidegate::llm {
namespace {

constexpr json::Selection kReply{"usage"};
constexpr json::Selection kGeminiReply{"usageMetadata"};
constexpr json::Selection kCohereReply{"meta"};
// POST /v1/messages/count_tokens answers {"input_tokens": n}: an estimate, nothing was used.
constexpr json::Selection kNothing{};

// A usage object takes 200-700 bytes; one with a breakdown per modality and iteration a few KiB.
constexpr std::size_t kMaxUsageBytes = 16 * 1024;

const json::Selection& selection(Call call) {
  if (call.operation == Operation::kCountTokens) return kNothing;
  if (call.dialect == Dialect::kCohere) return kCohereReply;
  return call.dialect == Dialect::kGemini ? kGeminiReply : kReply;
}

// {"billed_units":{"input_tokens":5}}; reranking is billed by searches and tells none.
std::optional<Usage> parse_cohere(std::string_view meta) {
  if (!json::validate(meta, Origin::kUpstream)) return std::nullopt;
  const auto billed = json::find_member(meta, "billed_units").value_or("");
  const auto input = json::parse_uint(json::find_member(billed, "input_tokens").value_or(""));
  if (!input) return std::nullopt;
  Usage usage;
  usage.input_uncached = TokenCount(*input);
  return usage;
}

}  // namespace

ReplyMeter::ReplyMeter(Call call) : call_(call) {}

void ReplyMeter::feed(std::string_view piece, Rest rest) {
  if (complete_ || piece.empty()) return;
  if (chunks_) return read_chunks(piece);
  if (!scanner_) {
    if (call_.dialect == Dialect::kGemini && piece.front() == '[') {
      chunks_.emplace();
      return read_chunks(piece);
    }
    if (rest == Rest::kNone && read_in_place(piece)) return;
    if (read_whole(piece)) return;
    scanner_.emplace(selection(call_), kMaxUsageBytes);
  }
  scanner_->feed(piece);
  complete_ = scanner_->finished();
  if (!complete_) return;
  if (const auto usage = scanner_->find(0)) usage_ = parse(*usage);
}

// A reply that is all here needs no validation: the client gets it as it came, valid or not, and in
// a valid one the only `"usage":` with an object behind it that stands in the root is the member.
// Finding it and reading its numbers takes an eighth of the instructions of the scan. Whatever is
// odd (several of them, a number with a fraction, an escape) is left to that.
bool ReplyMeter::read_in_place(std::string_view text) {
  const bool known =
      call_.dialect == Dialect::kOpenAi && call_.operation != Operation::kCountTokens;
  if (!known || text.front() != '{') return false;
  const auto at = json::find_only_object(text, "\"usage\"");
  json::Counts counts;
  if (at == text.npos || !json::read_counts(text, at, counts)) return false;
  if (!json::is_in_root(text, counts.end)) return false;
  if (openai::read_usage(counts, usage_) == openai::CountsReading::kOdd) return false;
  complete_ = true;
  return true;
}

// Most replies are in one read: then a scan is four times as fast as the incremental scanner.
bool ReplyMeter::read_whole(std::string_view text) {
  const auto last = text.find_last_not_of(" \t\r\n");
  if (text.front() != '{' || text[last] != '}') return false;
  std::array<json::Member, kReply.size()> members;
  const auto& paths = selection(call_);
  if (!json::scan_object(text, paths, members, Origin::kUpstream)) return false;
  complete_ = true;
  if (members[0].present()) usage_ = parse(members[0].value.of(text));
  return true;
}

// Each chunk tells the usage so far.
void ReplyMeter::read_chunks(std::string_view piece) {
  chunks_->feed(piece);
  for (;;) {
    const auto chunk = chunks_->next();
    if (!chunk || chunk->empty()) break;
    const auto said = gemini::read_event(*chunk);
    if (const auto usage = parse(said.usage)) usage_ = usage;
  }
  complete_ = chunks_->closed();
}

std::optional<Usage> ReplyMeter::parse(std::string_view usage) const {
  if (call_.dialect == Dialect::kCohere) return parse_cohere(usage);
  if (call_.dialect == Dialect::kOpenAi) return openai::parse_usage(usage);
  if (call_.dialect == Dialect::kGemini) {
    // The incremental scanner does not validate.
    if (!json::validate(usage, Origin::kUpstream)) return std::nullopt;
    return gemini::parse_usage(usage);
  }
  if (call_.operation == Operation::kConverse) {
    if (!json::validate(usage, Origin::kUpstream)) return std::nullopt;
    return bedrock::read_usage(usage);
  }
  anthropic::UsageTally tally;  // Claude's by InvokeModel, too
  tally.add(usage);
  return tally.usage();
}

}  // namespace tidegate::llm
