// One kind of request and the reply that it must get. Both roles of the binary share it, so a reply
// that was shortened, altered or answered by somebody else is noticed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tidegate::bench {

struct Expected {
  int status = 200;
  std::size_t body_bytes = 0;  // 0: any, for replies that are written anew on their way
  std::string_view holds;      // text that such a reply must hold; empty: any
  int events = 0;              // SSE events that carry a token; 0: not a stream
};

struct Work {
  std::string path = "/v1/chat/completions";
  std::string body;
  std::string reply;   // value of x-bench-reply; empty: the field is not sent
  std::string fields;  // more lines of the head, each with its CRLF; HTTP/1.1 only
  Expected expected;
};

struct Pace {
  int events_per_second = 50;
  int events = 64;
};

// Names: chat (700 bytes), chat1k, chat16k, chat100k, chunked, echo16k, echo100k, burst, paced;
// prose (a burst of words); chat_reworded (chat, spelled otherwise);
// chat_rewritten (chat through a proxy that writes replies anew), messages and messages_burst (chat
// that the gateway takes to a server of Anthropic's Messages API). Ends the process on another.
Work make_work(std::string_view name, const Pace& pace);

// The whole HTTP/1.1 request. `host` is the value of Host.
std::string make_h1_request(const Work& work, std::string_view host);

// What every request carries besides its body, as an OpenAI client would send it.
inline constexpr std::string_view kUserAgent = "OpenAI/Python 1.99.0";
inline constexpr std::string_view kClientKey =
    "Bearer sk-client-key-0123456789abcdef0123456789abcdef";

}  // namespace tidegate::bench
