// An HTTP/2 server and client fed by a hostile peer. The first byte chooses the role and the size
// of the pieces; a server gets the connection preface in front, so that frames are what is
// explored.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/check.h"
#include "http/h1_format.h"
#include "http/h2_session.h"

namespace {

using namespace tidegate;
using namespace tidegate::http;

class Stream final : public H2StreamListener {
 public:
  Arena& arena() override { return arena_; }
  void on_request(RequestHead& head) override {
    requested = true;
    if (head.method == "CONNECT") return;
    HeadBuffer out(arena_);
    TIDEGATE_CHECK(format_request_head(head, H1Connection::kKeepAlive, out).has_value());
  }
  void on_refused(RequestHead&, const Error&) override { requested = true; }
  void on_data(std::string_view bytes) override {
    TIDEGATE_CHECK(!closed);
    unconsumed += bytes.size();
  }
  void on_end() override { TIDEGATE_CHECK(!closed); }
  void on_writable() override { TIDEGATE_CHECK(!closed); }
  void on_close(H2Error) override {
    TIDEGATE_CHECK(!closed);
    closed = true;
  }
  std::size_t unconsumed = 0;
  bool requested = false;
  bool closed = false;

 private:
  Arena arena_;
};

class Listener final : public H2SessionListener {
 public:
  H2StreamListener& on_stream(StreamId id) override {
    auto& stream = streams[id];
    TIDEGATE_CHECK(stream == nullptr);
    stream = std::make_unique<Stream>();
    return *stream;
  }
  std::unordered_map<StreamId, std::unique_ptr<Stream>> streams;
};

void answer(H2Server& server, Listener& listener) {
  const std::string body(3000, 'b');
  for (auto& [id, stream] : listener.streams) {
    server.consume(id, stream->unconsumed);
    stream->unconsumed = 0;
    if (!stream->requested || stream->closed) continue;
    stream->requested = false;
    Arena arena;
    ResponseHead head(arena);
    head.status = 200;
    head.body = BodyLength::chunked();
    if (server.send_response(id, head, EndStream::kNo)) {
      static_cast<void>(server.send_data(id, body, EndStream::kYes));
    }
  }
}

template <class Session, class Turn>
void feed(Session& session, std::string_view bytes, std::size_t stride, Turn turn) {
  SteadyTime now{std::chrono::seconds(1)};
  for (std::size_t at = 0; at < bytes.size(); at += stride) {
    const std::string part(bytes.substr(at, stride));
    now += std::chrono::milliseconds(1);
    const bool alive = session.receive(part, now).has_value();
    turn();
    session.begin_write();
    session.end_write();
    if (!alive || session.done()) break;
  }
  session.abort(H2Error::kCancel);
  TIDEGATE_CHECK(session.stream_count() == 0);
}

void run_client(std::string_view bytes, std::size_t stride) {
  Listener listener;
  H2Client client(listener);
  Arena arena;
  RequestHead head(arena);
  head.method = "GET";
  head.scheme = "http";
  head.authority = "a";
  head.target = "/";
  Stream streams[3];
  for (Stream& stream : streams) {
    TIDEGATE_CHECK(client.send_request(head, EndStream::kYes, stream).has_value());
  }
  feed(client, bytes, stride, [] {});
  for (const Stream& stream : streams) TIDEGATE_CHECK(stream.closed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t stride = 1U + data[0] / 2U * 7U;
  if (data[0] % 2 == 1) {
    run_client(bytes, stride);
    return 0;
  }
  Listener listener;
  H2Server server(listener);
  const std::string preface("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33);
  feed(server, preface + bytes, stride, [&] { answer(server, listener); });
  return 0;
}
