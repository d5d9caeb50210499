#include "async/reactor.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "async/descriptor.h"
#include "base/check.h"

namespace tidegate::async {

// The eventfd through which other threads wake the loop.
class Reactor::Wakeup final : public Operation {
 public:
  explicit Wakeup(Reactor& reactor)
      : Operation(reactor, nullptr),
        owner_(reactor),
        event_(reactor, eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    TIDEGATE_CHECK(event_.is_open());
    TIDEGATE_CHECK(event_.watch().has_value());
    event_.set_reader(this);
  }
  ~Wakeup() override { event_.set_reader(nullptr); }
  void ring() {
    const std::uint64_t one = 1;
    [[maybe_unused]] auto written = ::write(event_.fd(), &one, sizeof one);
  }
  bool perform() override {
    std::uint64_t count = 0;
    [[maybe_unused]] auto got = ::read(event_.fd(), &count, sizeof count);
    event_.clear_readable();
    owner_.run_posted();
    return false;  // stays for the next ring
  }

 private:
  void detach() override {}
  Reactor& owner_;
  Descriptor event_;
};

Reactor::Reactor(std::unique_ptr<Poller> poller, const Clock& clock)
    : poller_(std::move(poller)), clock_(clock), now_(clock.steady_now()) {
  std::signal(SIGPIPE, SIG_IGN);
  wakeup_ = std::make_unique<Wakeup>(*this);
}

Reactor::~Reactor() = default;

void Reactor::run() {
  stopping_ = false;
  while (!stopping_) turn(std::chrono::milliseconds(-1));
  resume_late();
}

void Reactor::turn(std::chrono::milliseconds max_wait) {
  // Who went on with a send may wait for the end of the turn again.
  do {
    resume_late();
    poller_->flush(*this);
  } while (!late_.empty());
  poller_->wait(*this, time_to_next_timeout(max_wait));
  for (std::size_t i = 0; i < timeout_lists_.size(); ++i) timeout_lists_[i]->expire(now_);
  resume_late();
}

void Reactor::stop() {
  post([this] { stopping_ = true; });
}

void Reactor::post(std::function<void()> work) {
  {
    const std::lock_guard lock(posted_mutex_);
    posted_.push_back(std::move(work));
  }
  wakeup_->ring();
}

void Reactor::run_posted() {
  std::vector<std::function<void()>> work;
  {
    const std::lock_guard lock(posted_mutex_);
    work.swap(posted_);
  }
  for (auto& item : work) item();
}

TimeoutList* Reactor::timeouts(std::chrono::milliseconds duration) {
  if (duration.count() <= 0) return nullptr;
  // Asked for with every wait, for some ten durations in all: most are where they were last time.
  const auto spread = static_cast<std::uint64_t>(duration.count()) * 0x9E3779B97F4A7C15U;
  TimeoutList*& likely = likely_lists_[spread >> 60];
  if (likely != nullptr && likely->duration() == duration) return likely;
  const auto found = std::ranges::find_if(
      timeout_lists_, [duration](const auto& list) { return list->duration() == duration; });
  if (found != timeout_lists_.end()) return likely = found->get();
  return likely = timeout_lists_.emplace_back(std::make_unique<TimeoutList>(duration)).get();
}

std::chrono::milliseconds Reactor::time_to_next_timeout(std::chrono::milliseconds max_wait) const {
  SteadyTime next = SteadyTime::max();
  for (const auto& list : timeout_lists_) next = std::min(next, list->next());
  if (next == SteadyTime::max()) return max_wait;
  const auto wait =
      std::max(std::chrono::ceil<std::chrono::milliseconds>(next - clock_.steady_now()),
               std::chrono::milliseconds(0));
  return max_wait.count() < 0 ? wait : std::min(wait, max_wait);
}

void Reactor::resume_ready() {
  while (ready_head_ < ready_.size()) ready_[ready_head_++].resume();
  ready_.clear();
  ready_head_ = 0;
}

void Reactor::resume_late() {
  resume_ready();
  while (!late_.empty()) {
    ready_.swap(late_);
    resume_ready();
  }
}

void Reactor::dispatch(Descriptor& descriptor, std::uint32_t events) {
  descriptor.on_events(events);
  resume_ready();
}

}  // namespace tidegate::async
