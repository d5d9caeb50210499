#include "http/h2_state.h"

#include <algorithm>
#include <array>
#include <memory>

#include "base/check.h"

namespace tidegate::http {
namespace {

constexpr std::size_t kFirstOutputBytes = 4096;
// Gaps in the stream ids that are remembered; clients in use leave none.
constexpr std::size_t kMaxSkippedRanges = 16;

struct OptionDeleter {
  void operator()(nghttp2_option* option) const { nghttp2_option_del(option); }
};
struct CallbacksDeleter {
  void operator()(nghttp2_session_callbacks* callbacks) const {
    nghttp2_session_callbacks_del(callbacks);
  }
};

std::unique_ptr<nghttp2_option, OptionDeleter> make_options() {
  nghttp2_option* option = nullptr;
  TIDEGATE_CHECK(nghttp2_option_new(&option) == 0);
  nghttp2_option_set_no_auto_window_update(option, 1);
  nghttp2_option_set_max_continuations(option, 8);
  nghttp2_option_set_max_outbound_ack(option, 1000);
  // Our own buckets count resets of both directions and answer with ENHANCE_YOUR_CALM; this one
  // only backs them.
  nghttp2_option_set_stream_reset_rate_limit(option, 10'000, 1'000);
  return std::unique_ptr<nghttp2_option, OptionDeleter>(option);
}

void submit_settings(nghttp2_session* session, H2Role role, const H2Options& options) {
  std::array<nghttp2_settings_entry, 4> settings;
  std::size_t count = 0;
  settings[count++] = {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, options.stream_window_bytes};
  settings[count++] = {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, options.max_header_list_bytes};
  if (role == H2Role::kServer) {
    settings[count++] = {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, options.max_streams};
    settings[count++] = {NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1};
  } else {
    settings[count++] = {NGHTTP2_SETTINGS_ENABLE_PUSH, 0};
  }
  nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings.data(), count);
  nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0,
                                        static_cast<std::int32_t>(options.connection_window_bytes));
}

}  // namespace

H2State::H2State(H2Role session_role, H2SessionListener& session_listener,
                 const H2Options& session_options)
    : listener(session_listener),
      options(session_options),
      role(session_role),
      resets(session_options.resets),
      control_frames(session_options.control_frames) {
  const std::unique_ptr<nghttp2_session_callbacks, CallbacksDeleter> callbacks(make_h2_callbacks());
  const auto option = make_options();
  const auto make =
      role == H2Role::kServer ? nghttp2_session_server_new2 : nghttp2_session_client_new2;
  TIDEGATE_CHECK(make(&session, callbacks.get(), this, option.get()) == 0);
  submit_settings(session, role, options);
}

H2State::~H2State() {
  nghttp2_session_del(session);
  while (streams != nullptr) remove_stream(*streams);
}

H2Stream* H2State::find(StreamId id) const {
  if (failed || id <= 0) return nullptr;
  return static_cast<H2Stream*>(nghttp2_session_get_stream_user_data(session, id));
}

H2Stream& H2State::add_stream(StreamId id, H2StreamListener& owner) {
  auto* const stream = new H2Stream(id, owner);
  stream->next = streams;
  if (streams != nullptr) streams->previous = stream;
  streams = stream;
  ++stream_count;
  return *stream;
}

void H2State::remove_stream(H2Stream& stream) {
  if (stream.previous != nullptr)
    stream.previous->next = stream.next;
  else
    streams = stream.next;
  if (stream.next != nullptr) stream.next->previous = stream.previous;
  --stream_count;
  if (stream.blocked) --blocked_count;
  delete &stream;
}

void H2State::note_close(H2Stream& stream, H2Error code) {
  if (stream.closed) return;
  stream.closed = true;
  note({.kind = H2Event::Kind::kClose, .stream = &stream, .code = code});
}

