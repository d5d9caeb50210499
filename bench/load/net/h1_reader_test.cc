#include "bench/load/net/h1_reader.h"

#include <gtest/gtest.h>

#include <vector>

namespace tidegate::bench {
namespace {

struct Collected final : MessageSink {
  void on_head(std::string_view head) override { heads.emplace_back(head); }
  void on_body(std::string_view piece) override { body.append(piece); }
  std::vector<std::string> heads;
  std::string body;
};

constexpr std::string_view kTwoResponses =
    "HTTP/1.1 100 Continue\r\n\r\n"
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
    "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n"
    "6\r\n world\r\na;x=y\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n";

// Feeds `stream` in pieces of `step` bytes; returns how many messages were complete.
int feed_in_steps(H1Reader& reader, std::string_view stream, std::size_t step) {
  int complete = 0;
  for (std::size_t at = 0; at < stream.size(); at += step) {
    std::string_view bytes = stream.substr(at, step);
    while (!bytes.empty()) {
      const auto progress = reader.feed(bytes);
      if (progress == H1Reader::Progress::kMalformed) return -1;
      if (progress == H1Reader::Progress::kComplete) ++complete;
    }
  }
  return complete;
}

TEST(H1Reader, ReadsTheSameMessagesAtEverySplit) {
  for (std::size_t step = 1; step <= kTwoResponses.size(); ++step) {
    Collected sink;
    H1Reader reader(H1Reader::Role::kResponses, sink);
    EXPECT_EQ(feed_in_steps(reader, kTwoResponses, step), 2) << "step " << step;
    EXPECT_EQ(sink.body, "hello world0123456789") << "step " << step;
    ASSERT_EQ(sink.heads.size(), 2U);
    EXPECT_EQ(status_of(sink.heads[0]), 200);
    EXPECT_EQ(status_of(sink.heads[1]), 201);
  }
}

TEST(H1Reader, RefusesAResponseWithoutLength) {
  Collected sink;
  H1Reader reader(H1Reader::Role::kResponses, sink);
  EXPECT_EQ(feed_in_steps(reader, "HTTP/1.1 200 OK\r\n\r\n", 64), -1);
}

TEST(H1Reader, TakesARequestWithoutLengthAsBodiless) {
  Collected sink;
  H1Reader reader(H1Reader::Role::kRequests, sink);
  EXPECT_EQ(feed_in_steps(reader, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 64), 1);
}

TEST(FindField, ComparesNamesWithoutCaseAndWhole) {
  constexpr std::string_view kHead =
      "GET / HTTP/1.1\r\nX-Content-Length: 1\r\ncontent-LENGTH:  42\r\n";
  EXPECT_EQ(find_field(kHead, "content-length"), "42");
  EXPECT_EQ(find_field(kHead, "host"), "");
}

}  // namespace
}  // namespace tidegate::bench
