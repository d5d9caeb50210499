#include "upstream/registry.h"

namespace tidegate::upstream {

const std::shared_ptr<BackendState>& Registry::find(
    const std::shared_ptr<const config::Backend>& backend, const TlsSource& tls) {
  if (const auto known = by_config_.find(backend.get()); known != by_config_.end())
    return known->second;
  auto& state = by_id_[backend->id];
  if (state == nullptr) {
    state = std::make_shared<BackendState>(backend, tls, worker_);
    by_config_.emplace(backend.get(), state);
  }
  return state;
}

void Registry::adopt(const FindBackend& find_backend, const TlsSource& tls) {
  by_config_.clear();
  std::erase_if(groups_, [&](const auto& entry) { return find_backend(entry.first) == nullptr; });
  std::erase_if(by_id_, [&](auto& entry) {
    auto config = find_backend(entry.first);
    BackendState& state = *entry.second;
    if (config == nullptr) {
      state.stop();
      return true;
    }
    if (state.config() != config) state.update(config, tls);
    by_config_.emplace(config.get(), entry.second);
    return false;
  });
}

void Registry::clear() {
  for (auto& [id, state] : by_id_) state->stop();
  by_config_.clear();
  by_id_.clear();
}

void Registry::close_idle(SteadyTime before) {
  for (auto& [id, state] : by_id_) state->close_idle(before);
}

}  // namespace tidegate::upstream
