// Heads and trailers of HTTP/1 messages: values in, bytes out.
//
// What goes out is always one unambiguous message: the framing fields (Content-Length,
// Transfer-Encoding), Host and Connection are written here from the head's own members; hop-by-hop
// fields and those that Connection names are left out; everything else keeps its order and
// spelling. CR, LF, NUL and other bytes that could end a line early are refused, wherever the head
// came from.
//
// A client may name any field in Connection. To keep it from removing fields that the gateway adds
// (such as X-Forwarded-For), call remove_hop_by_hop() on the received head before adding any.
// Thread: owner only.   Source: RFC 9110 7.6.1, RFC 9112 3, 4, 6.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/arena.h"
#include "base/error.h"
#include "http/message.h"

namespace tidegate::http {

// Bytes being put together in an arena, for one send; the arena must outlive the views.
class HeadBuffer {
 public:
  explicit HeadBuffer(Arena& arena) : arena_(&arena) {}

  void append(std::string_view text);
  // "name: value" and the line end.
  void append_line(std::string_view name, std::string_view value);
  // Room for `bytes` more without moving.
  void reserve(std::size_t bytes);
  // All that was appended; valid until the next append or reserve.
  std::string_view view() const { return {data_, size_}; }
  std::size_t size() const { return size_; }
  // Forgets what stands behind the first `bytes`.
  void truncate(std::size_t bytes) { size_ = bytes; }
  void clear() { size_ = 0; }

 private:
  Arena* arena_;
  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

// What the Connection field of an outgoing head says.
enum class H1Connection : std::uint8_t {
  kKeepAlive,
  kClose,
  kUpgrade,  // request: to head.upgrade; response: to what its Upgrade field says (101)
};

// How the body behind a formatted head must be written.
enum class BodyFraming : std::uint8_t {
  kNone,        // nothing follows
  kLength,      // exactly head.body.bytes
  kChunked,     // chunk framing, see chunked.h
  kUntilClose,  // bare bytes, then close the connection
};

// Appends a request head for HTTP/1.1, with the request line made of method, target (authority for
// CONNECT) and Host made of head.authority. Errors: kMalformed, origin downstream: a name, value,
// method, target or authority that cannot go on the wire.
//         Nothing is appended then.
Result<BodyFraming> format_request_head(const RequestHead& head, H1Connection connection,
                                        HeadBuffer& out);

// What a response is the answer to.
struct ResponseContext {
  std::string_view request_method;
  Version peer_version = Version::kHttp11;  // of the client
  H1Connection connection = H1Connection::kKeepAlive;
};

// Appends a response head. A body of unknown length becomes chunked for an HTTP/1.1 client, so that
// the connection lives on and a cut is seen as one; for an HTTP/1.0 client it becomes kUntilClose
// with "Connection: close". Content-Length of the fields survives where there is no body but the
// length has a meaning (HEAD, 304). Errors: kMalformed, origin upstream. Nothing is appended then.
Result<BodyFraming> format_response_head(const ResponseHead& head, const ResponseContext& context,
                                         HeadBuffer& out);

// Appends the last chunk, the trailers and the empty line. Fields that must not be trailers are
// left out. Errors: kMalformed, origin internal, for bytes that cannot go on the wire.
Result<void> format_trailers(const HeaderMap& trailers, HeadBuffer& out);

// "TE: trailers" is hop-by-hop in HTTP/1 but stays in an HTTP/2 request (gRPC needs it).
enum class TeField : std::uint8_t { kRemove, kKeepTrailers };

// Removes connection-specific fields and those that Connection names, from a received head of
// either version.
void remove_hop_by_hop(HeaderMap& fields, TeField te);

}  // namespace tidegate::http
