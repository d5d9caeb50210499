#include "async/cancel.h"

namespace tidegate::async {

void CancelHook::hook_into(CancelScope& scope) {
  unhook();
  if (scope.requested_) return on_cancel();
  scope_ = &scope;
  next_ = scope.first_;
  if (next_ != nullptr) next_->previous_ = this;
  scope.first_ = this;
}

void CancelHook::unhook() {
  if (scope_ == nullptr) return;
  (previous_ != nullptr ? previous_->next_ : scope_->first_) = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
  scope_ = nullptr;
  previous_ = next_ = nullptr;
}

CancelScope::~CancelScope() {
  while (first_ != nullptr) first_->unhook();
}

void CancelScope::request() {
  if (requested_) return;
  requested_ = true;
  while (first_ != nullptr) {
    CancelHook* hook = first_;
    hook->unhook();
    hook->on_cancel();
  }
}

}  // namespace tidegate::async