void H2State::pump() {
  const bool was_empty = output.empty();
  while (output.size() < max_control_bytes()) {
    const std::uint8_t* bytes = nullptr;
    const ssize_t length = nghttp2_session_mem_send(session, &bytes);
    if (length < 0 && !failed) {
      failed.emplace(ErrorCode::kInternal, Origin::kInternal,
                     nghttp2_strerror(static_cast<int>(length)));
    }
    if (length <= 0) break;
    if (output.capacity() < kFirstOutputBytes) output.reserve(kFirstOutputBytes);
    output.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length));
  }
  if (was_empty && !output.empty()) listener.on_output();
}

void H2State::deliver() {
  if (delivering) return;
  delivering = true;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const H2Event event = events[i];  // the vector may grow meanwhile
    deliver(event);
  }
  events.clear();
  delivering = false;
}

void H2State::deliver(const H2Event& event) {
  if (event.kind == H2Event::Kind::kGoaway) return listener.on_goaway(event.code);
  H2Stream& stream = *event.stream;
  if (event.kind == H2Event::Kind::kClose) {
    stream.listener.on_close(event.code);
    return remove_stream(stream);
  }
  if (stream.reset && !stream.finished) return;
  switch (event.kind) {
    case H2Event::Kind::kRequest:
      return stream.listener.on_request(*stream.request);
    case H2Event::Kind::kRefused:
      return stream.listener.on_refused(*stream.request, *stream.refused);
    case H2Event::Kind::kInterim:
      return stream.listener.on_interim(*event.response);
    case H2Event::Kind::kResponse:
      return stream.listener.on_response(*event.response);
    case H2Event::Kind::kData:
      return stream.listener.on_data(event.data);
    case H2Event::Kind::kTrailers:
      return stream.listener.on_trailers(*stream.trailers);
    case H2Event::Kind::kEnd:
      return stream.listener.on_end();
    case H2Event::Kind::kClose:
    case H2Event::Kind::kGoaway:
      return;
  }
}

void H2State::deliver_writable() {
  if (blocked_count == 0 || delivering) return;
  delivering = true;
  for (H2Stream* stream = streams; stream != nullptr; stream = stream->next) {
    if (!stream->blocked || find(stream->id) != stream || room(*stream) == 0) continue;
    stream->blocked = false;
    --blocked_count;
    stream->listener.on_writable();
  }
  delivering = false;
}

std::size_t H2State::room(const H2Stream& stream) const {
  const std::int32_t window =
      std::min(nghttp2_session_get_stream_remote_window_size(session, stream.id),
               nghttp2_session_get_remote_window_size(session));
  if (window <= 0 || output.size() >= options.max_output_bytes) return 0;
  return std::min(static_cast<std::size_t>(window), options.max_output_bytes - output.size());
}

void H2State::count(RateBucket& bucket, std::string_view what) {
  if (!bucket.take(now)) terminate(ErrorCode::kLimit, what, H2Error::kEnhanceYourCalm);
}

void H2State::check_stream_order(StreamId id) {
  if (id > highest_id) {
    const StreamId first = highest_id == 0 ? 1 : highest_id + 2;
    if (id > first && skipped.size() < kMaxSkippedRanges) skipped.emplace_back(first, id - 2);
    highest_id = id;
    return;
  }
  const bool back = std::ranges::any_of(
      skipped, [id](const auto& range) { return id >= range.first && id <= range.second; });
  if (back) {
    terminate(ErrorCode::kProtocolViolation, "stream id below an earlier one",
              H2Error::kProtocolError);
  }
}

void H2State::terminate(ErrorCode code, std::string_view what, H2Error goaway) {
  if (failed) return;
  const Origin origin = role == H2Role::kServer ? Origin::kDownstream : Origin::kUpstream;
  failed.emplace(code, origin, std::string(what));
  nghttp2_session_terminate_session(session, static_cast<std::uint32_t>(goaway));
}

}  // namespace tidegate::http
