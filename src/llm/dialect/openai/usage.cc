#include "llm/dialect/openai/usage.h"

#include <algorithm>
#include <array>

#include "json/counts.h"
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

// What the members say, whichever way they were read.
struct Members {
  std::array<bool, kPaths.size()> present{};
  std::array<std::optional<std::uint64_t>, kPaths.size()> values;
};

std::optional<Usage> make_usage(const Members& members) {
  if (!members.present[kPrompt] && !members.present[kInput]) return std::nullopt;
  // The first of the paths that carries a number.
  const auto count = [&](std::initializer_list<Path> paths) {
    for (const auto path : paths) {
      if (const auto value = members.values[path]) return TokenCount(*value);
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

std::optional<Path> find_top(std::string_view name) {
  switch (name.size()) {
    case 12:
      if (name == "input_tokens") return kInput;
      break;
    case 13:
      if (name == "prompt_tokens") return kPrompt;
      if (name == "output_tokens") return kOutput;
      break;
    case 17:
      if (name == "completion_tokens") return kCompletion;
      break;
    case 20:
      if (name == "input_tokens_details") return kInputDetails;
      break;
    case 21:
      if (name == "prompt_tokens_details") return kPromptDetails;
      if (name == "output_tokens_details") return kOutputDetails;
      break;
    case 23:
      if (name == "prompt_cache_hit_tokens") return kCacheHit;
      break;
    case 25:
      if (name == "completion_tokens_details") return kCompletionDetails;
      break;
    default:
      break;
  }
  return std::nullopt;
}

std::optional<Path> find_detail(std::string_view group, std::string_view name) {
  const auto of = find_top(group);
  if (!of) return std::nullopt;
  if (name == "cached_tokens") {
    if (*of == kPromptDetails) return kCached;
    if (*of == kInputDetails) return kInputCached;
  } else if (name == "reasoning_tokens") {
    if (*of == kCompletionDetails) return kReasoning;
    if (*of == kOutputDetails) return kOutputReasoning;
  } else if (name == "audio_tokens") {
    if (*of == kPromptDetails) return kAudioIn;
    if (*of == kCompletionDetails) return kAudioOut;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Usage> parse_usage(std::string_view json) {
  std::array<json::Member, kPaths.size()> found;
  if (!json::scan_object(json, kPaths, found, Origin::kUpstream)) return std::nullopt;
  Members members;
  for (std::size_t path = 0; path < kPaths.size(); ++path) {
    members.present[path] = found[path].present();
    members.values[path] = json::find_uint(json, found[path]);
  }
  return make_usage(members);
}

void write_chat_usage(json::Writer& writer, const Usage& usage) {
  writer.begin_object().member("prompt_tokens", usage.input().value());
  writer.member("completion_tokens", usage.output.value());
  writer.member("total_tokens", usage.total().value());
  writer.key("prompt_tokens_details").begin_object();
  writer.member("cached_tokens", usage.cache_read.value());
  writer.member("audio_tokens", usage.audio_input.value());
  const auto written = usage.cache_write_5m + usage.cache_write_1h;
  if (written.value() > 0) writer.member("cache_write_tokens", written.value());
  writer.end_object().key("completion_tokens_details").begin_object();
  writer.member("reasoning_tokens", usage.reasoning.value());
  writer.member("audio_tokens", usage.audio_output.value());
  writer.end_object().end_object();
}

void write_responses_usage(json::Writer& writer, const Usage& usage) {
  writer.begin_object().member("input_tokens", usage.input().value());
  writer.key("input_tokens_details").begin_object();
  writer.member("cached_tokens", usage.cache_read.value()).end_object();
  writer.member("output_tokens", usage.output.value());
  writer.key("output_tokens_details").begin_object();
  writer.member("reasoning_tokens", usage.reasoning.value()).end_object();
  writer.member("total_tokens", usage.total().value()).end_object();
}

CountsReading read_usage(const json::Counts& counts, std::optional<Usage>& usage) {
  Members members;
  for (const auto& item : counts.items()) {
    const auto path = item.group.empty() ? find_top(item.name) : find_detail(item.group, item.name);
    if (!path) continue;
    if (members.present[*path]) return CountsReading::kOdd;
    members.present[*path] = true;
    members.values[*path] = item.value;
  }
  usage = make_usage(members);
  return CountsReading::kRead;
}

}  // namespace tidegate::llm::openai
