#include "http/sse.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tidegate::http {
namespace {

using Parts = std::vector<std::string_view>;

// What a reader sees, one line per event, and all raw bytes put together again.
struct Seen {
  std::string events;
  std::string raw;
  std::string error;
};

void note(const SseEvent& event, Seen& seen) {
  EXPECT_EQ(event.offset, seen.raw.size());
  seen.raw += event.raw;
  if (!event.has_data) return;
  seen.events.append(event.type).append("|").append(event.data);
  if (event.has_id) seen.events.append("|id=").append(event.id);
  if (event.retry) seen.events.append("|retry=").append(std::to_string(event.retry->count()));
  seen.events += event.terminated ? "\n" : " (cut)\n";
}

Seen scan(const Parts& parts, std::size_t max_event_bytes = 1000) {
  SseScanner scanner(max_event_bytes);
  Seen seen;
  SseEvent event;
  for (const std::string_view part : parts) {
    // A copy that dies: views of earlier parts must not be needed any more.
    const std::string bytes(part);
    scanner.feed(bytes);
    for (;;) {
      const auto more = scanner.next(event);
      if (!more) {
        seen.error = more.error().detail;
        return seen;
      }
      if (!*more) break;
      note(event, seen);
    }
  }
  const std::string tail(scanner.unfinished());
  const bool cut = scanner.finish(event);
  EXPECT_EQ(cut, !tail.empty());
  if (cut) {
    EXPECT_EQ(event.raw, tail);
    note(event, seen);
  }
  return seen;
}

struct Case {
  std::string_view name, stream, events;
};

constexpr Case kCases[] = {
    {"openai", "data: {\"a\":1}\n\ndata: [DONE]\n\n", "|{\"a\":1}\n|[DONE]\n"},
    {"anthropic", "event: ping\ndata: {}\n\nevent: stop\ndata: {\"x\": \"y\"}\n\n",
     "ping|{}\nstop|{\"x\": \"y\"}\n"},
    {"crlf", "event: a\r\ndata: 1\r\n\r\ndata: 2\r\n\r\n", "a|1\n|2\n"},
    {"cr", "event: a\rdata: 1\r\rdata: 2\r\r", "a|1\n|2\n"},
    {"mixed", "data: 1\r\n\ndata: 2\n\r\ndata: 3\r\r\n", "|1\n|2\n|3\n"},
    {"many data lines", "data: a\ndata:b\ndata\ndata:  c\n\n", "|a\nb\n\n c\n"},
    {"several events with many lines", "data: a\ndata: b\n\ndata: c\ndata: d\n\n",
     "|a\nb\n|c\nd\n"},
    {"no space", "data:x\nevent:y\n\n", "y|x\n"},
    {"comments", ": hello\n\n:\n\n: a\ndata: 1\n: b\n\n", "|1\n"},
    {"blank lines", "\n\n\ndata: 1\n\n\n\n", "|1\n"},
    {"mark",
     "\xEF\xBB\xBF"
     "data: 1\n\n\xEF\xBB\xBF"
     "data: 2\n\n",
     "|1\n"},
    {"mark and blank line",
     "\xEF\xBB\xBF\n"
     "data: 1\n\n",
     "|1\n"},
    {"half a mark",
     "\xEF\xBB"
     "data: 1\n\ndata: 2\n\n",
     "|2\n"},
    {"id and retry", "id: 7\nretry: 250\ndata: x\n\nid\nretry: 1x\ndata: y\n\n",
     "|x|id=7|retry=250\n|y|id=\n"},
    {"unknown fields", "foo: 1\nDATA: 2\n data: 3\ndata : 4\n\ndata: 5\n\n", "|5\n"},
    {"empty data", "data:\n\ndata\n\n", "|\n|\n"},
    {"colon in value", "data: a: b\n\n", "|a: b\n"},
    {"no last blank line", "data: 1\n\ndata: 2\n", "|1\n|2 (cut)\n"},
    {"cut in a line", "data: 1\n\ndata: 2", "|1\n|2 (cut)\n"},
    {"nothing", "", ""},
    {"event without data", "event: a\n\ndata: 1\n\n", "|1\n"},
};

TEST(SseScanner, ReadsTheSameEventsOverEverySplit) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    const Seen whole = scan({c.stream});
    EXPECT_EQ(whole.events, c.events);
    EXPECT_EQ(whole.raw, c.stream);

    Parts single;
    for (std::size_t i = 0; i < c.stream.size(); ++i) single.push_back(c.stream.substr(i, 1));
    EXPECT_EQ(scan(single).events, c.events);
    EXPECT_EQ(scan(single).raw, c.stream);

    for (std::size_t cut = 0; cut <= c.stream.size(); ++cut) {
      const Seen split = scan({c.stream.substr(0, cut), c.stream.substr(cut)});
      EXPECT_EQ(split.events, c.events) << "cut at " << cut;
      EXPECT_EQ(split.raw, c.stream) << "cut at " << cut;
    }
  }
}

TEST(SseScanner, EventIsGivenAsSoonAsItsBlankLineIsThere) {
  SseScanner scanner;
  SseEvent event;
  scanner.feed("data: 1\r\n\r");
  ASSERT_TRUE(scanner.next(event).value());
  EXPECT_EQ(event.data, "1");
  EXPECT_FALSE(scanner.next(event).value());
  scanner.feed("\ndata: 2\n");
  ASSERT_TRUE(scanner.next(event).value());
  EXPECT_EQ(event.raw, "\n");
  EXPECT_FALSE(event.has_data);
  EXPECT_FALSE(scanner.next(event).value());
  EXPECT_EQ(scanner.unfinished(), "data: 2\n");
}

TEST(SseScanner, WholeEventsAreViewsIntoTheInput) {
  const std::string bytes = "data: 1\n\n";
  SseScanner scanner;
  SseEvent event;
  scanner.feed(bytes);
  ASSERT_TRUE(scanner.next(event).value());
  EXPECT_EQ(event.raw.data(), bytes.data());
  EXPECT_EQ(event.data.data(), bytes.data() + 6);
}

TEST(SseScanner, IdWithNulIsIgnored) {
  using namespace std::string_view_literals;
  EXPECT_EQ(scan({"id: a\0b\ndata: x\n\n"sv}).events, "|x\n");
}

TEST(SseScanner, BoundsOneEventHoweverItComes) {
  const std::string event = "data: " + std::string(100, 'x') + "\n\n";
  for (std::size_t cut = 0; cut <= event.size(); ++cut) {
    const std::string_view all = event;
    EXPECT_EQ(scan({all.substr(0, cut), all.substr(cut)}, event.size()).error, "") << cut;
    EXPECT_NE(scan({all.substr(0, cut), all.substr(cut)}, event.size() - 1).error, "") << cut;
  }
  EXPECT_EQ(scan({event, event, event}, event.size()).error, "");
}

}  // namespace
}  // namespace tidegate::http
