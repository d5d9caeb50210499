#include "bench/load/work/payloads.h"

#include <charconv>

#include "bench/load/fatal.h"

namespace tidegate::bench {
namespace {

constexpr std::string_view kProse =
    "The tide turns twice a day, and the gate keeper writes down when. Summarise the log below in "
    "two sentences for a harbour master who has one minute, and name each vessel that waited. ";

constexpr std::string_view kTokenMark = "\"content\":\"";
constexpr std::size_t kStampDigits = 19;  // nanoseconds of a monotonic clock, with leading zeros

// `head` + prose + `tail`, exactly `bytes` long.
std::string pad_with_prose(std::string_view head, std::string_view tail, std::size_t bytes) {
  if (bytes < head.size() + tail.size())
    fatal(fmt::format("no room for a body in {} bytes", bytes));
  std::string result(head);
  const std::size_t end = bytes - tail.size();
  while (result.size() < end) result.append(kProse.substr(0, end - result.size()));
  return result.append(tail);
}

}  // namespace

std::string make_chat_request(std::size_t bytes, Streaming streaming, std::string_view model) {
  const auto head =
      fmt::format(R"({{"model":"{}","messages":[{{"role":"system","content":"You are brief."}},)"
                  R"({{"role":"user","content":")",
                  model);
  const std::string_view tail =
      streaming == Streaming::kOn
          ? R"("}],"temperature":0.2,"max_tokens":256,"stream":true,"stream_options":{"include_usage":true}})"
          : R"("}],"temperature":0.2,"max_tokens":256,"stream":false,"user":"bench"})";
  return pad_with_prose(head, tail, bytes);
}

std::string make_chat_reply() {
  return pad_with_prose(
      R"({"id":"chatcmpl-bench-0001","object":"chat.completion","created":1760000000,)"
      R"("model":"gpt-4o-mini","choices":[{"index":0,"message":{"role":"assistant","content":")",
      R"("},"finish_reason":"stop"}],"usage":{"prompt_tokens":142,"completion_tokens":58,)"
      R"("total_tokens":200,"prompt_tokens_details":{"cached_tokens":0},)"
      R"("completion_tokens_details":{"reasoning_tokens":0}}})",
      kReplyBytes);
}

std::string make_message_reply() {
  return pad_with_prose(
      R"({"id":"msg_bench0001","type":"message","role":"assistant","model":"claude-bench",)"
      R"("content":[{"type":"text","text":")",
      R"("}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":142,)"
      R"("cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":58}})",
      kReplyBytes);
}

std::string make_message_start() {
  return "event: message_start\n"
         R"(data: {"type":"message_start","message":{"id":"msg_bench0001","type":"message",)"
         R"("role":"assistant","model":"claude-bench","content":[],"stop_reason":null,)"
         R"("stop_sequence":null,"usage":{"input_tokens":142,"output_tokens":1}}})"
         "\n\nevent: content_block_start\n"
         R"(data: {"type":"content_block_start","index":0,)"
         R"("content_block":{"type":"text","text":""}})"
         "\n\n";
}

std::string make_message_event(Instant made) {
  return fmt::format(
      "event: content_block_delta\n"
      R"(data: {{"type":"content_block_delta","index":0,"delta":{{"type":"text_delta",)"
      R"("text":"{:019}"}}}})"
      "\n\n",
      made.time_since_epoch().count());
}

std::string make_message_end() {
  return "event: content_block_stop\n"
         R"(data: {"type":"content_block_stop","index":0})"
         "\n\nevent: message_delta\n"
         R"(data: {"type":"message_delta","delta":{"stop_reason":"end_turn",)"
         R"("stop_sequence":null},"usage":{"output_tokens":64}})"
         "\n\nevent: message_stop\n"
         R"(data: {"type":"message_stop"})"
         "\n\n";
}

std::string make_sse_event(Instant made) {
  std::string event = fmt::format(
      R"(data: {{"id":"chatcmpl1","object":"chat.completion.chunk","created":1760000000,)"
      R"("model":"gpt-4o","choices":[{{"index":0,"delta":{{"content":"{:019}"}},"finish_reason":null}}]}})"
      "\n\n",
      made.time_since_epoch().count());
  if (event.size() != kSseEventBytes) fatal(fmt::format("an event has {} bytes", event.size()));
  return event;
}

MadeAt find_made_at(std::string_view line) {
  const std::size_t mark = line.find(kTokenMark);
  if (mark == std::string_view::npos) return {};
  const std::string_view digits = line.substr(mark + kTokenMark.size(), kStampDigits);
  std::int64_t nanoseconds = 0;
  auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), nanoseconds);
  if (error != std::errc{} || stop != digits.data() + kStampDigits) return {};
  return {MadeAt::Kind::kToken, Instant(Duration(nanoseconds))};
}

std::string make_prose_events() {
  std::string events;
  std::string_view rest = kProse;
  for (int i = 0; i < kSseEvents; ++i) {
    if (rest.empty()) rest = kProse;
    const std::string_view word = rest.substr(0, rest.find(' ', 1));
    rest.remove_prefix(word.size());
    events += fmt::format(
        R"(data: {{"id":"chatcmpl1","object":"chat.completion.chunk","created":1760000000,)"
        R"("model":"gpt-4o","choices":[{{"index":0,"delta":{{"content":"{}"}},"finish_reason":null}}]}})"
        "\n\n",
        word);
  }
  return events;
}

std::string make_sse_end() {
  return R"(data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1760000000,)"
         R"("model":"gpt-4o","choices":[],"usage":{"prompt_tokens":142,"completion_tokens":64,)"
         R"("total_tokens":206}})"
         "\n\ndata: [DONE]\n\n";
}

std::string make_chunk(std::string_view body) {
  return fmt::format("{:x}\r\n{}\r\n", body.size(), body);
}

}  // namespace tidegate::bench
