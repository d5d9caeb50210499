// The stream of one exchange to an external processor: messages out, replies in, within time.
// Thread: the worker's.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "pipeline/processor.h"
#include "processors/ext_proc/config.h"
#include "processors/ext_proc/frames.h"
#include "processors/ext_proc/messages.h"

namespace tidegate::processors::ext_proc {

class Session {
 public:
  // `config` outlives this.
  explicit Session(const Config& config) : config_(config), reader_(kMaxMessageBytes) {}
  ~Session() { close(); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Nothing is sent or waited for any more: the processor has ended the stream, or failed.
  bool is_over() const { return over_; }
  // The first one opens the stream. REQUIRES: !is_over().
  void send(pipeline::Turn& turn, std::string message);
  // Whether the processor leaves lying more than may be kept for it.
  bool is_behind() const { return stream_ != nullptr && stream_->waiting() > kMostWaiting; }

  // Waits for the next reply. Empty: the processor has ended the stream in order, so that the
  // session is over; of kIfSoon also: it has not answered yet.
  // Errors: kTimeout; kMalformed; of pipeline::CallStream. The session is over then.
  enum class Within : std::uint8_t {
    kMessageTimeout,
    kTurn,    // as long as the turn may take
    kIfSoon,  // a moment, which is no failure
  };
  async::Task<Result<std::optional<Reply>>> receive(pipeline::Turn& turn, Within within);
  // Whether something has come that receive() was not asked for yet.
  bool has_news() const;
  // As pipeline::CallStream::notify().
  void notify(async::Event* changed) {
    if (stream_ != nullptr) stream_->notify(changed);
  }
  // Nothing more is sent; the processor may end in peace.
  void close();
  // The same where it has failed: it sees a reset.
  void abandon();

  // Told with the first message.
  const Modes* first_modes() const { return stream_ == nullptr ? &config_.modes : nullptr; }

 private:
  static constexpr std::size_t kMaxMessageBytes = 33 * 1024 * 1024;
  static constexpr std::size_t kMostWaiting = 1024 * 1024;
  // What a stream may be late for a processor that answers at once, but has some way to go.
  static constexpr std::chrono::milliseconds kSoon{200};

  std::chrono::milliseconds limit_of(Within within) const;
  async::Task<Result<std::optional<Reply>>> receive_within(async::CancelScope& scope);
  Result<std::optional<Reply>> end() const;

  const Config& config_;
  std::unique_ptr<pipeline::CallStream> stream_;
  FrameReader reader_;
  bool ended_ = false;
  bool over_ = false;
};

}  // namespace tidegate::processors::ext_proc
