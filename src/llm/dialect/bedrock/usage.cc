#include "llm/dialect/bedrock/usage.h"

#include <algorithm>

#include "json/cursor.h"
#include "json/value.h"

namespace tidegate::llm::bedrock {
namespace {

TokenCount count_of(std::string_view object, std::string_view name) {
  return TokenCount(json::parse_uint(json::find_member(object, name).value_or("")).value_or(0));
}

}  // namespace

std::optional<Usage> read_usage(std::string_view usage) {
  if (!json::is_object(usage)) return std::nullopt;
  Usage out;
  out.input_uncached = count_of(usage, "inputTokens");
  out.cache_read = count_of(usage, "cacheReadInputTokens");
  out.output = count_of(usage, "outputTokens");
  TokenCount five_minutes;
  json::ArrayCursor details(json::find_member(usage, "cacheDetails").value_or(""));
  while (const auto detail = details.next()) {
    const bool hour = json::find_member(*detail, "ttl") == "\"1h\"";
    (hour ? out.cache_write_1h : five_minutes) += count_of(*detail, "inputTokens");
  }
  const auto all =
      std::max(count_of(usage, "cacheWriteInputTokens"), five_minutes + out.cache_write_1h);
  out.cache_write_5m = all - out.cache_write_1h;
  return out;
}

void write_usage(json::Writer& writer, const Usage& usage) {
  writer.begin_object()
      .member("inputTokens", usage.input_uncached.value())
      .member("outputTokens", usage.output.value())
      .member("totalTokens", usage.total().value())
      .member("cacheReadInputTokens", usage.cache_read.value())
      .member("cacheWriteInputTokens", (usage.cache_write_5m + usage.cache_write_1h).value());
  const auto detail = [&](std::string_view ttl, TokenCount count) {
    if (count == TokenCount(0)) return;
    writer.begin_object().member("ttl", ttl).member("inputTokens", count.value()).end_object();
  };
  if (usage.cache_write_5m + usage.cache_write_1h > TokenCount(0)) {
    writer.key("cacheDetails").begin_array();
    detail("1h", usage.cache_write_1h);
    detail("5m", usage.cache_write_5m);
    writer.end_array();
  }
  writer.end_object();
}

}  // namespace tidegate::llm::bedrock
