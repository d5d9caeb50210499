#include "llm/dialect/openai/usage.h"

#include <algorithm>
#include <array>

#include "json/scan.h"

namespace tidegate::llm::openai {
namespace {

constexpr json::Selection kPaths{"prompt_tokens",
                                 "completion_tokens",
                                 "prompt_tokens_details",
                                 "prompt_tokens_details.cached_tokens",
                                 "prompt_tokens_details.audio_tokens",
                                 "completion_tokens_details",
                                 "completion_tokens_details.reasoning_tokens",
                                 "completion_tokens_details.audio_tokens",
                                 "input_tokens",
                                 "output_tokens",
                                 "input_tokens_details",
                                 "input_tokens_details.cached_tokens",
                                 "output_tokens_details",
                                 "output_tokens_details.reasoning_tokens",
                                 "prompt_cache_hit_tokens"};
enum Path : std::size_t {
  kPrompt,
  kCompletion,
  kPromptDetails,
  kCached,
  kAudioIn,
  kCompletionDetails,
  kReasoning,
  kAudioOut,
  kInput,
  kOutput,
  kInputDetails,
  kInputCached,
  kOutputDetails,
  kOutputReasoning,
  kCacheHit
};

}  // namespace

std::optional<Usage> parse_usage(std::string_view json) {
  std::array<json::Member, kPaths.size()> members;
  if (!json::scan_object(json, kPaths, members, Origin::kUpstream)) return std::nullopt;
  if (!members[kPrompt].present() && !members[kInput].present()) return std::nullopt;
  // The first of the paths that carries a number.
  const auto count = [&](std::initializer_list<Path> paths) {
    for (const auto path : paths) {
      if (const auto value = json::find_uint(json, members[path])) return TokenCount(*value);
    }
    return TokenCount();
  };
  Usage usage;
  const auto prompt = count({kPrompt, kInput});
  // Parts never exceed their whole, whatever a provider says.
  usage.cache_read = std::min(count({kCached, kInputCached, kCacheHit}), prompt);
  usage.input_uncached = prompt - usage.cache_read;
  usage.output = count({kCompletion, kOutput});
  usage.reasoning = std::min(count({kReasoning, kOutputReasoning}), usage.output);
  usage.audio_input = std::min(count({kAudioIn}), prompt);
  usage.audio_output = std::min(count({kAudioOut}), usage.output);
  return usage;
}

}  // namespace tidegate::llm::openai
