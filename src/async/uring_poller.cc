// io_uring: readiness by multishot polls; for plain stream sockets also receives into provided
// buffers and sends from pooled copies, submitted together with the wait for the next events.
//
// A request in the kernel holds the file, so closing the descriptor alone would not close the
// socket: remove() withdraws the requests and lets the kernel finish that at once.
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <vector>

#include "async/descriptor.h"
#include "async/reactor.h"
#include "async/uring.h"
#include "base/check.h"

namespace tidegate::async {
namespace {

// What a completion is about: the kind above, the slot below.
enum class Kind : std::uint8_t { kNothing, kPoll, kReceive, kSend };

constexpr std::uint64_t tag(Kind kind, std::uint32_t slot) {
  return (static_cast<std::uint64_t>(kind) << 32) | slot;
}

constexpr unsigned kPollAll = POLLIN | POLLOUT | POLLRDHUP;
constexpr unsigned kPollReceiving = POLLOUT | POLLRDHUP;
// A closed connection's last bytes may wait so long for a peer that does not read.
constexpr std::chrono::seconds kLingering{60};
// Sends are handed to the kernel when so many are queued, or with the next wait.
constexpr unsigned kSendsPerSubmit = 32;

class UringPoller final : public Poller {
 public:
  explicit UringPoller(std::unique_ptr<Uring> uring) : uring_(std::move(uring)) {}

  Result<void> add(Descriptor& descriptor) override {
    const std::uint32_t index = take_slot();
    slots_[index].descriptor = &descriptor;
    slots_[index].fd = descriptor.fd();
    descriptor.set_poller_slot(index);
    arm_poll(index);
    return {};
  }

  void remove(Descriptor& descriptor, Unsent unsent) override {
    const std::uint32_t index = descriptor.poller_slot();
    Slot& slot = slots_[index];
    slot.descriptor = nullptr;
    if (slot.polling) cancel(Kind::kPoll, index);
    if (slot.receiving) cancel(Kind::kReceive, index);
    if (slot.sending && unsent == Unsent::kDrop) cancel(Kind::kSend, index);
    if (slot.sending) lingering_.push_back({index, descriptor.reactor().now() + kLingering});
    uring_->submit();
    queued_sends_ = 0;
    free_if_done(index);
  }

  bool completes() const override { return uring_->has_buffers(); }

  void receive(Descriptor& descriptor) override {
    uring_->claim();
    const std::uint32_t index = descriptor.poller_slot();
    Slot& slot = slots_[index];
    if (slot.receiving) return;  // also while a pause is on its way: its end resumes
    if (!slot.received_before) stop_polling_for_input(index);
    slot.received_before = true;
    arm_receive(index);
  }

  bool send(Descriptor& descriptor, std::span<const std::string_view> pieces) override {
    uring_->claim();
    const std::uint32_t index = descriptor.poller_slot();
    Slot& slot = slots_[index];
    TIDEGATE_DCHECK(!slot.sending);
    slot.buffer = take_buffer();
    std::size_t size = 0;
    for (const auto piece : pieces) {
      std::memcpy(slot.buffer.get() + size, piece.data(), piece.size());
      size += piece.size();
    }
    TIDEGATE_DCHECK(size <= kMaxSendBytes);
    io_uring_sqe* entry = uring_->next_entry();
    io_uring_prep_send(entry, slot.fd, slot.buffer.get(), size, MSG_NOSIGNAL | MSG_WAITALL);
    entry->user_data = tag(Kind::kSend, index);
    slot.sending = true;
    slot.send_bytes = size;
    slot.submission = uring_->submissions();
    if (++queued_sends_ >= kSendsPerSubmit) {
      uring_->submit();
      queued_sends_ = 0;
    }
    return true;
  }

  std::size_t kept_back(const Descriptor& descriptor) const override {
    const Slot& slot = slots_[descriptor.poller_slot()];
    return slot.sending && slot.submission == uring_->submissions() ? slot.send_bytes : 0;
  }

