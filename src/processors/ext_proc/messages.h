// The messages of external processing as plain values; what they are on the wire is in messages.cc.
// Source: Envoy API v3, envoy.service.ext_proc.v3.   Thread: pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"

namespace tidegate::processors::ext_proc {

enum class BodyMode : std::uint8_t {
  kNone,
  kStreamed,
  kBuffered,
  kBufferedPartial,
  kFullDuplexStreamed,
};

// What is sent to a processor.
struct Modes {
  bool request_headers = true;
  bool response_headers = true;
  BodyMode request_body = BodyMode::kNone;
  BodyMode response_body = BodyMode::kNone;
  bool request_trailers = false;
  bool response_trailers = false;
  friend bool operator==(const Modes&, const Modes&) = default;
};

// Which part of an exchange a message is about.
enum class Part : std::uint8_t {
  kRequestHeaders,
  kResponseHeaders,
  kRequestBody,
  kResponseBody,
  kRequestTrailers,
  kResponseTrailers,
};
std::string_view to_string(Part part);

using Fields = std::vector<std::pair<std::string_view, std::string_view>>;

// What goes with a message besides the part that it is about.
struct Context {
  const Modes* modes = nullptr;  // with the first message of a stream
  bool is_observed = false;      // nobody waits for a reply
  std::vector<std::pair<std::string_view, std::variant<std::string_view, double>>> attributes;
  // By namespace: the bytes of a Struct.
  std::vector<std::pair<std::string_view, std::string_view>> metadata;
};

// Names of fields are sent in lower case.
std::string format_headers(Part part, const Fields& fields, bool end_of_stream,
                           const Context& with);
std::string format_body(Part part, std::string_view bytes, bool end_of_stream, const Context& with);
std::string format_trailers(Part part, const Fields& fields, const Context& with);

struct HeaderChange {
  enum class Kind : std::uint8_t { kAppend, kAddIfAbsent, kOverwrite, kOverwriteIfExists, kRemove };
  Kind kind = Kind::kAppend;
  std::string name;
  std::string value;
};

struct Reply {
  enum class Kind : std::uint8_t { kPart, kImmediate, kMoreTime };
  Kind kind = Kind::kPart;

  Part part = Part::kRequestHeaders;  // of kPart
  std::vector<HeaderChange> headers;  // also of kImmediate
  std::optional<std::string> body;    // what stands in its place; empty: cleared
  bool streamed = false;              // `body` is a piece of the new body, which may have others
  bool end_of_stream = false;         // of streamed: the last one
  bool replaces = false;              // CONTINUE_AND_REPLACE
  bool clear_route_cache = false;
  std::optional<Modes> mode_override;
  // By namespace: the bytes of a Struct.
  std::vector<std::pair<std::string, std::string>> metadata;

  std::uint16_t status = 0;  // of kImmediate, these; the body too
  std::optional<std::uint32_t> grpc_status;
  std::string details;

  std::chrono::milliseconds more_time{0};  // of kMoreTime
};

// Errors: kMalformed, origin upstream: no such message, none of the answers set, or a status that
//         is none.
Result<Reply> parse_reply(std::string_view bytes);

}  // namespace tidegate::processors::ext_proc
