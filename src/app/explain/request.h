// The question of `tidegate explain` as the data plane would read it off a connection.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "app/explain/explain.h"
#include "base/arena.h"
#include "http/message.h"

namespace tidegate::app {

struct ParsedRequest {
  ParsedRequest() : head(arena) {}
  // With the bytes behind it that a scanner may read.
  std::string_view body() const { return std::string_view(padded_body).substr(0, body_bytes); }

  Arena arena;
  std::string text;  // the head, as a client would send it
  std::string padded_body;
  std::size_t body_bytes = 0;
  http::RequestHead head;
  std::string host;  // without port
  bool tls = false;
  std::optional<std::uint16_t> port;  // absent: the URL is only a path, any listener will do
};

// Errors: kInvalidConfig for a URL that is none; those of http::parse_request_head.
Result<std::unique_ptr<ParsedRequest>> parse_request(const Question& question);

}  // namespace tidegate::app