  void wait(Reactor& reactor, std::chrono::milliseconds timeout) override {
    drop_lingering(reactor.now());
    if (!lingering_.empty() && (timeout.count() < 0 || timeout > kLingering)) timeout = kLingering;
    uring_->submit_and_wait(timeout);
    queued_sends_ = 0;
    reactor.begin_batch();
    const unsigned count = uring_->take(batch_.data(), static_cast<unsigned>(batch_.size()));
    for (unsigned i = 0; i < count; ++i) {
      const auto& completion = batch_[i];
      const auto index = static_cast<std::uint32_t>(completion.data);
      switch (static_cast<Kind>(completion.data >> 32)) {
        case Kind::kNothing:
          break;
        case Kind::kPoll:
          on_poll(reactor, index, completion);
          break;
        case Kind::kReceive:
          on_receive(reactor, index, completion);
          break;
        case Kind::kSend:
          on_send(reactor, index, completion);
          break;
      }
    }
  }

 private:
  using Buffer = std::unique_ptr<char[]>;

  // One watched descriptor, until the last request for it has ended.
  struct Slot {
    Descriptor* descriptor = nullptr;  // null: removed
    int fd = -1;
    bool polling = false;
    bool receiving = false;
    bool pausing = false;  // the receive is being withdrawn because nobody reads
    bool received_before = false;
    bool sending = false;
    bool in_use = false;  // a completion is being handled: not to be freed meanwhile
    Buffer buffer;        // while sending
    std::size_t send_bytes = 0;
    std::uint64_t submission = 0;  // of the ring when the send was queued
  };
  struct Lingering {
    std::uint32_t slot;
    SteadyTime until;
  };

  std::uint32_t take_slot() {
    if (free_.empty()) {
      slots_.emplace_back();
      return static_cast<std::uint32_t>(slots_.size() - 1);
    }
    const std::uint32_t index = free_.back();
    free_.pop_back();
    return index;
  }

  void free_if_done(std::uint32_t index) {
    Slot& slot = slots_[index];
    if (slot.descriptor != nullptr || slot.polling || slot.receiving || slot.sending) return;
    if (slot.in_use) return;
    slot = Slot();
    free_.push_back(index);
  }

  Buffer take_buffer() {
    if (buffers_.empty()) return std::make_unique_for_overwrite<char[]>(kMaxSendBytes);
    Buffer buffer = std::move(buffers_.back());
    buffers_.pop_back();
    return buffer;
  }

  void keep_buffer(Buffer buffer) {
    constexpr std::size_t kKept = 64;
    if (buffers_.size() < kKept) buffers_.push_back(std::move(buffer));
  }

  void arm_poll(std::uint32_t index) {
    Slot& slot = slots_[index];
    io_uring_sqe* entry = uring_->next_entry();
    io_uring_prep_poll_multishot(entry, slot.fd, slot.received_before ? kPollReceiving : kPollAll);
    entry->user_data = tag(Kind::kPoll, index);
    slot.polling = true;
  }

  void stop_polling_for_input(std::uint32_t index) {
    if (!slots_[index].polling) return;
    io_uring_sqe* entry = uring_->next_entry();
    const std::uint64_t poll = tag(Kind::kPoll, index);
    io_uring_prep_poll_update(entry, poll, poll, kPollReceiving,
                              IORING_POLL_UPDATE_EVENTS | IORING_POLL_ADD_MULTI);
    entry->user_data = tag(Kind::kNothing, 0);
    entry->flags |= IOSQE_CQE_SKIP_SUCCESS;
  }

  void arm_receive(std::uint32_t index) {
    Slot& slot = slots_[index];
    io_uring_sqe* entry = uring_->next_entry();
    io_uring_prep_recv_multishot(entry, slot.fd, nullptr, 0, 0);
    entry->flags |= IOSQE_BUFFER_SELECT;
    entry->buf_group = Uring::kBufferGroup;
    entry->user_data = tag(Kind::kReceive, index);
    slot.receiving = true;
    slot.pausing = false;
  }

  void cancel(Kind kind, std::uint32_t index) {
    io_uring_sqe* entry = uring_->next_entry();
    io_uring_prep_cancel64(entry, tag(kind, index), 0);
    entry->user_data = tag(Kind::kNothing, 0);
    entry->flags |= IOSQE_CQE_SKIP_SUCCESS;
  }

