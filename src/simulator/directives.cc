#include "simulator/directives.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace tidegate::simulator {
namespace {

constexpr std::string_view kPrefix = "x-simulator-";
constexpr std::uint64_t kMaxMilliseconds = 3'600'000;
constexpr std::uint64_t kMaxSeconds = 86'400;

struct Rule {
  std::string_view name;  // behind the prefix
  std::uint64_t least;
  std::uint64_t most;
  void (*apply)(Directives&, std::uint64_t);
};

constexpr std::array kRules = {
    Rule{"ttft-ms", 0, kMaxMilliseconds,
         [](Directives& d, std::uint64_t v) {
           d.time_to_first_token = std::chrono::milliseconds(v);
         }},
    Rule{
        "itl-ms", 0, kMaxMilliseconds,
        [](Directives& d, std::uint64_t v) { d.inter_token_delay = std::chrono::milliseconds(v); }},
    Rule{"jitter-ms", 0, kMaxMilliseconds,
         [](Directives& d, std::uint64_t v) { d.jitter = std::chrono::milliseconds(v); }},
    Rule{"output-tokens", 1, kMaxOutputTokens,
         [](Directives& d, std::uint64_t v) { d.output_tokens = v; }},
    Rule{"error-status", 400, 599,
         [](Directives& d, std::uint64_t v) { d.error_status = static_cast<std::uint16_t>(v); }},
    Rule{"retry-after", 0, kMaxSeconds,
         [](Directives& d, std::uint64_t v) { d.retry_after_seconds = v; }},
    Rule{"stall-after-tokens", 0, kMaxOutputTokens,
         [](Directives& d, std::uint64_t v) { d.stall_after_tokens = v; }},
    Rule{"cut-after-tokens", 0, kMaxOutputTokens,
         [](Directives& d, std::uint64_t v) { d.cut_after_tokens = v; }},
    Rule{"stream-error-after-tokens", 0, kMaxOutputTokens,
         [](Directives& d, std::uint64_t v) { d.error_after_tokens = v; }},
    Rule{"tool-calls", 0, 128, [](Directives& d, std::uint64_t v) { d.tool_calls = v; }},
    Rule{"cached-tokens", 0, kMaxOutputTokens,
         [](Directives& d, std::uint64_t v) { d.cached_tokens = v; }},
    Rule{"cache-write-tokens", 0, kMaxOutputTokens,
         [](Directives& d, std::uint64_t v) { d.cache_write_tokens = v; }},
    Rule{"reasoning-tokens", 0, kMaxOutputTokens,
         [](Directives& d, std::uint64_t v) { d.reasoning_tokens = v; }},
};

Result<void> apply_field(Directives& directives, std::string_view name, std::string_view value) {
  for (const auto& rule : kRules) {
    if (!http::iequals(name, rule.name)) continue;
    std::uint64_t number = 0;
    const auto* end = value.data() + value.size();
    const auto parsed = std::from_chars(value.data(), end, number);
    if (parsed.ec != std::errc() || parsed.ptr != end || number < rule.least ||
        number > rule.most) {
      return fail(ErrorCode::kMalformed, Origin::kDownstream,
                  fmt::format("'{}{}' must be a whole number from {} to {}", kPrefix, rule.name,
                              rule.least, rule.most));
    }
    rule.apply(directives, number);
    return {};
  }
  return fail(ErrorCode::kMalformed, Origin::kDownstream,
              fmt::format("'{}{}' is not a field of the simulator", kPrefix, name));
}

}  // namespace

Result<Directives> parse_directives(const config::SimulatorSettings& settings,
                                    const http::HeaderMap& fields) {
  Directives directives;
  directives.time_to_first_token = settings.time_to_first_token;
  directives.inter_token_delay = settings.inter_token_delay;
  directives.jitter = settings.jitter;
  directives.output_tokens = settings.output_tokens;
  directives.retry_after_seconds = settings.retry_after_seconds;
  directives.stall_after_tokens = settings.stall_after_tokens;
  directives.cut_after_tokens = settings.cut_after_tokens;
  for (const auto& field : fields.fields()) {
    if (field.id != http::HeaderId::kOther || field.name.size() <= kPrefix.size()) continue;
    if (!http::iequals(field.name.substr(0, kPrefix.size()), kPrefix)) continue;
    TIDEGATE_TRY_VOID(apply_field(directives, field.name.substr(kPrefix.size()), field.value));
  }
  return directives;
}

}  // namespace tidegate::simulator
