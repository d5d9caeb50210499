#include "bench/load/upstream/replies.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "bench/load/work/payloads.h"

namespace tidegate::bench {
namespace {

constexpr std::string_view kHead =
    "HTTP/1.1 200 OK\r\nserver: bench-model\r\nx-request-id: req-0123456789abcdef\r\n"
    "openai-processing-ms: 12\r\n";

std::string with_length(std::string_view type, std::string_view body) {
  return fmt::format("{}content-type: {}\r\ncontent-length: {}\r\n\r\n{}", kHead, type, body.size(),
                     body);
}

// Takes the number at the front of `text` and the spaces before it; zero when there is none.
int take_number(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  int value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value).ptr;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

}  // namespace

ReplyPlan parse_reply_plan(std::string_view field) {
  using Kind = ReplyPlan::Kind;
  if (field == "chunked") return {.kind = Kind::kChunked};
  if (field == "echo") return {.kind = Kind::kEcho};
  if (field == "burst") return {.kind = Kind::kBurst};
  if (field == "prose") return {.kind = Kind::kProse};
  if (!field.starts_with("paced ")) return {};
  field.remove_prefix(6);
  const int per_second = std::max(1, take_number(field));
  const int events = std::max(1, take_number(field));
  return {.kind = Kind::kPaced,
          .interval = Duration(std::chrono::seconds(1)) / per_second,
          .events = events};
}

ReplyPlan plan_reply(std::string_view head, std::string_view field) {
  auto plan = parse_reply_plan(field);
  if (!head.starts_with("POST /v1/messages ")) return plan;
  plan.format = ReplyPlan::Format::kMessages;
  if (plan.kind != ReplyPlan::Kind::kPaced) plan.kind = ReplyPlan::Kind::kMessage;
  return plan;
}

const std::string& Replies::find_message(std::string_view body) const {
  return body.find("\"stream\":true") == std::string_view::npos ? message : message_burst;
}

Replies::Replies() {
  const std::string reply = make_chat_reply();
  json = with_length("application/json", reply);
  chunked =
      fmt::format("{}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n{}{}",
                  kHead, make_chunk(reply), kLastChunk);
  stream_head = fmt::format(
      "{}content-type: text/event-stream\r\ncache-control: no-cache\r\n"
      "transfer-encoding: chunked\r\n\r\n",
      kHead);
  stream_end = make_chunk(make_sse_end()).append(kLastChunk);
  burst = stream_head;
  for (int i = 0; i < kSseEvents; ++i) burst += make_chunk(make_sse_event(Instant{}));
  burst += stream_end;
  prose = stream_head + make_chunk(make_prose_events()) + stream_end;
  message = with_length("application/json", make_message_reply());
  message_head = stream_head + make_chunk(make_message_start());
  message_end = make_chunk(make_message_end()).append(kLastChunk);
  message_burst = message_head;
  for (int i = 0; i < kSseEvents; ++i) message_burst += make_chunk(make_message_event(Instant{}));
  message_burst += message_end;
}

std::string make_echo_reply(std::string_view body) { return with_length("application/json", body); }

}  // namespace tidegate::bench
