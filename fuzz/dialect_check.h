// What the fuzz targets of all dialects ask of requests and replies.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/error.h"
#include "json/scan.h"
#include "llm/call.h"
#include "llm/conversation/dialect.h"
#include "llm/conversation/steps_fixture.h"

namespace tidegate::llm::fuzz {

inline void require(bool condition) {
  if (!condition) std::abort();
}

// The input as a text behind `skip` bytes that steer the target.
inline std::string_view text_of(const std::uint8_t* data, std::size_t size, std::size_t skip = 0) {
  return {reinterpret_cast<const char*>(data + skip), size - skip};
}

// What is wrapped on its way grows deeper: a long text may reach the limit of depth by that.
inline void require_json(std::string_view written, std::string_view input) {
  require(json::validate(written, Origin::kInternal) || input.size() > json::kMaxDepth / 2);
}

using ReadRequest = Result<void> (*)(std::string_view, const PathFacts&, Conversation&, Arena&);
using WriteRequest = void (*)(const Conversation&, const Target&, std::string&, Losses&);

// A request is read, or refused with a reason; what was read is written as valid JSON, which
// `read_again` takes. Returns what was written; empty: nothing.
inline std::string check_request(std::string_view body, ReadRequest read, WriteRequest write,
                                 ReadRequest read_again, const Target& target,
                                 const PathFacts& path = {}) {
  Arena arena;
  Conversation conversation;
  if (const auto result = read(body, path, conversation, arena); !result) {
    require(!result.error().detail.empty());
    return {};
  }
  Losses losses;
  std::string out;
  write(conversation, target, out, losses);
  require_json(out, body);
  if (!json::validate(out, Origin::kInternal)) return {};
  Conversation again;
  require(read_again(out, path, again, arena).has_value());
  return out;
}

// The same within one dialect, where what was written is read and written once more.
inline void check_own_request(std::string_view body, ReadRequest read, WriteRequest write,
                              std::string_view model, const PathFacts& path = {}) {
  const auto object = json::validate(body, Origin::kDownstream);
  if (!object) return;
  Target target;
  target.model = model;
  const auto first = check_request(object->of(body), read, write, read, target, path);
  if (first.empty()) return;
  require(!check_request(first, read, write, read, target, path).empty());
}

inline constexpr Caller kCaller{.model = "m", .include_usage = true, .fallback_id = "id", .now = 1};

// A whole reply is read, or refused; what was read is written as valid JSON.
template <class Read, class Write>
void check_whole(std::string_view text, const Read& read, const Write& write) {
  Arena arena;
  const auto reply = read(text, arena);
  if (!reply) return;
  std::string out;
  write(*reply, kCaller, out);
  require_json(out, text);
}

// Every split of a stream makes the same steps, in an order that the grammar allows. `make` makes a
// fresh reader (unique_ptr).
template <class Make>
void check_splits(std::string_view stream, std::size_t step, const Make& make) {
  const auto read = [&](std::size_t size) {
    std::vector<std::string_view> pieces;
    for (std::size_t at = 0; at < stream.size(); at += size) {
      pieces.push_back(stream.substr(at, size));
    }
    const auto reader = make();
    const auto steps = read_pieces(*reader, pieces);
    require(!steps.starts_with("grammar: "));
    return steps;
  };
  require(read(step) == read(stream.size() + 1));
}

// What a caller gets of a stream, as far as it could be understood.
template <class Make>
std::string write_stream(std::string_view stream, const Make& make, StreamWriter& writer) {
  const auto reader = make();
  std::vector<ReplyStep> steps;
  std::string out;
  const bool good = reader->feed(stream, steps).has_value();
  for (const auto& step : steps) writer.write(step, out);
  steps.clear();
  if (good && reader->finish(steps)) {
    for (const auto& step : steps) writer.write(step, out);
  }
  return out;
}

// A stream that the gateway has written is understood.
template <class Make>
void check_readable(std::string_view written, const Make& make) {
  const auto reader = make();
  std::vector<ReplyStep> steps;
  require(reader->feed(written, steps).has_value() && reader->finish(steps).has_value());
}

}  // namespace tidegate::llm::fuzz
