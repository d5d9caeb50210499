#include "processors/response_cache/config.h"

#include <algorithm>

#include "decode/parts.h"
#include "decode/scalars.h"
#include "processors/read_config.h"

namespace tidegate::processors::response_cache {
namespace {

using decode::Int;
using decode::Node;
using decode::ObjectReader;
using decode::Text;

constexpr decode::Choice<RequestControls> kControls[] = {{"Honor", RequestControls::kHonor},
                                                         {"Ignore", RequestControls::kIgnore}};

constexpr decode::Choice<Match> kMatches[] = {{"Exact", Match::kExact},
                                              {"Wording", Match::kWording}};

bool is_lower_word(std::string_view word) {
  return std::ranges::none_of(word, [](char c) { return c <= ' ' || (c >= 'A' && c <= 'Z'); });
}
constexpr Text kWord{
    .min = 1, .max = 64, .valid = is_lower_word, .must = "be one word in lower case"};

constexpr std::int64_t kMiB = std::int64_t{1} << 20;

// A duration in a closed range.
void read_time(ObjectReader& object, std::string_view key, std::chrono::milliseconds least,
               std::chrono::milliseconds most, std::string_view range,
               std::chrono::milliseconds& out) {
  if (!object.optional(key, out, decode::read_duration)) return;
  if (out < least || out > most) object.fail(key, "must be " + std::string(range));
}

void read_synonyms(const Node& node, std::vector<std::string>& out) {
  ObjectReader::read_list(node, out, {.min = 2, .max = 32}, kWord);
}

bool is_key_prefix(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

void read_store(const Node& node, StoreConfig& out) {
  enum class Type : std::uint8_t { kRedis };
  constexpr decode::Choice<Type> kTypes[] = {{"Redis", Type::kRedis}};
  constexpr Text kPrefix{
      .min = 1, .max = 64, .valid = is_key_prefix, .must = "be visible ASCII characters"};
  ObjectReader object(node);
  Type type = Type::kRedis;
  object.required("type", type, decode::one_of(kTypes));
  read_time(object, "timeout", std::chrono::milliseconds(1), std::chrono::seconds(10), "1ms to 10s",
            out.timeout);
  object.optional("keyPrefix", out.key_prefix, kPrefix);
  object.optional("database", out.database, Int<std::uint32_t>{.min = 0, .max = 1023});
}

void read_object(const Node& node, Config& out) {
  using std::chrono::hours;
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  ObjectReader object(node);
  read_time(object, "ttl", seconds(1), hours(24 * 365), "1s to 8760h", out.ttl);
  out.max_ttl = std::max(out.max_ttl, out.ttl);
  read_time(object, "maxTTL", seconds(1), hours(24 * 365), "1s to 8760h", out.max_ttl);
  if (out.max_ttl < out.ttl) object.fail("maxTTL", "must not be less than ttl");
  object.optional("maxBytes", out.max_bytes,
                  Int<std::uint64_t>{.min = kMiB, .max = std::int64_t{1} << 40});
  out.max_entry_bytes = std::min(out.max_entry_bytes, out.max_bytes / 4);
  object.optional("maxEntryBytes", out.max_entry_bytes,
                  Int<std::uint64_t>{.min = 1024, .max = 32 * kMiB});
  if (out.max_entry_bytes > out.max_bytes / 4) {
    object.fail("maxEntryBytes", "must be a quarter of maxBytes at most");
  }
  object.optional("maxRequestBytes", out.max_request_bytes,
                  Int<std::uint64_t>{.min = 1024, .max = 32 * kMiB});
  if (object.has("partitionBy")) out.partition_by.clear();
  object.list("partitionBy", out.partition_by, {.max = 16}, decode::kHeaderName);
  object.list("ignore", out.ignore, {.max = 16}, Text{.min = 1, .max = 128});
  object.optional("match", out.match, decode::one_of(kMatches));
  object.list("synonyms", out.synonyms, {.max = 256}, read_synonyms);
  object.optional("requestControls", out.request_controls, decode::one_of(kControls));
  object.optional("toolCalls", out.tool_calls, decode::read_bool);
  object.object("singleFlight", [&out](ObjectReader& flight) {
    read_time(flight, "maxWait", milliseconds(0), seconds(600), "0s to 10m", out.max_wait);
  });
  object.optional("store", out.store, read_store);
  object.object("replay", [&out](ObjectReader& replay) {
    read_time(replay, "pace", milliseconds(0), seconds(1), "0s to 1s", out.pace);
  });
}

}  // namespace

std::vector<std::string> read(std::string_view json, Config& out) {
  return read_config(json, out, read_object);
}

}  // namespace tidegate::processors::response_cache
