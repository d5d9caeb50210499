#include "telemetry/access_log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "json/text.h"

namespace tidegate::telemetry {
namespace {

using std::chrono::microseconds;

// A directory that goes with the test.
class AccessLogFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "access_log_XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    path_ = directory_ + "/access.log";
  }
  void TearDown() override {
    for (const char* name : {"/access.log", "/rotated.log"}) ::unlink((directory_ + name).c_str());
    ::rmdir(directory_.c_str());
  }
  static std::vector<std::string> lines_of(const std::string& path) {
    std::ifstream file(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }
  static AccessRecord record_for(std::string_view target) {
    AccessRecord record;
    record.target = target;
    record.status = 200;
    return record;
  }

  std::string directory_;
  std::string path_;
};

// Texts are copied by blocks: whatever the length, and wherever a byte needs an escape.
TEST(AccessRecord, EscapesAtEveryPlaceOfTextsOfEveryLength) {
  for (std::size_t size = 1; size < 50; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (const char byte : {'x', '"', '\\', '\n', '\x01', '\x1f', ' '}) {
        std::string agent(size, 'a');
        agent[at] = byte;
        AccessRecord record;
        record.user_agent = agent;
        std::string line;
        format_access_record(record, line);
        std::string wanted = "\"user_agent\":\"";
        json::append_escaped(wanted, agent);
        ASSERT_NE(line.find(wanted + "\","), std::string::npos) << line;
      }
    }
  }
}

