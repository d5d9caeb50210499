// nghttp2's callbacks: each notes what happened and returns. See h2_state.h.
#include <algorithm>

#include "http/h2_state.h"

namespace tidegate::http {
namespace {

H2State& state_of(void* user_data) { return *static_cast<H2State*>(user_data); }

std::string_view text_of(nghttp2_rcbuf* buffer) {
  const nghttp2_vec bytes = nghttp2_rcbuf_get_buf(buffer);
  return {reinterpret_cast<const char*>(bytes.base), bytes.len};
}

EndStream end_of(const nghttp2_frame& frame) {
  return (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0 ? EndStream::kYes : EndStream::kNo;
}

int on_begin_frame(nghttp2_session*, const nghttp2_frame_hd* head, void* user_data) {
  H2State& state = state_of(user_data);
  const bool opens = head->type == NGHTTP2_HEADERS && head->stream_id % 2 == 1;
  if (opens && state.role == H2Role::kServer) state.check_stream_order(head->stream_id);
  return 0;
}

int on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
  H2State& state = state_of(user_data);
  state.reading = nullptr;
  if (frame->hd.type != NGHTTP2_HEADERS) return 0;
  const StreamId id = frame->hd.stream_id;
  H2Stream* stream = state.find(id);
  if (stream == nullptr) {
    if (state.failed || frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
    stream = &state.add_stream(id, state.listener.on_stream(id));
    nghttp2_session_set_stream_user_data(state.session, id, stream);
    Arena& arena = stream->listener.arena();
    stream->request = arena.make<RequestHead>(arena);
  }
  state.reading = stream;
  stream->list_bytes = 0;
  stream->field_count = 0;
  Arena& arena = stream->listener.arena();
  if (stream->head_done) {
    stream->trailers = arena.make<HeaderMap>(arena);
  } else if (state.role == H2Role::kClient) {
    stream->response = arena.make<ResponseHead>(arena);
  }
  return 0;
}

int on_header(nghttp2_session*, const nghttp2_frame* frame, nghttp2_rcbuf* name_buffer,
              nghttp2_rcbuf* value_buffer, std::uint8_t, void* user_data) {
  H2State& state = state_of(user_data);
  H2Stream* const stream = state.reading;
  if (frame->hd.type != NGHTTP2_HEADERS || stream == nullptr) return 0;
  std::string_view name = text_of(name_buffer);
  std::string_view value = text_of(value_buffer);
  stream->list_bytes += name.size() + value.size() + 32;
  ++stream->field_count;
  if (stream->list_bytes > state.options.max_header_list_bytes ||
      stream->field_count > state.options.max_header_count) {
    return 0;  // decoded for the sake of the compression state, and dropped
  }
  Arena& arena = stream->listener.arena();
  name = arena.copy(name);
  value = arena.copy(value);
  if (stream->trailers != nullptr) {
    stream->trailers->add(name, value);
  } else if (stream->request != nullptr) {
    add_h2_field(name, value, *stream->request);
  } else if (stream->response != nullptr) {
    add_h2_field(name, value, *stream->response);
  }
  return 0;
}

// A field that nghttp2 refuses resets the stream instead of vanishing.
int on_invalid_header(nghttp2_session*, const nghttp2_frame*, nghttp2_rcbuf*, nghttp2_rcbuf*,
                      std::uint8_t, void*) {
  return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
}

bool over_limit(const H2State& state, const H2Stream& stream) {
  return stream.list_bytes > state.options.max_header_list_bytes ||
         stream.field_count > state.options.max_header_count;
}

void close_malformed(H2State& state, H2Stream& stream) {
  nghttp2_submit_rst_stream(state.session, NGHTTP2_FLAG_NONE, stream.id, NGHTTP2_PROTOCOL_ERROR);
  stream.reset = true;
}

void finish_request(H2State& state, H2Stream& stream, EndStream end) {
  stream.head_done = true;
  stream.method = stream.request->method;
  Result<void> checked;
  if (over_limit(state, stream)) {
    checked = fail(ErrorCode::kHeadTooLarge, Origin::kDownstream, "header list over the limit");
  } else {
    checked = finish_h2_request(*stream.request, end);
  }
  if (checked) return state.note(H2Event::Kind::kRequest, stream);
  stream.refused = std::move(checked).error();
  state.note(H2Event::Kind::kRefused, stream);
}

void finish_response(H2State& state, H2Stream& stream, EndStream end) {
  ResponseHead& head = *stream.response;
  if (over_limit(state, stream) || !finish_h2_response(stream.method, head, end)) {
    return close_malformed(state, stream);
  }
  stream.head_done = head.status >= 200;
  const auto kind = stream.head_done ? H2Event::Kind::kResponse : H2Event::Kind::kInterim;
  state.note({.kind = kind, .stream = &stream, .response = &head});
}

void finish_trailers(H2State& state, H2Stream& stream) {
  const Origin origin = state.role == H2Role::kServer ? Origin::kDownstream : Origin::kUpstream;
  if (over_limit(state, stream) || !finish_h2_trailers(*stream.trailers, origin)) {
    return close_malformed(state, stream);
  }
  state.note(H2Event::Kind::kTrailers, stream);
}

void finish_block(H2State& state, H2Stream& stream, EndStream end) {
  if (stream.trailers != nullptr) {
    finish_trailers(state, stream);
  } else if (state.role == H2Role::kServer) {
    finish_request(state, stream, end);
  } else if (stream.response != nullptr) {
    finish_response(state, stream, end);
  }
}

int on_frame_recv(nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
  H2State& state = state_of(user_data);
  const bool ack = (frame->hd.flags & NGHTTP2_FLAG_ACK) != 0;
  const bool end = end_of(*frame) == EndStream::kYes;
  switch (frame->hd.type) {
    case NGHTTP2_PING:
    case NGHTTP2_SETTINGS:
      if (!ack) state.count(state.control_frames, "too many PING or SETTINGS frames");
      return 0;
    case NGHTTP2_PRIORITY:
      state.count(state.control_frames, "too many PRIORITY frames");
      return 0;
    case NGHTTP2_RST_STREAM:
      state.count(state.resets, "too many stream resets");
      return 0;
    case NGHTTP2_GOAWAY:
      state.note(
          {.kind = H2Event::Kind::kGoaway, .code = static_cast<H2Error>(frame->goaway.error_code)});
      return 0;
    case NGHTTP2_DATA:
      if (frame->hd.length == 0 && !end) {
        state.count(state.control_frames, "too many empty DATA frames");
      }
      break;
    case NGHTTP2_HEADERS:
      break;
    default:
      return 0;
  }
  H2Stream* const stream = state.find(frame->hd.stream_id);
  if (stream == nullptr) return 0;
  if (frame->hd.type == NGHTTP2_HEADERS) finish_block(state, *stream, end_of(*frame));
  if (end) {
    stream->ended = true;
    state.note(H2Event::Kind::kEnd, *stream);
  }
  return 0;
}

int on_data_chunk(nghttp2_session*, std::uint8_t, StreamId id, const std::uint8_t* data,
                  std::size_t length, void* user_data) {
  H2State& state = state_of(user_data);
  H2Stream* const stream = state.find(id);
  if (stream == nullptr || stream->refused || stream->reset) {
    nghttp2_session_consume(state.session, id, length);
    return 0;
  }
  stream->unconsumed += length;
  state.note({.kind = H2Event::Kind::kData,
              .stream = stream,
              .data = {reinterpret_cast<const char*>(data), length}});
  return 0;
}

int on_stream_close(nghttp2_session*, StreamId id, std::uint32_t error_code, void* user_data) {
  H2State& state = state_of(user_data);
  H2Stream* const stream = state.find(id);
  if (stream == nullptr) return 0;
  nghttp2_session_set_stream_user_data(state.session, id, nullptr);
  nghttp2_session_consume_connection(state.session, stream->unconsumed);
  stream->unconsumed = 0;
  if (state.reading == stream) state.reading = nullptr;
  state.note_close(*stream, static_cast<H2Error>(error_code));
  return 0;
}

int on_invalid_frame(nghttp2_session*, const nghttp2_frame*, int, void* user_data) {
  H2State& state = state_of(user_data);
  state.count(state.resets, "too many invalid frames");
  return 0;
}

// A server that has answered needs no more of the request (RFC 9113 8.1).
int on_frame_send(nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
  H2State& state = state_of(user_data);
  const bool message = frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS;
  if (!message || state.role != H2Role::kServer || end_of(*frame) == EndStream::kNo) return 0;
  H2Stream* const stream = state.find(frame->hd.stream_id);
  if (stream == nullptr || stream->ended) return 0;
  stream->reset = true;
  nghttp2_submit_rst_stream(state.session, NGHTTP2_FLAG_NONE, stream->id, NGHTTP2_NO_ERROR);
  return 0;
}

// Client: a request that waited and can no longer go out (GOAWAY came first).
int on_frame_not_send(nghttp2_session*, const nghttp2_frame* frame, int, void* user_data) {
  H2State& state = state_of(user_data);
  if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
  for (H2Stream* stream = state.streams; stream != nullptr; stream = stream->next) {
    if (stream->id != frame->hd.stream_id) continue;
    state.note_close(*stream, H2Error::kRefusedStream);
    break;
  }
  return 0;
}

ssize_t read_pending(nghttp2_session*, StreamId, std::uint8_t*, std::size_t length,
                     std::uint32_t* flags, nghttp2_data_source* source, void* user_data) {
  const H2State& state = state_of(user_data);
  H2Stream& stream = *static_cast<H2Stream*>(source->ptr);
  if (stream.pending.empty() && !stream.end) return NGHTTP2_ERR_DEFERRED;
  if (!stream.pending.empty() && state.output.size() >= state.options.max_output_bytes) {
    return NGHTTP2_ERR_DEFERRED;
  }
  const std::size_t take = std::min(length, stream.pending.size());
  if (take != 0) *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
  if (take == stream.pending.size() && stream.end) *flags |= NGHTTP2_DATA_FLAG_EOF;
  return static_cast<ssize_t>(take);
}

// The one copy of outgoing data: from the sender's bytes behind the frame head in `output`.
int send_data(nghttp2_session*, nghttp2_frame*, const std::uint8_t* frame_head, std::size_t length,
              nghttp2_data_source* source, void* user_data) {
  H2State& state = state_of(user_data);
  H2Stream& stream = *static_cast<H2Stream*>(source->ptr);
  state.output.append(reinterpret_cast<const char*>(frame_head), 9);
  state.output.append(stream.pending.substr(0, length));
  stream.pending.remove_prefix(length);
  return 0;
}

}  // namespace

nghttp2_session_callbacks* make_h2_callbacks() {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, on_begin_frame);
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
  nghttp2_session_callbacks_set_on_header_callback2(callbacks, on_header);
  nghttp2_session_callbacks_set_on_invalid_header_callback2(callbacks, on_invalid_header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame_recv);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data_chunk);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
  nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks, on_invalid_frame);
  nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, on_frame_send);
  nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks, on_frame_not_send);
  nghttp2_session_callbacks_set_send_data_callback(callbacks, send_data);
  return callbacks;
}

nghttp2_data_provider make_data_provider(H2Stream& stream) {
  nghttp2_data_provider provider{};
  provider.source.ptr = &stream;
  provider.read_callback = read_pending;
  return provider;
}

}  // namespace tidegate::http
