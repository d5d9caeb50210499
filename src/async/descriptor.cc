#include "async/descriptor.h"

#include <unistd.h>

#include "base/check.h"

namespace tidegate::async {

Result<void> Descriptor::watch() {
  TIDEGATE_DCHECK(!watched_ && is_open());
  TIDEGATE_TRY_VOID(reactor_->poller().add(*this));
  watched_ = true;
  return {};
}

void Descriptor::close(Unsent unsent) {
  if (fd_ < 0) return;
  cancel_waiters();
  if (receiving_) sink_->release();
  if (watched_) reactor_->poller().remove(*this, unsent);
  watched_ = false;
  ::close(fd_);
  fd_ = -1;
  hang_up_listener_ = nullptr;
  readable_ = writable_ = true;  // whoever tries now is told at once instead of waiting for ever
}

void Descriptor::cancel_waiters() {
  if (reader_ != nullptr) reader_->complete(Outcome::kCancelled);
  if (writer_ != nullptr) writer_->complete(Outcome::kCancelled);
}

void Descriptor::cancel_reader() {
  if (reader_ != nullptr) reader_->complete(Outcome::kCancelled);
}

void Descriptor::set_reader(Operation* operation) {
  TIDEGATE_DCHECK(operation == nullptr || reader_ == nullptr);
  reader_ = operation;
}

void Descriptor::set_writer(Operation* operation) {
  TIDEGATE_DCHECK(operation == nullptr || writer_ == nullptr);
  writer_ = operation;
}

void Descriptor::set_hang_up_listener(HangUpListener* listener) {
  hang_up_listener_ = listener;
  if (listener != nullptr && hung_up_) listener->on_hang_up();
}

void Descriptor::on_events(std::uint32_t events) {
  if ((events & kReadable) != 0) readable_ = true;
  if ((events & kWritable) != 0) writable_ = true;
  if ((events & kHungUp) != 0) {
    hung_up_ = true;
    readable_ = true;  // a read will now report the end
  }
  const bool may_read = readable_ && !receiving_;
  if (may_read && reader_ != nullptr && reader_->perform()) reader_->complete(Outcome::kDone);
  if (writable_ && writer_ != nullptr && writer_->perform()) writer_->complete(Outcome::kDone);
  if (hung_up_) return tell_hang_up();
  if ((events & kReadable) != 0) tell_unexpected_bytes();
}

// Last in any event, since the listener may destroy the descriptor.
void Descriptor::tell_hang_up() {
  if (reader_ == nullptr && hang_up_listener_ != nullptr) hang_up_listener_->on_hang_up();
}

void Descriptor::tell_unexpected_bytes() {
  if (reader_ == nullptr && hang_up_listener_ != nullptr) hang_up_listener_->on_unexpected_bytes();
}

void Descriptor::on_received(std::string_view bytes, int error) {
  sink_->on_received(bytes, error);
  if (bytes.empty()) hung_up_ = true;
  if (reader_ != nullptr && reader_->perform()) return reader_->complete(Outcome::kDone);
  bytes.empty() ? tell_hang_up() : tell_unexpected_bytes();
}

void Descriptor::on_sent(int error) {
  sink_->on_sent(error);
  if (writer_ != nullptr && writer_->perform()) writer_->complete(Outcome::kDone);
}

}  // namespace tidegate::async
