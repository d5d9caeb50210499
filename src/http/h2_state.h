// What an HTTP/2 session keeps, and how nghttp2's callbacks become events. Internal: this header
// names nghttp2.
//
// Callbacks of nghttp2 must not call back into it to read or write, so they only note events here;
// deliver() tells the listeners outside of nghttp2. Thread: owner only.
#pragma once

#include <nghttp2/nghttp2.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "http/h2_fields.h"
#include "http/h2_session.h"

namespace tidegate::http {

struct H2Stream {
  H2Stream(StreamId stream_id, H2StreamListener& owner) : id(stream_id), listener(owner) {}

  StreamId id;
  H2StreamListener& listener;
  H2Stream* previous = nullptr;  // of all streams of the session
  H2Stream* next = nullptr;

  // Receiving. Heads live in the listener's arena.
  RequestHead* request = nullptr;    // server
  ResponseHead* response = nullptr;  // client: the block being read
  HeaderMap* trailers = nullptr;     // null: the block being read is a head
  std::size_t list_bytes = 0;        // of the block being read
  std::size_t field_count = 0;
  std::optional<Error> refused;
  std::size_t unconsumed = 0;  // bytes of on_data not consumed yet
  std::string_view method;     // of the request, in the arena
  bool head_done = false;      // request or final response was read
  bool ended = false;          // the peer sent END_STREAM
  bool reset = false;          // by us: tell the listener only of the close
  bool closed = false;         // the close was noted

  // Sending.
  std::string_view pending;  // borrowed for the time of one send_data()
  bool end = false;          // END_STREAM follows the last byte
  bool headed = false;       // the final head was submitted
  bool finished = false;     // nothing more may be sent
  bool blocked = false;      // waits for on_writable()
};

struct H2Event {
  enum class Kind : std::uint8_t {
    kRequest,
    kRefused,
    kInterim,
    kResponse,
    kData,
    kTrailers,
    kEnd,
    kClose,
    kGoaway
  };
  Kind kind;
  H2Stream* stream = nullptr;
  std::string_view data;
  ResponseHead* response = nullptr;
  H2Error code = H2Error::kNoError;
};

enum class H2Role : std::uint8_t { kServer, kClient };

struct H2State {
  H2State(H2Role role, H2SessionListener& listener, const H2Options& options);
  ~H2State();
  H2State(const H2State&) = delete;
  H2State& operator=(const H2State&) = delete;

  // The open stream of that id; null when nghttp2 has closed it.
  H2Stream* find(StreamId id) const;
  H2Stream& add_stream(StreamId id, H2StreamListener& owner);
  void remove_stream(H2Stream& stream);
  // Moves frames from nghttp2 to `output`. Never inside a callback of nghttp2.
  void pump();
  // Data waits for max_output_bytes (see read_pending); other frames may stand behind it up to
  // this, then stay with nghttp2, which closes on a peer that makes it keep too many.
  std::size_t max_control_bytes() const { return 4 * options.max_output_bytes; }
  // Tells the listeners what was noted. Nested calls do nothing: the outer one goes on.
  void deliver();
  void deliver(const H2Event& event);
  // Tells streams that wait for room, where there is some.
  void deliver_writable();
  std::size_t room(const H2Stream& stream) const;
  // Counts against a bucket; over it: GOAWAY(ENHANCE_YOUR_CALM).
  void count(RateBucket& bucket, std::string_view what);
  // Server: HEADERS came for that stream. Going back to one that was skipped is a connection error
  // (RFC 9113 5.1.1), which nghttp2 lets pass.
  void check_stream_order(StreamId id);
  // Sends GOAWAY and ends the connection with this error.
  void terminate(ErrorCode code, std::string_view what, H2Error goaway);
  void note(const H2Event& event) { events.push_back(event); }
  void note(H2Event::Kind kind, H2Stream& stream) { note({.kind = kind, .stream = &stream}); }
  // nghttp2 may report the end of one stream twice (a request that could not be sent).
  void note_close(H2Stream& stream, H2Error code);

  nghttp2_session* session = nullptr;
  H2SessionListener& listener;
  H2Options options;
  H2Role role;
  H2FieldList fields;  // scratch
  RateBucket resets;
  RateBucket control_frames;
  SteadyTime now{};
  StreamId highest_id = 0;                             // that a HEADERS frame named
  std::vector<std::pair<StreamId, StreamId>> skipped;  // ids never used, first and last
  H2Stream* reading = nullptr;  // whose header block comes in: no other frame may stand within it
  H2Stream* streams = nullptr;
  std::size_t stream_count = 0;
  std::size_t blocked_count = 0;
  std::vector<H2Event> events;
  std::string output;   // grows
  std::string writing;  // given out by begin_write()
  std::optional<Error> failed;
  bool delivering = false;
};

// The callbacks, in h2_callbacks.cc; user_data is the H2State. The caller frees them.
nghttp2_session_callbacks* make_h2_callbacks();

// Reads stream->pending for nghttp2.
nghttp2_data_provider make_data_provider(H2Stream& stream);

}  // namespace tidegate::http
