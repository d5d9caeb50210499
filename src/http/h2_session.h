// An HTTP/2 connection without a socket: bytes in, events out; heads and data in, bytes out.
// H2Server and H2Client below add what only one side does. Wraps nghttp2, which no other header
// names.
//
// Reading:  receive(bytes) tells the listeners what the peer did, in order.
// Writing:  send_*() put frames into one buffer, so that one write carries many; the writer loop is
//             for (;;) { bytes = begin_write(); if (bytes.empty()) wait for on_output(); else send;
//             end_write(); }
//           Call begin_write() once at the start: the connection's own settings wait there.
//           send_data() takes what windows and buffer have room for; on_writable() tells when there
//           is room again.
// Windows:  the peer may send as much as was consume()d, so a consumer that stops consuming stops
// the peer.
//
// Re-entrancy:
//   - Listeners are called from receive() and begin_write() only, never from send_*(), reset() or
//   consume(); on_output()
//     is the exception: it comes from any of them and may only set a flag or an event.
//   - A listener may call every member but receive(), begin_write() and the destructor. on_stream()
//   alone must only make
//     the stream's owner.
//   - Data of on_data() lies in the bytes given to receive(). Copy it, and do not start anything
//   there that reads
//     into the same buffer: note what is to be started and start it behind receive().
//   - Bytes of begin_write() stay valid until end_write(), whatever is sent meanwhile.
// Thread: owner only.   Source: RFC 9113, RFC 8441.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/limits.h"
#include "http/h2_flood.h"
#include "http/h2_head.h"
#include "http/message.h"

namespace tidegate::http {

using StreamId = std::int32_t;

// RFC 9113 7; other values may come from a peer.
enum class H2Error : std::uint32_t {
  kNoError = 0,
  kProtocolError = 1,
  kInternalError = 2,
  kFlowControlError = 3,
  kSettingsTimeout = 4,
  kStreamClosed = 5,
  kFrameSizeError = 6,
  kRefusedStream = 7,
  kCancel = 8,
  kCompressionError = 9,
  kConnectError = 10,
  kEnhanceYourCalm = 11,
  kInadequateSecurity = 12,
  kHttp11Required = 13,
};
// "REFUSED_STREAM"; "unknown" for other values.
std::string_view to_string(H2Error code);
// What a stream closed with `code` before its message was whole means for the exchange;
// REFUSED_STREAM was never processed and is safe to retry.
Error make_stream_error(H2Error code, Origin origin);

struct H2Options {
  std::uint32_t max_streams = limits::kMaxH2Streams;  // that the peer may have open
  std::uint32_t stream_window_bytes = limits::kH2StreamWindowBytes;
  std::uint32_t connection_window_bytes = limits::kH2ConnectionWindowBytes;
  std::uint32_t max_header_list_bytes = limits::kMaxHeadBytes;  // names, values and 32 a field
  std::uint32_t max_header_count = limits::kMaxHeaderCount;
  std::size_t max_output_bytes = 64 * 1024;  // data waits behind this; control frames do not
  RateLimit resets{.burst = 200, .per_second = 50};
  RateLimit control_frames{.burst = 1000,
                           .per_second = 200};  // PING, SETTINGS, PRIORITY, empty DATA
};

// The owner of one stream. Members of the other role's messages are never called.
class H2StreamListener {
 public:
  virtual ~H2StreamListener() = default;

  // Holds heads and trailers of this stream: always the same one, alive until on_close() returned.
  virtual Arena& arena() = 0;

  // Server: the request head is complete and valid. It lives in arena().
  virtual void on_request(RequestHead& /*head*/) {}
  // Server: the head came but is refused (kHeadTooLarge: 431; kMalformed, kBadContentLength: 400).
  // `head` holds what could be read. Answer with send_response(); the request's body is thrown
  // away.
  virtual void on_refused(RequestHead& /*head*/, const Error& /*error*/) {}
  // Client: a 1xx head; the final head.
  virtual void on_interim(ResponseHead& /*head*/) {}
  virtual void on_response(ResponseHead& /*head*/) {}

