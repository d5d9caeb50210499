#include "llm/dialect/anthropic/usage.h"

#include <algorithm>
#include <array>

#include "json/cursor.h"
#include "json/scan.h"
#include "json/value.h"

namespace tidegate::llm::anthropic {
namespace {

constexpr json::Selection kPaths{"input_tokens",
                                 "output_tokens",
                                 "cache_read_input_tokens",
                                 "cache_creation_input_tokens",
                                 "cache_creation",
                                 "cache_creation.ephemeral_5m_input_tokens",
                                 "cache_creation.ephemeral_1h_input_tokens"};
enum Path : std::size_t { kInput, kOutput, kRead, kWrite, kCreation, kWrite5m, kWrite1h };

}  // namespace

void UsageTally::add(std::string_view json) {
  std::array<json::Member, kPaths.size()> members;
  if (!json::scan_object(json, kPaths, members, Origin::kUpstream)) return;
  seen_ = true;
  const auto count = [&](Path path) { return json::find_uint(json, members[path]).value_or(0); };
  input_ = std::max(input_, count(kInput));
  output_ = std::max(output_, count(kOutput));
  cache_read_ = std::max(cache_read_, count(kRead));
  cache_write_1h_ = std::max(cache_write_1h_, count(kWrite1h));
  const auto parts = TokenCount(count(kWrite5m)) + TokenCount(count(kWrite1h));
  cache_write_ = std::max({cache_write_, count(kWrite), parts.value()});
}

std::optional<Usage> UsageTally::usage() const {
  if (!seen_) return std::nullopt;
  Usage usage;
  usage.input_uncached = TokenCount(input_);
  usage.cache_read = TokenCount(cache_read_);
  usage.cache_write_1h = TokenCount(cache_write_1h_);
  usage.cache_write_5m = TokenCount(cache_write_) - TokenCount(cache_write_1h_);
  usage.output = TokenCount(output_);
  return usage;
}

std::string_view read_service_tier(std::string_view usage) {
  const auto value = json::find_member(usage, "service_tier").value_or("");
  if (!json::is_string(value)) return {};
  const auto tier = json::unquote(value);
  return tier == "standard" ? "default" : tier;
}

void write_usage(json::Writer& writer, const Usage& usage, std::string_view service_tier) {
  const std::string_view tier = service_tier == "default" ? "standard" : service_tier;
  const bool known = tier == "standard" || tier == "priority" || tier == "batch";
  const auto write = usage.cache_write_5m + usage.cache_write_1h;
  writer.begin_object()
      .member("input_tokens", usage.input_uncached.value())
      .member("cache_creation_input_tokens", write.value())
      .member("cache_read_input_tokens", usage.cache_read.value())
      .key("cache_creation")
      .begin_object()
      .member("ephemeral_5m_input_tokens", usage.cache_write_5m.value())
      .member("ephemeral_1h_input_tokens", usage.cache_write_1h.value())
      .end_object()
      .member("output_tokens", usage.output.value());
  if (known) writer.member("service_tier", tier);
  writer.end_object();
}

}  // namespace tidegate::llm::anthropic
