// The credentials of every backend of one worker, by the backend's id: tokens and the rest of
// refused keys outlive snapshots, and a changed Secret begins anew. Thread: the worker's.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "config/backend.h"
#include "credential/key_ring.h"
#include "credential/subject_tokens.h"
#include "credential/token_cache.h"

namespace tidegate::credential {

// What one worker keeps for one backend: one of the three is set.
struct BackendCredentials {
  std::shared_ptr<const config::Credentials> config;
  std::optional<KeyRing> keys;
  std::shared_ptr<TokenCache> tokens;
  std::optional<SubjectTokens> subjects;  // a token per caller
};

class Store {
 public:
  explicit Store(const CacheParts& parts) : parts_(parts) {}

  // Made on first use. An exchange of an older snapshot gets the newer credentials.
  // REQUIRES: backend.credentials, and they are injected.
  std::shared_ptr<BackendCredentials> find(const config::Backend& backend);

  // Brings every known backend to what the new configuration says of its id; null: it is gone.
  using FindBackend = std::function<std::shared_ptr<const config::Backend>(const std::string& id)>;
  void adopt(const FindBackend& find_backend);

  async::Reactor& reactor() const { return parts_.reactor; }

 private:
  std::shared_ptr<BackendCredentials> make(const config::Backend& backend) const;

  CacheParts parts_;
  std::unordered_map<std::string, std::shared_ptr<BackendCredentials>> by_id_;
};

}  // namespace tidegate::credential
