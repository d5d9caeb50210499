// Explicit cancellation: an exchange owns a CancelScope, and whatever it waits for hooks itself in.
//
// request() tells every hook once; the hooks end what they wait for with kCancelled, and the tasks
// run to their end by themselves. Thread: the reactor's.
#pragma once

namespace tidegate::async {

class CancelScope;

// Linked into a scope for as long as something may be cancelled.
class CancelHook {
 public:
  // Calls on_cancel() once when the scope is cancelled; at once when it is already.
  void hook_into(CancelScope& scope);
  void unhook();
  virtual void on_cancel() = 0;

  CancelHook() = default;
  CancelHook(const CancelHook&) = delete;
  CancelHook& operator=(const CancelHook&) = delete;

 protected:
  ~CancelHook() { unhook(); }

 private:
  friend class CancelScope;
  CancelScope* scope_ = nullptr;
  CancelHook* previous_ = nullptr;
  CancelHook* next_ = nullptr;
};

class CancelScope {
 public:
  CancelScope() = default;
  ~CancelScope();
  CancelScope(const CancelScope&) = delete;
  CancelScope& operator=(const CancelScope&) = delete;

  void request();
  bool requested() const { return requested_; }

 private:
  friend class CancelHook;
  CancelHook* first_ = nullptr;
  bool requested_ = false;
};

}  // namespace tidegate::async