TEST(AccessRecord, IsOneJsonLineWithAllThatIsKnown) {
  AiRecord ai;
  ai.provider = "OpenAI";
  ai.dialect = "openai";
  ai.operation = "chat";
  ai.model = "small";
  ai.upstream_model = "gpt-4.1-mini";
  ai.translation_loss = "logit_bias, seed";
  ai.delivery = Delivery::kStream;
  ai.first_token = microseconds(12'000);
  ai.usage = TokenUsage{.input = 10, .cached_input = 4, .output = 20, .reasoning_output = 5};
  ai.cost = MicroUsd(1250);
  AccessRecord record;
  record.time =
      WallTime(std::chrono::sys_days(std::chrono::year(2026) / 8 / 1).time_since_epoch() +
               std::chrono::hours(13) + std::chrono::minutes(5) + microseconds(7'000'042));
  record.listener = "Gateway/default/gw/http";
  record.route = "HTTPRoute/default/chat";
  record.backend = "Backend/default/openai:443";
  record.endpoint = "10.0.0.1:443";
  record.method = "POST";
  record.host = "api.example.com";
  record.target = "/v1/chat/completions?key=hunter2&x=1";
  record.protocol = "HTTP/1.1";
  record.client_address = "127.0.0.1:5000";
  record.request_id = "r-1";
  record.user_agent = "curl \"8\"";
  record.status = 502;
  record.bytes_in = 700;
  record.bytes_out = 1234;
  record.duration = microseconds(99'000);
  record.first_byte = microseconds(11'000);
  record.attempts = 2;
  record.termination = Termination::kUpstreamReset;
  record.error = ErrorCode::kConnectionReset;
  record.error_origin = Origin::kUpstream;
  record.error_detail = "mid-stream";
  record.ai = &ai;
  std::string line;
  format_access_record(record, line);
  EXPECT_EQ(
      line,
      R"({"time":"2026-08-01T13:05:07.000042Z","listener":"Gateway/default/gw/http",)"
      R"("route":"HTTPRoute/default/chat","backend":"Backend/default/openai:443",)"
      R"("endpoint":"10.0.0.1:443","method":"POST","host":"api.example.com",)"
      R"("path":"/v1/chat/completions?key=***&x=1","protocol":"HTTP/1.1",)"
      R"("client":"127.0.0.1:5000","request_id":"r-1","user_agent":"curl \"8\"","status":502,)"
      R"("bytes_in":700,"bytes_out":1234,"duration_us":99000,"first_byte_us":11000,"attempts":2,)"
      R"("termination":"upstream_reset","error":{"code":"connection_reset","origin":"upstream",)"
      R"("detail":"mid-stream"},"ai":{"stream":true,"provider":"OpenAI","dialect":"openai",)"
      R"("operation":"chat","model":"small","upstream_model":"gpt-4.1-mini",)"
      R"("translation_loss":"logit_bias, seed",)"
      R"("first_token_us":12000,"usage":{"input":10,"cached_input":4,"cache_write_input":0,)"
      R"("output":20,"reasoning_output":5},"cost_micro_usd":1250}})"
      "\n");
}

TEST(AccessRecord, LongAndBrokenTextsStayOneValidLine) {
  const std::string target = "/" + std::string(10'000, 'a');
  AccessRecord record;
  record.target = target;
  record.user_agent = "\xff\n";
  std::string line;
  format_access_record(record, line);
  EXPECT_LT(line.size(), 3000U);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_NE(line.find("\"user_agent\":\"\xef\xbf\xbd\\n\""), std::string::npos) << line;
}

TEST(RedactTarget, HidesOnlyTheValuesOfCredentials) {
  struct Case {
    std::string_view target;
    std::string_view redacted;
  };
  const Case cases[] = {
      {"/v1", "/v1"},
      {"/v1?", "/v1?"},
      {"/v1?a=1&b=2", "/v1?a=1&b=2"},
      {"/v1?key=abc", "/v1?key=***"},
      {"/v1?a=1&API_KEY=abc&b=2", "/v1?a=1&API_KEY=***&b=2"},
      {"/v1?access_token=abc=def", "/v1?access_token=***"},
      {"/v1?X-Amz-Signature=s&monkey=1", "/v1?X-Amz-Signature=***&monkey=1"},
      {"/v1?key&token=", "/v1?key&token=***"},
      {"/v1?&key=a&&b&", "/v1?&key=***&&b&"},
      {"/key=abc", "/key=abc"},
  };
  std::string scratch;
  for (const Case& c : cases) EXPECT_EQ(redact_target(c.target, scratch), c.redacted);
}

TEST_F(AccessLogFile, LinesOfAllChannelsArriveWhole) {
  auto writer = AccessLogWriter::start({.path = path_});
  ASSERT_TRUE(writer);
  std::vector<std::thread> workers;
  for (int worker = 0; worker < 3; ++worker) {
    AccessLogChannel& channel = (*writer)->make_channel();
    workers.emplace_back([&channel, worker] {
      for (int i = 0; i < 500; ++i) {
        const std::string target = "/" + std::to_string(worker) + "/" + std::to_string(i);
        ASSERT_EQ(channel.write(record_for(target)), LogOutcome::kWritten);
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  (*writer)->flush();
  const auto lines = lines_of(path_);
  EXPECT_EQ(std::set<std::string>(lines.begin(), lines.end()).size(), 1500U);
  for (const std::string& line : lines)
    EXPECT_TRUE(line.starts_with('{') && line.ends_with('}')) << line;
  EXPECT_EQ((*writer)->lost_bytes(), 0U);
}

TEST_F(AccessLogFile, ShutdownWritesWhatIsLeftAcrossTheRingsEnd) {
  constexpr int kLines = 2000;
  {
    auto writer = AccessLogWriter::start({.path = path_, .ring_bytes = 1000});
    ASSERT_TRUE(writer);
    AccessLogChannel& channel = (*writer)->make_channel();
    for (int i = 0; i < kLines; ++i) {
      const std::string target = "/" + std::to_string(i);
      while (channel.write(record_for(target)) == LogOutcome::kDropped) (*writer)->flush();
    }
  }
  const auto lines = lines_of(path_);
  ASSERT_EQ(lines.size(), static_cast<std::size_t>(kLines));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_NE(lines[i].find("\"path\":\"/" + std::to_string(i) + "\""), std::string::npos)
        << lines[i];
  }
}

TEST_F(AccessLogFile, ReopenFollowsARotation) {
  auto writer = AccessLogWriter::start({.path = path_});
  ASSERT_TRUE(writer);
  AccessLogChannel& channel = (*writer)->make_channel();
  channel.write(record_for("/before"));
  (*writer)->flush();
  const std::string rotated = directory_ + "/rotated.log";
  ASSERT_EQ(::rename(path_.c_str(), rotated.c_str()), 0);
  (*writer)->reopen();
  (*writer)->flush();
  channel.write(record_for("/after"));
  (*writer)->flush();
  EXPECT_EQ(lines_of(rotated).size(), 1U);
  ASSERT_EQ(lines_of(path_).size(), 1U);
  EXPECT_NE(lines_of(path_)[0].find("/after"), std::string::npos);
}

TEST_F(AccessLogFile, AStuckReaderDropsLinesAndBlocksNobody) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  const int reader = ::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  auto writer = AccessLogWriter::start({.path = path_, .ring_bytes = 64 * 1024});
  ASSERT_TRUE(writer);
  AccessLogChannel& channel = (*writer)->make_channel();
  std::size_t written = 0;
  std::size_t dropped = 0;
  // A pipe and a ring hold less than 1 MiB together, so this ends with nobody reading.
  while (dropped < 100 && written < 10'000) {
    const bool fits =
        channel.write(record_for("/" + std::string(200, 'x'))) == LogOutcome::kWritten;
    ++(fits ? written : dropped);
  }
  EXPECT_EQ(dropped, 100U);
  std::string received;
  std::thread drain([&] {
    std::string buffer(64 * 1024, '\0');
    ::fcntl(reader, F_SETFL, 0);
    for (ssize_t n = 0; (n = ::read(reader, buffer.data(), buffer.size())) > 0;) {
      received.append(buffer, 0, static_cast<std::size_t>(n));
    }
  });
  writer->reset();  // the fifo's only writer: the reader sees the end
  drain.join();
  ::close(reader);
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(received, '\n')), written);
}

TEST_F(AccessLogFile, APathThatCannotBeOpenedIsAnError) {
  const auto writer = AccessLogWriter::start({.path = directory_ + "/missing/access.log"});
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, ErrorCode::kInvalidConfig);
  EXPECT_NE(writer.error().detail.find("/missing/access.log"), std::string::npos);
}

}  // namespace
}  // namespace tidegate::telemetry
