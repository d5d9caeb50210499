// One exchange's credentials towards one backend: put into each try anew, when its head is final
// (a signature is about method, target, fields and body, and its time is now).
//
// Thread: the worker's.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/arena.h"
#include "credential/store.h"
#include "http/message.h"
#include "stream/body.h"

namespace tidegate::credential {

// Whether the body must be whole in memory before a try.
bool needs_whole_body(const config::Backend& backend);

class Authorization {
 public:
  // `arena` outlives the request. `subject`: the caller's own bearer token, for a backend that
  // exchanges it; empty: there is none. REQUIRES: as Store::find().
  Authorization(Store& store, const config::Backend& backend, Arena& arena,
                std::string_view subject = {})
      : credentials_(store.find(backend)),
        reactor_(store.reactor()),
        arena_(arena),
        subject_(arena.copy(subject)) {}

  // Puts the credentials into the head, in place of those of the try before. `body` is whole where
  // needs_whole_body(), or there is none.
  // Errors: of TokenCache::obtain(); kForbidden, origin downstream, without a token of the caller.
  async::Task<Result<void>> apply(http::RequestHead& head, stream::BodySource& body,
                                  async::CancelScope& scope);
  // What the upstream answered to the last try. True when a try with other credentials may end
  // better; at most once per key, and once for tokens.
  bool on_answer(const http::ResponseHead& response);

 private:
  void put_key(http::RequestHead& head);
  void sign(http::RequestHead& head, stream::BodySource& body, const config::Aws& aws);

  std::shared_ptr<BackendCredentials> credentials_;
  async::Reactor& reactor_;
  Arena& arena_;
  std::string_view subject_;
  std::shared_ptr<TokenCache> tokens_;      // of the last try
  std::optional<std::string_view> target_;  // before a key was put into it
  std::size_t key_ = 0;                     // of the last try
  SharedMaterial material_;                 // of the last try
  std::size_t tries_ = 0;
};

}  // namespace tidegate::credential
