// What the upstream can answer. A request names its reply in the field `x-bench-reply`, which every
// proxy passes through:   (absent) or json   one chat completion
//            chunked            the same in chunked coding
//            echo               the request's own body
//            burst              a whole SSE stream in one write
//            prose              the same of words
//            paced RATE EVENTS  an SSE stream of EVENTS tokens at RATE per second, each with its
//            own instant
// What is sent to a path of Anthropic's Messages API is answered in its format: one message, or,
// where the body asks for a stream, a whole stream in one write.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bench/load/instant.h"

namespace tidegate::bench {

struct ReplyPlan {
  enum class Kind : std::uint8_t {
    kJson,
    kChunked,
    kEcho,
    kBurst,
    kProse,
    kPaced,
    kMessage
  } kind = Kind::kJson;
  Duration interval{0};  // kPaced: between events
  int events = 0;        // kPaced
  enum class Format : std::uint8_t { kChat, kMessages } format = Format::kChat;  // kPaced
};

// An unknown reply counts as json: the client notices by the length.
ReplyPlan parse_reply_plan(std::string_view field);
// The plan for a request by its head alone; `field` as above.
ReplyPlan plan_reply(std::string_view head, std::string_view field);

// Whole replies, made once.
struct Replies {
  Replies();
  std::string json;
  std::string chunked;
  std::string burst;
  std::string prose;
  std::string message;
  std::string message_burst;
  std::string message_head;  // of a paced stream of Messages
  std::string message_end;
  // For a request to the Messages API with this body.
  const std::string& find_message(std::string_view body) const;
  std::string stream_head;  // of a paced stream
  std::string stream_end;   // its last events and the end of the body
};

std::string make_echo_reply(std::string_view body);

}  // namespace tidegate::bench
