// The backends of one worker, by id: they outlive the snapshots that name them, so a reload keeps
// connections, health and counts.   Thread: the worker's.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "upstream/backend_state.h"
#include "upstream/group_state.h"

namespace tidegate::upstream {

class Registry {
 public:
  explicit Registry(const WorkerResources& worker) : worker_(worker) {}

  // The state of a backend, made on first use. An exchange of an older snapshot gets the newer
  // state.
  const std::shared_ptr<BackendState>& find(const std::shared_ptr<const config::Backend>& backend,
                                            const TlsSource& tls);

  // The state of a group, by its id; made on first use.
  GroupState& group(const std::string& id) { return groups_[id]; }

  // Brings every known backend to what the new configuration says of its id; null: it is gone.
  using FindBackend = std::function<std::shared_ptr<const config::Backend>(const std::string& id)>;
  void adopt(const FindBackend& find_backend, const TlsSource& tls);
  void close_idle(SteadyTime before);
  // Forgets everything; connections end with what uses them.
  void clear();

 private:
  WorkerResources worker_;
  std::unordered_map<std::string, std::shared_ptr<BackendState>> by_id_;
  std::unordered_map<std::string, GroupState> groups_;
  // Shortcut for the request path, by the current configuration of each.
  std::unordered_map<const config::Backend*, std::shared_ptr<BackendState>> by_config_;
};

}  // namespace tidegate::upstream
