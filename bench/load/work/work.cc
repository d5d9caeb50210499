#include "bench/load/work/work.h"

#include <algorithm>
#include <utility>

#include "bench/load/fatal.h"
#include "bench/load/work/payloads.h"

namespace tidegate::bench {
namespace {

constexpr std::size_t kChatBytes = 700;
constexpr std::size_t k1k = 1024;
constexpr std::size_t k16k = std::size_t{16} * 1024;
constexpr std::size_t k100k = std::size_t{100} * 1024;

Work make_chat(std::size_t bytes, std::string_view reply, std::size_t reply_bytes) {
  Work work;
  work.body = make_chat_request(bytes, Streaming::kOff, kChatModel);
  work.reply = reply;
  work.expected.body_bytes = reply_bytes;
  return work;
}

// A request whose reply says what make_chat_reply() says, in whatever words.
Work make_rewritten(std::string_view model) {
  Work work;
  work.body = make_chat_request(kChatBytes, Streaming::kOff, model);
  work.expected.holds = kReplyWords;
  return work;
}

Work make_rewritten_stream(std::string_view model, std::string reply, int events) {
  Work work;
  work.body = make_chat_request(kChatBytes, Streaming::kOn, model);
  work.reply = std::move(reply);
  work.expected.events = events;
  return work;
}

std::string paced_reply(const Pace& pace) {
  return fmt::format("paced {} {}", pace.events_per_second, pace.events);
}

Work make_stream(std::string reply, int events) {
  Work work;
  work.body = make_chat_request(kChatBytes, Streaming::kOn, kChatModel);
  work.reply = std::move(reply);
  work.expected.events = events;
  work.expected.body_bytes =
      static_cast<std::size_t>(events) * kSseEventBytes + make_sse_end().size();
  return work;
}

// A stream that a filter has to read; it must come through byte for byte.
Work make_prose_stream() {
  Work work;
  work.body = make_chat_request(k1k, Streaming::kOn, kChatModel);
  work.reply = "prose";
  work.expected.body_bytes = make_prose_events().size() + make_sse_end().size();
  return work;
}

// What "chat" asks, in letters of another case.
Work make_reworded_chat() {
  Work work = make_chat(kChatBytes, "", kReplyBytes);
  std::ranges::replace(work.body, 'T', 't');
  std::ranges::replace(work.body, 'S', 's');
  return work;
}

}  // namespace

Work make_work(std::string_view name, const Pace& pace) {
  if (name == "chat") return make_chat(kChatBytes, "", kReplyBytes);
  if (name == "chat1k") return make_chat(k1k, "", kReplyBytes);
  if (name == "chat_reworded") return make_reworded_chat();
  if (name == "chat16k") return make_chat(k16k, "", kReplyBytes);
  if (name == "chat100k") return make_chat(k100k, "", kReplyBytes);
  if (name == "chunked") return make_chat(kChatBytes, "chunked", kReplyBytes);
  if (name == "echo16k") return make_chat(k16k, "echo", k16k);
  if (name == "echo100k") return make_chat(k100k, "echo", k100k);
  if (name == "burst") return make_stream("burst", kSseEvents);
  if (name == "prose") return make_prose_stream();
  if (name == "chat_rewritten") return make_rewritten(kChatModel);
  if (name == "messages") return make_rewritten(kMessagesModel);
  if (name == "messages_burst") return make_rewritten_stream(kMessagesModel, "", kSseEvents);
  if (name == "messages_paced") {
    return make_rewritten_stream(kMessagesModel, paced_reply(pace), pace.events);
  }
  if (name == "paced") return make_stream(paced_reply(pace), pace.events);
  fatal(fmt::format("no work is named '{}'", name));
}

std::string make_h1_request(const Work& work, std::string_view host) {
  std::string request = fmt::format(
      "POST {} HTTP/1.1\r\nHost: {}\r\nAccept: application/json\r\nAccept-Encoding: identity\r\n"
      "Content-Type: application/json\r\nUser-Agent: {}\r\nAuthorization: {}\r\n"
      "Content-Length: {}\r\n",
      work.path, host, kUserAgent, kClientKey, work.body.size());
  if (!work.reply.empty()) request += fmt::format("x-bench-reply: {}\r\n", work.reply);
  return request.append(work.fields).append("\r\n").append(work.body);
}

}  // namespace tidegate::bench
