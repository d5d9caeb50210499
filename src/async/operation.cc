#include "async/operation.h"

#include <fmt/format.h>

#include <utility>

#include "async/reactor.h"
#include "base/check.h"

namespace tidegate::async {

void TimeoutList::add(Operation& operation, SteadyTime now) {
  operation.deadline_ = now + duration_;
  operation.previous_ = last_;
  operation.next_ = nullptr;
  (last_ != nullptr ? last_->next_ : first_) = &operation;
  last_ = &operation;
}

void TimeoutList::remove(Operation& operation) {
  (operation.previous_ != nullptr ? operation.previous_->next_ : first_) = operation.next_;
  (operation.next_ != nullptr ? operation.next_->previous_ : last_) = operation.previous_;
  operation.previous_ = operation.next_ = nullptr;
}

void TimeoutList::expire(SteadyTime now) {
  while (first_ != nullptr && first_->deadline_ <= now) first_->complete(Outcome::kTimeout);
}

SteadyTime TimeoutList::next() const {
  return first_ != nullptr ? first_->deadline_ : SteadyTime::max();
}

Operation::~Operation() { TIDEGATE_DCHECK(!waiting_); }

void Operation::start_waiting(std::coroutine_handle<> handle) {
  waiting_ = handle;
  outcome_ = Outcome::kPending;
  if (timeout_ != nullptr) timeout_->add(*this, reactor_->now());
}

void Operation::complete(Outcome outcome) {
  if (!waiting_) return;
  if (timeout_ != nullptr) timeout_->remove(*this);
  detach();
  outcome_ = outcome;
  reactor_->enqueue(std::exchange(waiting_, nullptr));
}

Error Operation::error_of(Outcome outcome, Origin origin, std::string_view what) {
  switch (outcome) {
    case Outcome::kTimeout:
      return Error(ErrorCode::kTimeout, origin, fmt::format("timed out: {}", what));
    case Outcome::kCancelled:
      return Error(ErrorCode::kCancelled, origin, fmt::format("cancelled: {}", what));
    case Outcome::kPending:
    case Outcome::kDone:
      break;
  }
  return Error(ErrorCode::kInternal, Origin::kInternal, fmt::format("no outcome: {}", what));
}

}  // namespace tidegate::async
