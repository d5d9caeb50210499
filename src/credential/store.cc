#include "credential/store.h"

namespace tidegate::credential {

std::shared_ptr<BackendCredentials> Store::make(const config::Backend& backend) const {
  auto made = std::make_shared<BackendCredentials>();
  made->config = backend.credentials;
  if (const auto* keys = std::get_if<config::ApiKeys>(&backend.credentials->source)) {
    made->keys.emplace(keys->keys.size());
  } else if (const auto* exchange =
                 std::get_if<config::TokenExchange>(&backend.credentials->source);
             exchange != nullptr && exchange->of_caller) {
    made->subjects.emplace(backend.id, backend.credentials, parts_);
  } else {
    made->tokens = std::make_shared<TokenCache>(backend.id, backend.credentials, parts_);
  }
  return made;
}

std::shared_ptr<BackendCredentials> Store::find(const config::Backend& backend) {
  auto& known = by_id_[backend.id];
  if (known == nullptr) known = make(backend);
  return known;
}

void Store::adopt(const FindBackend& find_backend) {
  for (auto it = by_id_.begin(); it != by_id_.end();) {
    const auto backend = find_backend(it->first);
    if (backend == nullptr || backend->credentials == nullptr ||
        !backend->credentials->are_injected()) {
      it = by_id_.erase(it);
      continue;
    }
    if (*backend->credentials != *it->second->config) it->second = make(*backend);
    ++it;
  }
}

}  // namespace tidegate::credential
