#include "bench/load/client/h2_client.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "bench/load/fatal.h"

namespace tidegate::bench {
namespace {

constexpr std::int32_t kWindowBytes = 8 * 1024 * 1024;

nghttp2_nv field(std::string_view name, std::string_view value) {
  auto bytes = [](std::string_view text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

}  // namespace

H2Client::H2Client(int socket, SSL_CTX* tls, const Work& work, const Target& target,
                   const ResponseCheck& check, Driver& driver)
    : channel_(socket, tls),
      work_(work),
      target_(target),
      driver_(driver),
      streams_(static_cast<std::size_t>(target.streams), Stream(check)),
      content_length_(std::to_string(work.body.size())) {}

void H2Client::start_session() {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
  nghttp2_session* session = nullptr;
  if (nghttp2_session_client_new(&session, callbacks, this) != 0) fatal("no HTTP/2 session");
  nghttp2_session_callbacks_del(callbacks);
  session_.reset(session);
  const std::array<nghttp2_settings_entry, 2> settings{
      {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0}, {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kWindowBytes}}};
  nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
  nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, kWindowBytes);
  for (std::size_t i = 0; i < streams_.size(); ++i) driver_.on_free(*this);
}

void H2Client::on_ready(std::uint32_t events) {
  if (health_ == Health::kBroken) return;
  channel_.on_ready(events);
  if (channel_.open() && !session_) start_session();
  for (std::string_view bytes = channel_.read(); !bytes.empty(); bytes = channel_.read()) {
    nesting_ = Nesting::kInCallback;
    const ssize_t taken = nghttp2_session_mem_recv(
        session_.get(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    nesting_ = Nesting::kOutside;
    if (taken != static_cast<ssize_t>(bytes.size())) return break_with("malformed HTTP/2");
    flush();
  }
  if (channel_.closed()) return break_with("connection closed");
  flush();
}

void H2Client::issue(Instant scheduled) {
  auto slot = std::ranges::find(streams_, Stream::State::kFree, &Stream::state);
  if (slot == streams_.end()) fatal("no free stream");
  slot->state = Stream::State::kBusy;
  slot->scheduled = scheduled;
  slot->sent_bytes = 0;
  slot->check.begin();
  std::array<nghttp2_nv, 10> fields{
      field(":method", "POST"),
      field(":scheme", target_.scheme),
      field(":authority", target_.authority),
      field(":path", work_.path),
      field("accept", "application/json"),
      field("content-type", "application/json"),
      field("user-agent", kUserAgent),
      field("authorization", kClientKey),
      field("content-length", content_length_),
      field("x-bench-reply", work_.reply),
  };
  const std::size_t count = fields.size() - (work_.reply.empty() ? 1 : 0);
  nghttp2_data_provider provider{};
  provider.source.ptr = &*slot;
  provider.read_callback = read_body;
  const std::int32_t id =
      nghttp2_submit_request(session_.get(), nullptr, fields.data(), count, &provider, &*slot);
  if (id < 0) return break_with("no more HTTP/2 streams");
  if (nesting_ == Nesting::kOutside) flush();
}

void H2Client::flush() {
  if (!session_ || health_ == Health::kBroken) return;
  std::string out;
  const std::uint8_t* data = nullptr;
  for (;;) {
    const ssize_t size = nghttp2_session_mem_send(session_.get(), &data);
    if (size < 0) return break_with("HTTP/2 cannot send");
    if (size == 0) break;
    out.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
  }
  if (!out.empty()) channel_.send(out);
}

void H2Client::finish(Stream& stream, std::uint32_t error_code) {
  stream.state = Stream::State::kFree;
  const std::string fault = error_code == 0 ? stream.check.find_fault() : "stream reset";
  if (!fault.empty()) {
    driver_.on_failure(fault);
  } else {
    driver_.on_reply(stream.scheduled);
  }
  driver_.on_free(*this);
}

void H2Client::break_with(std::string_view reason) {
  health_ = Health::kBroken;
  driver_.on_failure(reason);
}

int H2Client::on_header(nghttp2_session* session, const nghttp2_frame* frame,
                        const std::uint8_t* name, std::size_t name_size, const std::uint8_t* value,
                        std::size_t value_size, std::uint8_t, void*) {
  auto* stream =
      static_cast<Stream*>(nghttp2_session_get_stream_user_data(session, frame->hd.stream_id));
  if (stream == nullptr || name_size != 7 || std::memcmp(name, ":status", 7) != 0) return 0;
  int status = 0;
  const auto* text = reinterpret_cast<const char*>(value);
  std::from_chars(text, text + value_size, status);
  stream->check.status(status);
  return 0;
}

int H2Client::on_data(nghttp2_session* session, std::uint8_t, std::int32_t stream_id,
                      const std::uint8_t* data, std::size_t size, void*) {
  auto* stream = static_cast<Stream*>(nghttp2_session_get_stream_user_data(session, stream_id));
  if (stream != nullptr) stream->check.body({reinterpret_cast<const char*>(data), size});
  return 0;
}

int H2Client::on_close(nghttp2_session* session, std::int32_t stream_id, std::uint32_t error_code,
                       void* self) {
  auto* stream = static_cast<Stream*>(nghttp2_session_get_stream_user_data(session, stream_id));
  if (stream != nullptr) static_cast<H2Client*>(self)->finish(*stream, error_code);
  return 0;
}

ssize_t H2Client::read_body(nghttp2_session*, std::int32_t, std::uint8_t* buffer, std::size_t size,
                            std::uint32_t* flags, nghttp2_data_source* source, void* self) {
  auto& stream = *static_cast<Stream*>(source->ptr);
  const std::string& body = static_cast<H2Client*>(self)->work_.body;
  const std::size_t count = std::min(size, body.size() - stream.sent_bytes);
  std::memcpy(buffer, body.data() + stream.sent_bytes, count);
  stream.sent_bytes += count;
  if (stream.sent_bytes == body.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
  return static_cast<ssize_t>(count);
}

}  // namespace tidegate::bench
