#include "proxy/held_read.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <optional>
#include <utility>

#include "async/event.h"
#include "async/task_group.h"
#include "proxy/processed_response.h"

namespace tidegate::proxy {
namespace {

using std::chrono::milliseconds;

class HeldRead {
 public:
  HeldRead(Flight& flight, stream::BodySource& source, std::string& copy)
      : reactor_(flight.exchange.reactor),
        response_(*flight.pipelines->stream),
        source_(source),
        copy_(copy),
        changed_(reactor_),
        reading_(reactor_) {}

  async::Task<Result<stream::Piece>> run() {
    reading_.spawn(read(*this));
    response_.notify(&changed_);
    auto released = co_await release_until_read();
    response_.notify(nullptr);
    if (!released) source_.cancel();
    co_await reading_.drain();
    if (!released) co_return std::unexpected(std::move(released).error());
    co_return std::move(*piece_);
  }

 private:
  // The bytes die when whoever asked for them waits for something else.
  static async::Task<void> read(HeldRead& self) {
    auto piece = co_await self.source_.next();
    if (piece) {
      self.copy_ = piece->bytes;
      piece->bytes = self.copy_;
    }
    self.piece_.emplace(std::move(piece));
    self.changed_.set();
  }

  async::Task<Result<void>> release_until_read() {
    bool had_turn = false;  // for what it is now: who still holds it waits for something else
    while (!piece_) {
      const auto held = response_.held();
      const SteadyTime now = reactor_.clock().steady_now();
      const bool is_due = held && *held <= now;
      if (is_due && !had_turn) {
        had_turn = true;
        TIDEGATE_CO_TRY_VOID(response_.take_pause());
        continue;
      }
      async::TimeoutList* timeout = nullptr;
      if (held && !is_due && *held != SteadyTime::max()) timeout = wait_for(*held - now);
      [[maybe_unused]] const async::Outcome outcome = co_await changed_.wait(timeout);
      had_turn = false;
    }
    co_return Result<void>();
  }

  // Powers of two: times that vary freely would each make a list of their own.
  async::TimeoutList* wait_for(SteadyTime::duration time) {
    constexpr std::int64_t kLongest = 4096;
    const auto left = std::chrono::ceil<milliseconds>(time).count();
    const auto step =
        std::bit_floor(static_cast<std::uint64_t>(std::clamp<std::int64_t>(left, 1, kLongest)));
    return reactor_.timeouts(milliseconds(static_cast<std::int64_t>(step)));
  }

  async::Reactor& reactor_;
  ProcessedResponse& response_;
  stream::BodySource& source_;
  std::string& copy_;
  async::Event changed_;
  async::TaskGroup reading_;
  std::optional<Result<stream::Piece>> piece_;
};

bool holds_back(const Flight& flight) {
  const PipelineState* state = flight.pipelines.get();
  return state != nullptr && state->stream != nullptr && state->stream->held();
}

async::Task<Result<stream::Piece>> read_while_held(Flight& flight, stream::BodySource& source,
                                                   std::string& copy) {
  HeldRead read(flight, source, copy);
  co_return co_await read.run();
}

}  // namespace

async::Task<Result<stream::Piece>> read_next(Flight& flight, stream::BodySource& source,
                                             std::string& copy) {
  return holds_back(flight) ? read_while_held(flight, source, copy) : source.next();
}

}  // namespace tidegate::proxy
