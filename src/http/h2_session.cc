#include "http/h2_session.h"

#include <algorithm>

#include "http/h2_state.h"

namespace tidegate::http {
namespace {

// Bytes given to nghttp2 between two deliveries: bounds the streams that one read can open and
// reset unseen.
constexpr std::size_t kReceiveSliceBytes = 16 * 1024;

Error receive_error(ssize_t code, H2Role role) {
  const Origin origin = role == H2Role::kServer ? Origin::kDownstream : Origin::kUpstream;
  if (code == NGHTTP2_ERR_BAD_CLIENT_MAGIC) {
    return Error(ErrorCode::kMalformed, origin, "not an HTTP/2 connection preface");
  }
  return Error(ErrorCode::kProtocolViolation, origin, nghttp2_strerror(static_cast<int>(code)));
}

std::unexpected<Error> stream_gone(const H2State& state) {
  const Origin origin = state.role == H2Role::kServer ? Origin::kDownstream : Origin::kUpstream;
  return fail(ErrorCode::kConnectionReset, origin, "HTTP/2 stream is closed");
}

std::unexpected<Error> submit_failed(int code) {
  return fail(ErrorCode::kInternal, Origin::kInternal, nghttp2_strerror(code));
}

}  // namespace

std::string_view to_string(H2Error code) {
  switch (code) {
    case H2Error::kNoError:
      return "NO_ERROR";
    case H2Error::kProtocolError:
      return "PROTOCOL_ERROR";
    case H2Error::kInternalError:
      return "INTERNAL_ERROR";
    case H2Error::kFlowControlError:
      return "FLOW_CONTROL_ERROR";
    case H2Error::kSettingsTimeout:
      return "SETTINGS_TIMEOUT";
    case H2Error::kStreamClosed:
      return "STREAM_CLOSED";
    case H2Error::kFrameSizeError:
      return "FRAME_SIZE_ERROR";
    case H2Error::kRefusedStream:
      return "REFUSED_STREAM";
    case H2Error::kCancel:
      return "CANCEL";
    case H2Error::kCompressionError:
      return "COMPRESSION_ERROR";
    case H2Error::kConnectError:
      return "CONNECT_ERROR";
    case H2Error::kEnhanceYourCalm:
      return "ENHANCE_YOUR_CALM";
    case H2Error::kInadequateSecurity:
      return "INADEQUATE_SECURITY";
    case H2Error::kHttp11Required:
      return "HTTP_1_1_REQUIRED";
  }
  return "unknown";
}

Error make_stream_error(H2Error code, Origin origin) {
  const std::string detail = "HTTP/2 stream closed: " + std::string(to_string(code));
  switch (code) {
    case H2Error::kRefusedStream:
      return Error(ErrorCode::kUnavailable, origin, detail, Retry::kSafe);
    case H2Error::kProtocolError:
    case H2Error::kFrameSizeError:
    case H2Error::kFlowControlError:
    case H2Error::kCompressionError:
    case H2Error::kStreamClosed:
      return Error(ErrorCode::kProtocolViolation, origin, detail);
    default:
      return Error(ErrorCode::kConnectionReset, origin, detail);
  }
}

H2Session::H2Session(std::unique_ptr<H2State> state) : state_(std::move(state)) {}
H2Session::~H2Session() = default;

Result<void> H2Session::receive(std::string_view bytes, SteadyTime now) {
  H2State& state = *state_;
  state.now = now;
  while (!bytes.empty() && !state.failed) {
    const std::string_view slice = bytes.substr(0, kReceiveSliceBytes);
    bytes.remove_prefix(slice.size());
    const ssize_t taken = nghttp2_session_mem_recv(
        state.session, reinterpret_cast<const std::uint8_t*>(slice.data()), slice.size());
    state.pump();
    state.deliver();
    if (taken < 0 && !state.failed) state.failed = receive_error(taken, state.role);
  }
  state.deliver_writable();
  if (state.failed) return std::unexpected(*state.failed);
  return {};
}

std::string_view H2Session::begin_write() {
  H2State& state = *state_;
  if (state.writing.empty()) {
    state.pump();
    state.deliver();
    state.writing.swap(state.output);
    state.deliver_writable();
  }
  return state.writing;
}

void H2Session::end_write() {
  H2State& state = *state_;
  state.writing.clear();
  // An idle connection holds no buffers.
  if (state.output.empty()) {
    state.writing.shrink_to_fit();
    state.output.shrink_to_fit();
  }
}

bool H2Session::done() const {
  const H2State& state = *state_;
  if (!state.output.empty() || !state.writing.empty()) return false;
  if (state.failed) return true;
  return nghttp2_session_want_read(state.session) == 0 &&
         nghttp2_session_want_write(state.session) == 0;
}

Result<std::size_t> H2Session::send_data(StreamId id, std::string_view bytes, EndStream end) {
  H2State& state = *state_;
  H2Stream* const stream = state.find(id);
  if (stream == nullptr || stream->finished || stream->reset) return stream_gone(state);
  stream->pending = bytes;
  stream->end = end == EndStream::kYes;
  nghttp2_session_resume_data(state.session, id);
  state.pump();
  const std::size_t taken = bytes.size() - stream->pending.size();
  if (!stream->pending.empty()) {
    stream->end = false;
    if (!stream->blocked) ++state.blocked_count;
    stream->blocked = true;
  }
  stream->pending = {};
  stream->finished = stream->end;
  return taken;
}

Result<void> H2Session::send_trailers(StreamId id, const HeaderMap& fields) {
  H2State& state = *state_;
  H2Stream* const stream = state.find(id);
  if (stream == nullptr || stream->finished || stream->reset) return stream_gone(state);
  TIDEGATE_TRY_VOID(state.fields.set_trailers(fields));
  if (state.fields.size() == 0) {
    TIDEGATE_TRY_VOID(send_data(id, {}, EndStream::kYes));
    return {};
  }
  const int code =
      nghttp2_submit_trailer(state.session, id, state.fields.data(), state.fields.size());
  if (code != 0) return submit_failed(code);
  stream->finished = true;
  state.pump();
  return {};
}

void H2Session::reset(StreamId id, H2Error code) {
  H2State& state = *state_;
  H2Stream* const stream = state.find(id);
  if (stream == nullptr || stream->reset) return;
  stream->reset = true;
  stream->finished = false;  // from here on only on_close()
  nghttp2_submit_rst_stream(state.session, NGHTTP2_FLAG_NONE, id, static_cast<std::uint32_t>(code));
  state.pump();
}

void H2Session::consume(StreamId id, std::size_t bytes) {
  H2State& state = *state_;
  H2Stream* const stream = state.find(id);
  if (stream == nullptr) return;
  const std::size_t count = std::min(bytes, stream->unconsumed);
  stream->unconsumed -= count;
  nghttp2_session_consume(state.session, id, count);
  // Most bodies are small: no window is given back before half of it is used.
  if (nghttp2_session_get_outbound_queue_size(state.session) != 0) state.pump();
}

std::size_t H2Session::room(StreamId id) const {
  const H2Stream* const stream = state_->find(id);
  return stream == nullptr || stream->finished || stream->reset ? 0 : state_->room(*stream);
}

std::size_t H2Session::stream_count() const { return state_->stream_count; }

void H2Session::shutdown(H2Error code) {
  H2State& state = *state_;
  const StreamId last = nghttp2_session_get_last_proc_stream_id(state.session);
  nghttp2_submit_goaway(state.session, NGHTTP2_FLAG_NONE, last, static_cast<std::uint32_t>(code),
                        nullptr, 0);
  state.pump();
}

void H2Session::abort(H2Error code) {
  H2State& state = *state_;
  if (!state.failed)
    state.failed.emplace(ErrorCode::kConnectionReset, Origin::kInternal, "aborted");
  state.events.clear();
  while (state.streams != nullptr) {
    H2Stream& stream = *state.streams;
    stream.listener.on_close(code);
    state.remove_stream(stream);
  }
}

H2Server::H2Server(H2SessionListener& listener, const H2Options& options)
    : H2Session(std::make_unique<H2State>(H2Role::kServer, listener, options)) {}

Result<void> H2Server::send_interim(StreamId id, const ResponseHead& head) {
  H2State& state = *state_;
  H2Stream* const stream = state.find(id);
  if (stream == nullptr || stream->headed || stream->reset) return stream_gone(state);
  TIDEGATE_TRY_VOID(state.fields.set_response(head, H2FieldList::HeadRequest::kNo));
  const int code = nghttp2_submit_headers(state.session, NGHTTP2_FLAG_NONE, id, nullptr,
                                          state.fields.data(), state.fields.size(), nullptr);
  if (code < 0) return submit_failed(code);
  state.pump();
  return {};
}

Result<void> H2Server::send_response(StreamId id, const ResponseHead& head, EndStream end) {
  H2State& state = *state_;
  H2Stream* const stream = state.find(id);
  if (stream == nullptr || stream->headed || stream->reset) return stream_gone(state);
  const bool head_request = stream->method == "HEAD";
  TIDEGATE_TRY_VOID(state.fields.set_response(
      head, head_request ? H2FieldList::HeadRequest::kYes : H2FieldList::HeadRequest::kNo));
  const nghttp2_data_provider provider = make_data_provider(*stream);
  const bool bodiless = end == EndStream::kYes;
  const int code = nghttp2_submit_response(state.session, id, state.fields.data(),
                                           state.fields.size(), bodiless ? nullptr : &provider);
  if (code != 0) return submit_failed(code);
  stream->headed = true;
  stream->finished = bodiless;
  state.pump();
  return {};
}

void H2Server::announce_shutdown() {
  nghttp2_submit_shutdown_notice(state_->session);
  state_->pump();
}

H2Client::H2Client(H2SessionListener& listener, const H2Options& options)
    : H2Session(std::make_unique<H2State>(H2Role::kClient, listener, options)) {}

Result<StreamId> H2Client::send_request(const RequestHead& head, EndStream end,
                                        H2StreamListener& listener) {
  H2State& state = *state_;
  if (free_streams() == 0) {
    return fail(ErrorCode::kUnavailable, Origin::kUpstream, "no free HTTP/2 stream", Retry::kSafe);
  }
  TIDEGATE_TRY_VOID(state.fields.set_request(head));
  H2Stream& stream = state.add_stream(0, listener);
  const nghttp2_data_provider provider = make_data_provider(stream);
  const bool bodiless = end == EndStream::kYes;
  stream.id = nghttp2_submit_request(state.session, nullptr, state.fields.data(),
                                     state.fields.size(), bodiless ? nullptr : &provider, &stream);
  if (stream.id < 0) {
    const int code = stream.id;
    state.remove_stream(stream);
    return submit_failed(code);
  }
  stream.method = listener.arena().copy(head.method);
  stream.headed = true;
  stream.finished = bodiless;
  const StreamId id = stream.id;
  state.pump();
  return id;
}

std::size_t H2Client::free_streams() const {
  const H2State& state = *state_;
  if (state.failed || nghttp2_session_check_request_allowed(state.session) == 0) return 0;
  if (state.output.size() >= state.max_control_bytes()) return 0;
  const std::size_t allowed =
      nghttp2_session_get_remote_settings(state.session, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
  return allowed > state.stream_count ? allowed - state.stream_count : 0;
}

bool H2Client::accepts_connect_protocol() const {
  return nghttp2_session_get_remote_settings(state_->session,
                                             NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL) == 1;
}

}  // namespace tidegate::http
