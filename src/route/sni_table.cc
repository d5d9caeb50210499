#include "route/sni_table.h"

#include <array>

namespace tidegate::route {

SniTable::SniTable(std::span<const config::Listener* const> listeners) {
  entries_.reserve(listeners.size());  // hosts_ views the strings in it
  for (const config::Listener* listener : listeners) {
    const auto index = static_cast<std::uint32_t>(entries_.size());
    Entry& entry = entries_.emplace_back();
    entry.hostname = listener->hostname;
    entry.routes = listener->l4_routes;
    hosts_.add(entry.hostname, index);
    for (std::uint32_t i = 0; i < entry.routes.size(); ++i) {
      if (entry.routes[i]->hostnames.empty()) entry.names.add({}, i);
      for (const std::string& hostname : entry.routes[i]->hostnames) entry.names.add(hostname, i);
    }
  }
}

SniChoice SniTable::find(std::string_view server_name) const {
  std::array<char, kMaxHostBytes> buffer;
  const std::string_view name = normalize_host(server_name, buffer);
  SniChoice choice;
  choice.listener = hosts_.find(name);
  if (choice.listener == HostTable::kAbsent) return choice;
  const Entry& entry = entries_[choice.listener];
  const std::uint32_t route = entry.names.find(name);
  if (route != HostTable::kAbsent) choice.route = entry.routes[route].get();
  return choice;
}

}  // namespace tidegate::route
