// The access log: one JSON line per exchange, written by a thread of its own.
//
// Each worker formats into the ring of its channel and never waits: when the ring is full, because
// the disk or the pipe behind it is slower than the traffic, the line is dropped and counted. The
// writer thread takes what is there at least every flush interval, or earlier when a ring is half
// full, and writes it in one call. Lines are never cut or mixed. Thread: see each member. Rings are
// single producer (the worker), single consumer (the writer thread).
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/error.h"
#include "telemetry/access_record.h"

namespace tidegate::telemetry {

class AccessLogWriter;

enum class LogOutcome : std::uint8_t { kWritten, kDropped };

// One worker's way into the log. Made by AccessLogWriter::make_channel().
class AccessLogChannel {
 public:
  AccessLogChannel(AccessLogWriter& writer, std::size_t ring_bytes);

  // Formats the record and hands it over. Thread: the channel's worker.
  LogOutcome write(const AccessRecord& record);

 private:
  friend class AccessLogWriter;
  // Appends the whole text or nothing.
  bool push(std::string_view text);

  AccessLogWriter& writer_;
  std::string line_;  // reused for every record
  const std::size_t capacity_;
  const std::unique_ptr<char[]> ring_;
  // Positions grow for ever; modulo capacity_ they are offsets into ring_.
  alignas(64) std::atomic<std::uint64_t> head_{0};  // written by the worker
  alignas(64) std::atomic<std::uint64_t> tail_{0};  // written by the writer thread
};

class AccessLogWriter {
 public:
  struct Settings {
    std::string path;                     // empty or "-": standard output
    std::size_t ring_bytes = 512 * 1024;  // per worker; pages are used only as they are written
    std::chrono::milliseconds flush_interval{100};
  };

  // Opens the file (appending, mode 0640) and starts the thread.
  // Errors: kInvalidConfig with the system's words when the file cannot be opened.
  static Result<std::unique_ptr<AccessLogWriter>> start(Settings settings);

  // Writes what is left and ends the thread. No channel may be written to any more.
  ~AccessLogWriter();
  AccessLogWriter(const AccessLogWriter&) = delete;
  AccessLogWriter& operator=(const AccessLogWriter&) = delete;

  // A channel for one worker; lives as long as the writer. Thread: any.
  AccessLogChannel& make_channel();
  // Asks the writer thread to open the path again, after a rotation. Thread: any.
  void reopen();
  // Returns when everything handed over before is written. Thread: any but a worker.
  void flush();

  // Bytes of lines that could not be written (disk full, reader of the pipe gone).
  std::uint64_t lost_bytes() const { return lost_bytes_.load(std::memory_order_relaxed); }

 private:
  friend class AccessLogChannel;
  AccessLogWriter(Settings settings, int fd);

  void wake();
  void run();
  void drain(AccessLogChannel& channel);
  void reopen_file();

  const Settings settings_;
  int fd_;  // writer thread only, after the constructor
  std::atomic<std::uint64_t> lost_bytes_{0};
  std::atomic<bool> wake_requested_{false};

  std::mutex mutex_;
  std::condition_variable wake_condition_;
  std::condition_variable flushed_condition_;
  // Guarded by mutex_.
  std::vector<std::unique_ptr<AccessLogChannel>> channels_;
  std::uint64_t flushes_requested_ = 0;
  std::uint64_t flushes_done_ = 0;
  bool reopen_requested_ = false;
  bool stopping_ = false;

  std::thread thread_;  // last: started when all else is there
};

}  // namespace tidegate::telemetry
