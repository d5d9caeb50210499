#include "async/uring.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <array>
#include <cstring>

#include "base/check.h"

namespace tidegate::async {
namespace {

constexpr unsigned kEntries = 1024;
constexpr unsigned kCompletions = 16 * 1024;
// Buffers are given back as soon as their bytes are used, so these are as many connections as may
// have data in one batch before the kernel must ask again. Memory is resident only where touched.
constexpr unsigned kBuffers = 64;
constexpr std::size_t kBufferBytes = 64 * 1024;
constexpr std::size_t kSlackBytes = 64;  // readers may look past the end
constexpr std::size_t kStride = kBufferBytes + kSlackBytes;
constexpr std::size_t kRingBytes = kBuffers * sizeof(io_uring_buf);

// From what serves best to what any kernel with io_uring takes.
constexpr std::array<unsigned, 3> kSetups = {
    IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_R_DISABLED |
        IORING_SETUP_SUBMIT_ALL,
    IORING_SETUP_COOP_TASKRUN | IORING_SETUP_SUBMIT_ALL,
    0,
};

}  // namespace

Result<std::unique_ptr<Uring>> Uring::make() {
  std::unique_ptr<Uring> uring(new Uring());
  int status = 0;
  for (const unsigned setup : kSetups) {
    io_uring_params params{};
    params.flags = setup | IORING_SETUP_CQSIZE;
    params.cq_entries = kCompletions;
    status = io_uring_queue_init_params(kEntries, &uring->ring_, &params);
    if (status != 0) continue;
    uring->ready_ = true;
    uring->disabled_ = (setup & IORING_SETUP_R_DISABLED) != 0;
    uring->own_calls_ = (setup & IORING_SETUP_DEFER_TASKRUN) != 0;
    if ((params.features & IORING_FEAT_EXT_ARG) == 0) status = -ENOSYS;
    break;
  }
  if (status != 0) {
    return fail(ErrorCode::kUnsupported, Origin::kInternal,
                fmt::format("io_uring: {}", std::strerror(-status)));
  }
  if (uring->own_calls_) uring->register_buffers();
  return uring;
}

Uring::~Uring() {
  if (ready_) io_uring_queue_exit(&ring_);
  if (buffers_ != nullptr) ::munmap(buffers_, kRingBytes);
}

// Without them sockets are read when readable, which is all that is lost.
void Uring::register_buffers() {
  void* ring =
      ::mmap(nullptr, kRingBytes, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
  if (ring == MAP_FAILED) return;
  io_uring_buf_reg registration{};
  registration.ring_addr = reinterpret_cast<std::uintptr_t>(ring);
  registration.ring_entries = kBuffers;
  registration.bgid = kBufferGroup;
  if (io_uring_register_buf_ring(&ring_, &registration, 0) != 0) {
    ::munmap(ring, kRingBytes);
    return;
  }
  buffers_ = static_cast<io_uring_buf_ring*>(ring);
  io_uring_buf_ring_init(buffers_);
  memory_ = std::make_unique_for_overwrite<char[]>(kBuffers * kStride);
  for (unsigned i = 0; i < kBuffers; ++i) give_back(i);
}

std::string_view Uring::received(unsigned buffer, std::size_t bytes) const {
  return {memory_.get() + buffer * kStride, bytes};
}

void Uring::give_back(unsigned buffer) {
  io_uring_buf_ring_add(buffers_, memory_.get() + buffer * kStride, kBufferBytes,
                        static_cast<unsigned short>(buffer), io_uring_buf_ring_mask(kBuffers), 0);
  io_uring_buf_ring_advance(buffers_, 1);
}

void Uring::enable() {
  disabled_ = false;
  io_uring_enable_rings(&ring_);
}

io_uring_sqe* Uring::next_entry() {
  io_uring_sqe* entry = io_uring_get_sqe(&ring_);
  if (entry == nullptr) {
    claim();
    submit();
    entry = io_uring_get_sqe(&ring_);
  }
  TIDEGATE_CHECK(entry != nullptr);
  return entry;
}

void Uring::submit() {
  if (disabled_) return;
  ++submissions_;
  io_uring_submit_and_get_events(&ring_);
}

void Uring::submit_and_wait(std::chrono::milliseconds timeout) {
  claim();
  ++submissions_;
  if (timeout.count() == 0) {
    io_uring_submit_and_get_events(&ring_);
  } else if (timeout.count() < 0) {
    io_uring_submit_and_wait(&ring_, 1);
  } else {
    io_uring_cqe* first = nullptr;
    __kernel_timespec time{};
    time.tv_sec = timeout.count() / 1000;
    time.tv_nsec = timeout.count() % 1000 * 1'000'000;
    io_uring_submit_and_wait_timeout(&ring_, &first, 1, &time, nullptr);
  }
}

unsigned Uring::take(Completion* out, unsigned max) {
  unsigned head = 0;
  unsigned count = 0;
  io_uring_cqe* cqe = nullptr;
  io_uring_for_each_cqe(&ring_, head, cqe) {
    if (count == max) break;
    out[count++] = {cqe->user_data, cqe->res, cqe->flags};
  }
  io_uring_cq_advance(&ring_, count);
  return count;
}

}  // namespace tidegate::async