  static std::uint32_t translate(unsigned events) {
    std::uint32_t bits = 0;
    if ((events & POLLIN) != 0) bits |= Descriptor::kReadable;
    if ((events & POLLOUT) != 0) bits |= Descriptor::kWritable;
    if ((events & (POLLRDHUP | POLLHUP | POLLERR)) != 0) {
      bits |= Descriptor::kHungUp | Descriptor::kReadable | Descriptor::kWritable;
    }
    return bits;
  }

  void on_poll(Reactor& reactor, std::uint32_t index, const Uring::Completion& completion) {
    Slot& slot = slots_[index];
    if ((completion.flags & IORING_CQE_F_MORE) == 0) {
      slot.polling = false;
      if (slot.descriptor == nullptr) return free_if_done(index);
      // Arming looks at what is ready now, so nothing is lost in between.
      if (completion.result >= 0) arm_poll(index);
    }
    if (slot.descriptor == nullptr) return;
    const unsigned events =
        completion.result >= 0 ? static_cast<unsigned>(completion.result) : unsigned{POLLERR};
    reactor.dispatch(*slot.descriptor, translate(events));
  }

  void on_receive(Reactor& reactor, std::uint32_t index, const Uring::Completion& completion) {
    Slot& slot = slots_[index];
    const int result = completion.result;
    if ((completion.flags & IORING_CQE_F_MORE) == 0) slot.receiving = false;
    // Out of buffers, or withdrawn for a pause: neither is news for the reader.
    const bool news = result >= 0 || (result != -ENOBUFS && result != -ECANCELED);
    const bool wanted = slot.descriptor != nullptr && slot.descriptor->has_reader();
    slot.in_use = true;
    if (slot.descriptor != nullptr && news) deliver(reactor, slot, completion);
    slot.in_use = false;
    if ((completion.flags & IORING_CQE_F_BUFFER) != 0) uring_->give_back(buffer_of(completion));
    if (slot.descriptor == nullptr) return free_if_done(index);
    const bool ended = news && result <= 0;
    if (slot.receiving && !wanted && !slot.pausing) {
      slot.pausing = true;
      cancel(Kind::kReceive, index);
    } else if (!slot.receiving && !ended && slot.descriptor->has_reader()) {
      arm_receive(index);
    }
  }

  static unsigned buffer_of(const Uring::Completion& completion) {
    return completion.flags >> IORING_CQE_BUFFER_SHIFT;
  }

  // Lets the reader use the bytes where they are, then takes them away.
  void deliver(Reactor& reactor, Slot& slot, const Uring::Completion& completion) {
    const auto size = static_cast<std::size_t>(std::max(completion.result, 0));
    std::string_view bytes;
    if (size != 0) bytes = uring_->received(buffer_of(completion), size);
    slot.descriptor->on_received(bytes, completion.result < 0 ? -completion.result : 0);
    reactor.resume_ready();
    if (slot.descriptor != nullptr) slot.descriptor->release_received();
  }

  void on_send(Reactor& reactor, std::uint32_t index, const Uring::Completion& completion) {
    Slot& slot = slots_[index];
    slot.sending = false;
    keep_buffer(std::move(slot.buffer));
    if (slot.descriptor == nullptr) {
      std::erase_if(lingering_, [index](const Lingering& one) { return one.slot == index; });
      return free_if_done(index);
    }
    slot.descriptor->on_sent(completion.result < 0 ? -completion.result : 0);
    reactor.resume_ready();
  }

  void drop_lingering(SteadyTime now) {
    while (!lingering_.empty() && lingering_.front().until <= now) {
      cancel(Kind::kSend, lingering_.front().slot);
      lingering_.pop_front();
    }
  }

  std::vector<Buffer> buffers_;
  std::deque<Slot> slots_;  // references stay valid when it grows
  std::vector<std::uint32_t> free_;
  std::deque<Lingering> lingering_;
  unsigned queued_sends_ = 0;
  std::array<Uring::Completion, 256> batch_{};
  std::unique_ptr<Uring> uring_;  // last: the kernel lets go of the buffers before they go
};

}  // namespace

Result<std::unique_ptr<Poller>> make_uring_poller() {
  TIDEGATE_TRY(uring, Uring::make());
  return std::unique_ptr<Poller>(std::make_unique<UringPoller>(std::move(uring)));
}

}  // namespace tidegate::async
