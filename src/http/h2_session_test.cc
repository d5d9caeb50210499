#include "http/h2_session.h"

#include <gtest/gtest.h>

#include "http/h2_fixture.h"

namespace tidegate::http {
namespace {

// A frame by hand, for what a well-behaved session would not send.
std::string frame(unsigned type, unsigned flags, StreamId id, std::string_view payload) {
  std::string out;
  for (const int shift : {16, 8, 0})
    out.push_back(static_cast<char>(payload.size() >> shift & 0xff));
  out.push_back(static_cast<char>(type));
  out.push_back(static_cast<char>(flags));
  for (const int shift : {24, 16, 8, 0}) out.push_back(static_cast<char>(id >> shift & 0xff));
  return out.append(payload);
}

// A literal field without indexing, names and values below 127 bytes.
std::string literal(std::string_view name, std::string_view value) {
  std::string out(1, '\0');
  out.push_back(static_cast<char>(name.size()));
  out.append(name);
  out.push_back(static_cast<char>(value.size()));
  return out.append(value);
}

// :method GET, :scheme http, :path /, :authority a
const std::string& get_block() {
  static const std::string block = "\x82\x86\x84" + literal(":authority", "a");
  return block;
}

const std::string& preface() {
  static const std::string bytes = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, "");
  return bytes;
}

constexpr unsigned kEndStreamAndHeaders = 0x5;
constexpr unsigned kEndHeaders = 0x4;

TEST(H2Session, CarriesOneExchangeOverEverySplit) {
  for (const std::size_t piece : {1U, 2U, 3U, 5U, 8U, 13U, 64U, 1000U, 100000U}) {
    SCOPED_TRACE(piece);
    H2Pair pair;
    RecordedStream call;
    RequestHead& head = pair.request("POST", "/v1/chat");
    head.fields.add("Connection", "x-named");
    head.fields.add("X-Named", "1");
    head.fields.add("Authorization", "Bearer k");
    head.fields.add("Host", "other.example");
    head.body = BodyLength::known(5);
    const StreamId id = pair.client.send_request(head, EndStream::kNo, call).value();
    EXPECT_EQ(pair.client.send_data(id, "hello", EndStream::kYes).value(), 5U);
    pair.run(piece);

    ASSERT_EQ(pair.server_listener.streams.size(), 1U);
    RecordedStream& served = pair.server_listener.streams[0];
    EXPECT_EQ(served.log, "POST /v1/chat\nend\n");
    EXPECT_EQ(served.body, "hello");
    EXPECT_EQ(served.request->authority, "a.example");
    EXPECT_EQ(served.request->body, BodyLength::known(5));
    EXPECT_EQ(served.request->fields.size(), 2U);
    EXPECT_EQ(served.request->fields.find("authorization"), "Bearer k");

    ResponseHead& answer = pair.response(200);
    answer.fields.add("Content-Type", "text/plain");
    answer.fields.add("Transfer-Encoding", "chunked");
    answer.body = BodyLength::chunked();
    HeaderMap trailers(pair.arena);
    trailers.add("Grpc-Status", "0");
    trailers.add("Content-Length", "9");
    ASSERT_TRUE(pair.server.send_interim(id, pair.response(103)));
    ASSERT_TRUE(pair.server.send_response(id, answer, EndStream::kNo));
    EXPECT_EQ(pair.server.send_data(id, "world", EndStream::kNo).value(), 5U);
    ASSERT_TRUE(pair.server.send_trailers(id, trailers));
    pair.run(piece);

    EXPECT_EQ(call.log, "interim 103\nresponse 200\ntrailer grpc-status=0\nend\nclose NO_ERROR\n");
    EXPECT_EQ(call.body, "world");
    EXPECT_EQ(call.response->body, BodyLength::chunked());
    EXPECT_EQ(call.response->fields.size(), 1U);
    EXPECT_TRUE(served.closed);
    EXPECT_EQ(pair.server.stream_count(), 0U);
    EXPECT_EQ(pair.client.stream_count(), 0U);
  }
}

TEST(H2Session, HeadAnd304KeepTheirLengthWithoutABody) {
  H2Pair pair;
  RecordedStream call;
  const StreamId id =
      pair.client.send_request(pair.request("HEAD", "/"), EndStream::kYes, call).value();
  pair.run();
  ResponseHead& answer = pair.response(200);
  answer.fields.add("content-length", "42");
  ASSERT_TRUE(pair.server.send_response(id, answer, EndStream::kYes));
  pair.run();
  EXPECT_EQ(call.response->fields.find("content-length"), "42");
  EXPECT_EQ(call.response->body, BodyLength::none());
  EXPECT_EQ(call.log, "response 200\nend\nclose NO_ERROR\n");
}

TEST(H2Session, DataStopsAtTheWindowAndGoesOnAsThePeerConsumes) {
  H2Options small;
  small.stream_window_bytes = 1000;
  H2Pair pair({}, small);
  RecordedStream call;
  const StreamId id =
      pair.client.send_request(pair.request("GET", "/"), EndStream::kYes, call).value();
  pair.run();
  const std::string body(2500, 'x');
  ASSERT_TRUE(pair.server.send_response(id, pair.response(200), EndStream::kNo));
  EXPECT_EQ(pair.server.send_data(id, body, EndStream::kYes).value(), 1000U);
  EXPECT_EQ(pair.server.room(id), 0U);
  pair.run();
  RecordedStream& served = pair.server_listener.streams[0];
  EXPECT_EQ(call.body.size(), 1000U);
  EXPECT_EQ(served.writable, 0);

  pair.client.consume(id, 600);
  pair.run();
  EXPECT_EQ(served.writable, 1);
  EXPECT_EQ(pair.server.room(id), 600U);
  EXPECT_EQ(pair.server.send_data(id, std::string_view(body).substr(1000), EndStream::kYes).value(),
            600U);
  pair.run();
  pair.client.consume(id, 1000);
  pair.run();
  EXPECT_EQ(served.writable, 2);
  EXPECT_EQ(pair.server.send_data(id, std::string_view(body).substr(1600), EndStream::kYes).value(),
            900U);
  pair.run();
  EXPECT_EQ(call.body, body);
  EXPECT_EQ(call.log, "response 200\nend\nclose NO_ERROR\n");
}

TEST(H2Session, EndWithoutBytesIsTakenEvenWhenTheWindowIsShut) {
  H2Options small;
  small.stream_window_bytes = 100;
  H2Pair pair({}, small);
  RecordedStream call;
  const StreamId id =
      pair.client.send_request(pair.request("GET", "/"), EndStream::kYes, call).value();
  pair.run();
  ASSERT_TRUE(pair.server.send_response(id, pair.response(200), EndStream::kNo));
  EXPECT_EQ(pair.server.send_data(id, std::string(100, 'x'), EndStream::kNo).value(), 100U);
  EXPECT_EQ(pair.server.send_data(id, "", EndStream::kYes).value(), 0U);
  EXPECT_FALSE(pair.server.send_data(id, "y", EndStream::kNo).has_value());
  pair.run();
  pair.client.consume(id, 100);
  pair.run();
  EXPECT_EQ(call.log, "response 200\nend\nclose NO_ERROR\n");
}

TEST(H2Session, TrailersNeedNoWindow) {
  H2Options small;
  small.stream_window_bytes = 10;
  H2Pair pair({}, small);
  RecordedStream call;
  const StreamId id =
      pair.client.send_request(pair.request("GET", "/"), EndStream::kYes, call).value();
  pair.run();
  ASSERT_TRUE(pair.server.send_response(id, pair.response(200), EndStream::kNo));
  EXPECT_EQ(pair.server.send_data(id, "0123456789", EndStream::kNo).value(), 10U);
  HeaderMap trailers(pair.arena);
  trailers.add("grpc-status", "13");
  ASSERT_TRUE(pair.server.send_trailers(id, trailers));
  pair.run();
  EXPECT_EQ(call.log, "response 200\ntrailer grpc-status=13\nend\nclose NO_ERROR\n");
}

TEST(H2Session, DataStopsAtTheOutputBufferAndGoesOnOnceItIsWritten) {
  H2Options options;
  options.max_output_bytes = 4096;
  H2Pair pair(options);
  RecordedStream call;
  const StreamId id =
      pair.client.send_request(pair.request("GET", "/"), EndStream::kYes, call).value();
  pair.run();
  ASSERT_TRUE(pair.server.send_response(id, pair.response(200), EndStream::kNo));
  const std::string body(60'000, 'x');
  std::size_t sent = pair.server.send_data(id, body, EndStream::kYes).value();
  EXPECT_GT(sent, 0U);
  EXPECT_LT(sent, 4096U + 16384U + 1000U);
  RecordedStream& served = pair.server_listener.streams[0];
  for (int rounds = 1; sent < body.size(); ++rounds) {
    pair.run();
    ASSERT_EQ(served.writable, rounds);
    sent += pair.server.send_data(id, std::string_view(body).substr(sent), EndStream::kYes).value();
  }
  pair.run();
  EXPECT_EQ(call.body, body);
}

TEST(H2Session, UnconsumedDataOfAClosedStreamOpensTheConnectionWindowAgain) {
  H2Options small;
  small.connection_window_bytes = 65535;
  small.stream_window_bytes = 65535;
  H2Pair pair({}, small);
  for (int i = 0; i < 4; ++i) {
    RecordedStream call;
    const StreamId id =
        pair.client.send_request(pair.request("GET", "/"), EndStream::kYes, call).value();
    pair.run();
    ASSERT_TRUE(pair.server.send_response(id, pair.response(200), EndStream::kNo));
    EXPECT_EQ(pair.server.send_data(id, std::string(60'000, 'x'), EndStream::kYes).value(),
              60'000U);
    pair.run();
    EXPECT_TRUE(call.closed);
  }
}

TEST(H2Session, ResetReachesTheOtherSideAndOnlyTheCloseIsTold) {
  H2Pair pair;
  RecordedStream call;
  const StreamId id =
      pair.client.send_request(pair.request("GET", "/"), EndStream::kYes, call).value();
  pair.run();
  ASSERT_TRUE(pair.server.send_response(id, pair.response(200), EndStream::kNo));
  pair.client.reset(id, H2Error::kCancel);
  pair.run();
  EXPECT_EQ(call.log, "close CANCEL\n");
  EXPECT_EQ(pair.server_listener.streams[0].log, "GET /\nend\nclose CANCEL\n");
  const auto late = pair.server.send_data(id, "x", EndStream::kNo);
  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().code, ErrorCode::kConnectionReset);
}

TEST(H2Session, AnEarlyAnswerEndsTheRequest) {
  H2Pair pair;
  RecordedStream call;
  const StreamId id =
      pair.client.send_request(pair.request("POST", "/"), EndStream::kNo, call).value();
  pair.run();
  ResponseHead& answer = pair.response(413);
  ASSERT_TRUE(pair.server.send_response(id, answer, EndStream::kYes));
  pair.run();
  EXPECT_EQ(call.log, "response 413\nend\nclose NO_ERROR\n");
  EXPECT_EQ(pair.server_listener.streams[0].log, "POST /\nclose NO_ERROR\n");
}

TEST(H2Session, HeaderListOverTheLimitIsRefusedNotCut) {
  H2Options options;
  options.max_header_list_bytes = 1000;
  H2Pair pair(options);
  RecordedStream call;
  RequestHead& head = pair.request("GET", "/");
  const std::string big(2000, 'x');
  head.fields.add("x-big", big);
  const StreamId id = pair.client.send_request(head, EndStream::kNo, call).value();
  EXPECT_TRUE(pair.client.send_data(id, "thrown away", EndStream::kNo));
  pair.run();
  RecordedStream& served = pair.server_listener.streams[0];
  EXPECT_EQ(served.refused, ErrorCode::kHeadTooLarge);
  EXPECT_EQ(served.body, "");
  ASSERT_TRUE(pair.server.send_response(id, pair.response(431), EndStream::kYes));
  pair.run();
  EXPECT_EQ(call.log, "response 431\nend\nclose NO_ERROR\n");
}

TEST(H2Session, HostConflictIsRefused) {
  H2Pair pair;
  pair.client.begin_write();
  const std::string block = get_block() + literal("host", "b");
  ASSERT_TRUE(pair.server.receive(preface() + frame(1, kEndStreamAndHeaders, 1, block), pair.now));
  ASSERT_EQ(pair.server_listener.streams.size(), 1U);
  EXPECT_EQ(pair.server_listener.streams[0].refused, ErrorCode::kMalformed);
}

TEST(H2Session, FieldsThatNghttp2RefusesResetTheStream) {
  for (const std::string& bad :
       {literal("x", "a\nb"), literal("X", "a"), literal("connection", "close"),
        literal("te", "gzip"), literal("transfer-encoding", "chunked"), literal(":path", "/b"),
        literal("x y", "1"), literal("content-length", "5")}) {
    H2Pair pair;
    const std::string bytes = preface() + frame(1, kEndStreamAndHeaders, 1, get_block() + bad);
    ASSERT_TRUE(pair.server.receive(bytes, pair.now));
    const std::string written(pair.server.begin_write());
    EXPECT_NE(written.find(frame(3, 0, 1, std::string_view("\0\0\0\1", 4))), std::string::npos)
        << bad;
    ASSERT_EQ(pair.server_listener.streams.size(), 1U);
    EXPECT_EQ(pair.server_listener.streams[0].log, "close PROTOCOL_ERROR\n") << bad;
  }
}

TEST(H2Session, BodyThatIsNotAsLongAsItSaysIsCut) {
  H2Pair pair;
  const std::string head = get_block() + literal("content-length", "5");
  ASSERT_TRUE(pair.server.receive(
      preface() + frame(1, kEndHeaders, 1, head) + frame(0, 1, 1, "abc"), pair.now));
  pair.server.begin_write();
  const std::string& log = pair.server_listener.streams[0].log;
  EXPECT_EQ(log, "GET /\nclose PROTOCOL_ERROR\n");
}

TEST(H2Session, RapidResetEndsTheConnection) {
  H2Options options;
  options.resets = {.burst = 20, .per_second = 1};
  H2Pair pair(options);
  std::string bytes = preface();
  for (StreamId id = 1; id < 200; id += 2) {
    bytes += frame(1, kEndStreamAndHeaders, id, get_block());
    bytes += frame(3, 0, id, std::string_view("\0\0\0\0", 4));
  }
  const auto result = pair.server.receive(bytes, pair.now);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kLimit);
  EXPECT_LE(pair.server_listener.streams.size(), 21U);
  const std::string written(pair.server.begin_write());
  EXPECT_NE(written.find(std::string_view("\x07\0\0\0\0\0", 6)), std::string::npos) << "no GOAWAY";
  EXPECT_EQ(written.back(), 11) << "not ENHANCE_YOUR_CALM";
  pair.server.end_write();
  EXPECT_TRUE(pair.server.done());
  pair.server.abort(H2Error::kCancel);
  EXPECT_EQ(pair.server.stream_count(), 0U);
}

TEST(H2Session, ControlFrameFloodsEndTheConnection) {
  struct {
    std::string_view name;
    std::string flood;
  } const cases[] = {
      {"ping", frame(6, 0, 0, "12345678")},
      {"settings", frame(4, 0, 0, "")},
      {"priority", frame(2, 0, 3, std::string_view("\0\0\0\0\1", 5))},
  };
  for (const auto& c : cases) {
    H2Options options;
    options.control_frames = {.burst = 50, .per_second = 1};
    H2Pair pair(options);
    std::string bytes = preface();
    for (int i = 0; i < 60; ++i) bytes += c.flood;
    const auto result = pair.server.receive(bytes, pair.now);
    ASSERT_FALSE(result.has_value()) << c.name;
    EXPECT_EQ(result.error().code, ErrorCode::kLimit) << c.name;
  }
}

TEST(H2Session, ContinuationFloodEndsTheConnection) {
  H2Pair pair;
  std::string bytes = preface() + frame(1, 0, 1, get_block());
  for (int i = 0; i < 20; ++i) bytes += frame(9, 0, 1, literal("x", "y"));
  const auto result = pair.server.receive(bytes, pair.now);
  pair.server.begin_write();
  pair.server.end_write();
  EXPECT_TRUE(!result.has_value() || pair.server.done());
  EXPECT_TRUE(pair.server_listener.streams.empty() ||
              pair.server_listener.streams[0].log.find("GET") == std::string::npos);
}

TEST(H2Session, GoingBackToASkippedStreamEndsTheConnection) {
  H2Pair pair;
  std::string bytes = preface() + frame(1, kEndStreamAndHeaders, 5, get_block());
  bytes += frame(1, kEndStreamAndHeaders, 3, get_block());
  const auto result = pair.server.receive(bytes, pair.now);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kProtocolViolation);
  EXPECT_EQ(pair.server.begin_write().back(), 1) << "not PROTOCOL_ERROR";
}

TEST(H2Session, WrongPrefaceIsAnError) {
  H2Pair pair;
  const auto result = pair.server.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n", pair.now);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kMalformed);
}

TEST(H2Session, GracefulShutdownFinishesStreams) {
  H2Pair pair;
  RecordedStream call;
  const StreamId id =
      pair.client.send_request(pair.request("GET", "/"), EndStream::kYes, call).value();
  pair.run();
  pair.server.announce_shutdown();
  pair.run();
  EXPECT_EQ(pair.client.free_streams(), 0U);
  pair.server.shutdown(H2Error::kNoError);
  pair.run();
  EXPECT_EQ(pair.client_listener.goaway, "NO_ERROR;NO_ERROR;");
  EXPECT_FALSE(pair.server.done());
  RecordedStream refused;
  const auto second = pair.client.send_request(pair.request("GET", "/"), EndStream::kYes, refused);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().retry, Retry::kSafe);

  ASSERT_TRUE(pair.server.send_response(id, pair.response(200), EndStream::kYes));
  pair.run();
  EXPECT_EQ(call.log, "response 200\nend\nclose NO_ERROR\n");
  EXPECT_TRUE(pair.server.done());
  EXPECT_TRUE(pair.client.done());
}

TEST(H2Session, StreamsThatTheServerDidNotSeeAreSafeToRetry) {
  H2Pair pair;
  pair.run();
  pair.server.shutdown(H2Error::kNoError);
  RecordedStream call;
  ASSERT_TRUE(pair.client.send_request(pair.request("GET", "/"), EndStream::kYes, call));
  pair.run();
  EXPECT_EQ(call.log, "close REFUSED_STREAM\n");
  EXPECT_EQ(make_stream_error(H2Error::kRefusedStream, Origin::kUpstream).retry, Retry::kSafe);
}

TEST(H2Session, ClientKeepsToTheServersStreamLimit) {
  H2Options options;
  options.max_streams = 2;
  H2Pair pair(options);
  pair.run();
  EXPECT_EQ(pair.client.free_streams(), 2U);
  RecordedStream calls[3];
  ASSERT_TRUE(pair.client.send_request(pair.request("GET", "/"), EndStream::kYes, calls[0]));
  ASSERT_TRUE(pair.client.send_request(pair.request("GET", "/"), EndStream::kYes, calls[1]));
  const auto third = pair.client.send_request(pair.request("GET", "/"), EndStream::kYes, calls[2]);
  ASSERT_FALSE(third.has_value());
  EXPECT_EQ(third.error().code, ErrorCode::kUnavailable);
}

TEST(H2Session, ExtendedConnectCarriesAWebSocket) {
  H2Pair pair;
  pair.run();
  EXPECT_TRUE(pair.client.accepts_connect_protocol());
  RequestHead& head = pair.request("CONNECT", "/ws");
  head.upgrade = "websocket";
  RecordedStream call;
  const StreamId id = pair.client.send_request(head, EndStream::kNo, call).value();
  pair.run();
  RecordedStream& served = pair.server_listener.streams[0];
  EXPECT_EQ(served.request->upgrade, "websocket");
  EXPECT_EQ(served.request->target, "/ws");
  ASSERT_TRUE(pair.server.send_response(id, pair.response(200), EndStream::kNo));
  EXPECT_TRUE(pair.server.send_data(id, "from server", EndStream::kNo));
  EXPECT_TRUE(pair.client.send_data(id, "from client", EndStream::kNo));
  pair.run();
  EXPECT_EQ(call.body, "from server");
  EXPECT_EQ(served.body, "from client");
}

TEST(H2Session, OutputIsStableUntilItIsWritten) {
  H2Pair pair;
  RecordedStream call;
  const StreamId id =
      pair.client.send_request(pair.request("POST", "/"), EndStream::kNo, call).value();
  const std::string_view first = pair.client.begin_write();
  const std::string copy(first);
  const int before = pair.client_listener.outputs;
  EXPECT_EQ(pair.client.send_data(id, std::string(50'000, 'x'), EndStream::kNo).value(), 50'000U);
  EXPECT_EQ(pair.client_listener.outputs, before + 1);
  EXPECT_EQ(first, copy);
  EXPECT_EQ(pair.client.begin_write(), first);
  pair.client.end_write();
  EXPECT_GT(pair.client.begin_write().size(), 50'000U);
}

TEST(H2Session, LostConnectionClosesEveryStream) {
  H2Pair pair;
  RecordedStream calls[2];
  const StreamId id =
      pair.client.send_request(pair.request("GET", "/"), EndStream::kYes, calls[0]).value();
  ASSERT_TRUE(pair.client.send_request(pair.request("GET", "/"), EndStream::kYes, calls[1]));
  pair.run();
  pair.client.abort(H2Error::kConnectError);
  EXPECT_EQ(calls[0].log, "close CONNECT_ERROR\n");
  EXPECT_EQ(calls[1].log, "close CONNECT_ERROR\n");
  EXPECT_FALSE(pair.client.send_data(id, "x", EndStream::kNo));
  pair.client.reset(id, H2Error::kCancel);
  pair.client.consume(id, 5);
  EXPECT_EQ(pair.client.free_streams(), 0U);
}

TEST(H2Session, WhatCannotBeSentIsRefusedBeforeTheWire) {
  H2Pair pair;
  RecordedStream call;
  RequestHead& head = pair.request("GET", "/");
  head.fields.add("x", "a\r\nb");
  const auto sent = pair.client.send_request(head, EndStream::kYes, call);
  ASSERT_FALSE(sent.has_value());
  EXPECT_EQ(sent.error().code, ErrorCode::kMalformed);
  EXPECT_EQ(pair.client.stream_count(), 0U);
  EXPECT_FALSE(pair.client.send_request(pair.request("GET", "/a b"), EndStream::kYes, call));
}

}  // namespace
}  // namespace tidegate::http