  // Body bytes; call consume() once they are no longer held.
  virtual void on_data(std::string_view bytes) = 0;
  // Trailers, before on_end().
  virtual void on_trailers(HeaderMap& /*fields*/) {}
  // The peer's message is whole. Without it on_close() means the message was cut.
  virtual void on_end() = 0;
  // After send_data() took less than it was given: try again.
  virtual void on_writable() = 0;
  // The stream is gone; the last call. kNoError: both sides ended, or the server needs no more of
  // the request.
  virtual void on_close(H2Error code) = 0;
};

class H2SessionListener {
 public:
  virtual ~H2SessionListener() = default;

  // Server: a request begins. Returns its owner.
  virtual H2StreamListener& on_stream(StreamId id) = 0;
  // The peer will not take or open new streams. Client: streams it did not process close with
  // kRefusedStream.
  virtual void on_goaway(H2Error /*code*/) {}
  // There was nothing to write and now there is.
  virtual void on_output() {}
};

struct H2State;

class H2Session {
 public:
  H2Session(const H2Session&) = delete;
  H2Session& operator=(const H2Session&) = delete;

  // Takes bytes of the peer, all of them, in any split.
  // Errors: the connection cannot go on (kMalformed, kProtocolViolation; kLimit for a flood). Write
  // what begin_write()
  //         still gives (a GOAWAY), then close. Streams see no on_close() then: call abort() for
  //         that.
  Result<void> receive(std::string_view bytes, SteadyTime now);

  // The bytes to write now; empty when there are none. Stable until end_write().
  std::string_view begin_write();
  // They were written (or the connection is dead).
  void end_write();
  // Nothing is left to read or write: close the connection.
  bool done() const;

  // Frames up to what windows and the output buffer allow. Returns how many bytes were taken; less
  // than all: on_writable() will come. kYes ends the message once all bytes were taken. Errors:
  // kConnectionReset when the stream is gone.
  Result<std::size_t> send_data(StreamId id, std::string_view bytes, EndStream end);
  // Ends the message with trailers. Errors: as send_data(); kMalformed for what cannot be sent.
  Result<void> send_trailers(StreamId id, const HeaderMap& fields);
  // Resets the stream; on_close() follows, nothing else. Unknown streams are ignored.
  void reset(StreamId id, H2Error code);
  // `bytes` of on_data() are no longer held: the peer may send as many more.
  void consume(StreamId id, std::size_t bytes);
  // What send_data() would take now.
  std::size_t room(StreamId id) const;

  // Streams that were not closed yet.
  std::size_t stream_count() const;
  // Sends GOAWAY: streams that are open go on, new ones are refused. done() once they have ended.
  void shutdown(H2Error code);
  // The connection is lost: closes every stream, with on_close(code) from here.
  void abort(H2Error code);

 protected:
  explicit H2Session(std::unique_ptr<H2State> state);
  ~H2Session();
  std::unique_ptr<H2State> state_;
};

class H2Server final : public H2Session {
 public:
  explicit H2Server(H2SessionListener& listener, const H2Options& options = {});

  // Sends a 1xx head. Errors: as send_response().
  Result<void> send_interim(StreamId id, const ResponseHead& head);
  // Sends the final head; with kYes the response has no body. Hop-by-hop fields are left out,
  // content-length is written from head.body. Errors: kConnectionReset when the stream is gone,
  // kMalformed for what cannot be sent.
  Result<void> send_response(StreamId id, const ResponseHead& head, EndStream end);
  // First step of a graceful stop: tells the client to open no more streams while late ones are
  // still served. Call shutdown(kNoError) a round trip later.
  void announce_shutdown();
};

class H2Client final : public H2Session {
 public:
  explicit H2Client(H2SessionListener& listener, const H2Options& options = {});

  // Opens a stream. With head.upgrade the request is an extended CONNECT (RFC 8441). Fields as in
  // send_response(); `scheme` must be set. Errors: kUnavailable, safe to retry elsewhere: no free
  // stream, GOAWAY seen; kMalformed for what cannot be sent.
  Result<StreamId> send_request(const RequestHead& head, EndStream end, H2StreamListener& listener);
  // How many more streams the server allows now; 0 after GOAWAY.
  std::size_t free_streams() const;
  // The server's settings allow extended CONNECT.
  bool accepts_connect_protocol() const;
};

}  // namespace tidegate::http
