// Reads HTTP/1.1 messages off a connection, one after the other, at any split of the bytes.
// Understands what the bench needs: Content-Length and chunked bodies; a response without either is
// an error, so that a reply cut short can never count as a success. Independent of the gateway's
// codec on purpose.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidegate::bench {

// The value of a header field in a head as handed to `on_head`; empty when absent. `name` is lower
// case.
std::string_view find_field(std::string_view head, std::string_view name);

// Status code of a response head; 0 when it has none.
int status_of(std::string_view head);

// Receives one message at a time. Views are valid during the call only.
class MessageSink {
 public:
  virtual ~MessageSink() = default;
  virtual void on_head(
      std::string_view head) = 0;  // start line and fields, each line with its CRLF
  virtual void on_body(std::string_view piece) = 0;  // in order, chunk framing removed
};

class H1Reader {
 public:
  enum class Role : std::uint8_t { kRequests, kResponses };
  enum class Progress : std::uint8_t { kIncomplete, kComplete, kMalformed };

  H1Reader(Role role, MessageSink& sink) : role_(role), sink_(sink) {}

  // Consumes bytes from the front of `bytes`, up to the end of the current message.
  // Returns: kComplete once per message (call again with the rest); kMalformed is final.
  Progress feed(std::string_view& bytes);

 private:
  enum class Part : std::uint8_t { kHead, kLength, kChunkSize, kChunkData, kChunkEnd, kTrailers };

  Progress read_head(std::string_view& bytes);
  Progress begin_body(std::string_view head);
  Progress read_length(std::string_view& bytes);
  Progress read_chunked(std::string_view& bytes);
  Progress take_chunk_line();
  // Moves one line into carry_; false when it is not complete yet.
  bool read_line(std::string_view& bytes);

  Role role_;
  MessageSink& sink_;
  Part part_ = Part::kHead;
  std::uint64_t left_ = 0;  // bytes of the body or of the current chunk
  std::string carry_;       // an incomplete head or chunk line
};

}  // namespace tidegate::bench
