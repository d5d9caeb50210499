#include "gatewayapi/listener/conflicts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "gatewayapi/listener/addresses.h"
#include "gatewayapi/route/hostname.h"

namespace tidegate::gatewayapi {
namespace {

using config::ListenerProtocol;

// Listeners of one family can share a port.
enum class Family : std::uint8_t { kHttp, kTls, kTcp, kUdp };

Family family_of(ListenerProtocol protocol) {
  switch (protocol) {
    case ListenerProtocol::kHttp:
      return Family::kHttp;
    case ListenerProtocol::kHttps:
    case ListenerProtocol::kTlsTerminate:
    case ListenerProtocol::kTlsPassthrough:
      return Family::kTls;
    case ListenerProtocol::kTcp:
      return Family::kTcp;
    case ListenerProtocol::kUdp:
      return Family::kUdp;
  }
  return Family::kHttp;
}

bool is_udp(const ServedListener& listener) { return listener.protocol == ListenerProtocol::kUdp; }

// Why two listeners of one Gateway cannot both be served; nothing when they can.
std::optional<std::string_view> conflict_reason(const ServedListener& a, const ServedListener& b) {
  if (!a.protocol || !b.protocol || a.spec->port != b.spec->port) return std::nullopt;
  if (is_udp(a) != is_udp(b)) return std::nullopt;
  if (family_of(*a.protocol) != family_of(*b.protocol)) return Reason::kProtocolConflict;
  const bool by_hostname = *a.protocol != ListenerProtocol::kTcp && !is_udp(a);
  if (!by_hostname) return Reason::kProtocolConflict;
  return a.hostname() == b.hostname() ? std::optional(Reason::kHostnameConflict) : std::nullopt;
}

void mark(ServedListener& loser, const ServedListener& other, std::string_view reason) {
  if (loser.conflict) return;
  loser.conflict =
      Problem{reason, fmt::format("port {} is also used by listener {} ({}{}{})", loser.spec->port,
                                  other.id, other.spec->protocol,
                                  other.hostname().empty() ? "" : ", ", other.hostname())};
}

// Marks those of `group` that lose against listeners with an older claim.
void settle_with_earlier(Topology& topology, std::span<const std::uint32_t> earlier,
                         std::span<const std::uint32_t> group) {
  for (const std::uint32_t i : group) {
    ServedListener& listener = topology.listeners[i];
    for (const std::uint32_t e : earlier) {
      const ServedListener& other = topology.listeners[e];
      if (const auto reason = conflict_reason(listener, other)) mark(listener, other, *reason);
    }
  }
}

// Marks all of `group` that cannot be told apart; those that lost already do not count.
void settle_among_themselves(Topology& topology, std::span<const std::uint32_t> group) {
  std::vector<std::uint32_t> rest;
  std::ranges::copy_if(group, std::back_inserter(rest),
                       [&](std::uint32_t i) { return !topology.listeners[i].conflict; });
  for (const std::uint32_t i : rest) {
    for (const std::uint32_t o : rest) {
      ServedListener& listener = topology.listeners[i];
      const ServedListener& other = topology.listeners[o];
      const auto reason = o == i ? std::nullopt : conflict_reason(listener, other);
      if (reason) mark(listener, other, *reason);
    }
  }
}

std::string socket_key(const ServedListener& listener, std::string_view address) {
  return fmt::format("{}{}", is_udp(listener) ? "udp " : "",
                     format_socket(address, listener.spec->port));
}

// Takes away the addresses that another Gateway owns or that could not be bound.
void claim_sockets(ServedListener& listener, const CompileOptions& options,
                   std::map<std::string, std::uint32_t>& owners) {
  std::string lost;
  std::erase_if(listener.bind_addresses, [&](const std::string& address) {
    const std::string key = socket_key(listener, address);
    const bool broken =
        std::ranges::find(options.unavailable_sockets, key) != options.unavailable_sockets.end();
    const auto owner = owners.try_emplace(key, listener.gateway).first->second;
    if (!broken && owner == listener.gateway) return false;
    lost = fmt::format("{} {}", key, broken ? "cannot be bound" : "belongs to an older Gateway");
    return true;
  });
  if (!lost.empty() && listener.bind_addresses.empty()) {
    listener.not_accepted = {Reason::kPortUnavailable, std::move(lost)};
  }
}

}  // namespace

void find_conflicts_within_gateways(Topology& topology) {
  std::vector<std::vector<std::uint32_t>> claimed(topology.gateways.size());
  for (std::uint32_t g = 0; g < topology.gateways.size(); ++g) {
    const auto& own = topology.gateways[g].listeners;
    settle_among_themselves(topology, own);
    claimed[g] = own;
  }
  for (const ServedListenerSet& set : topology.listener_sets) {
    auto& earlier = claimed[set.gateway];
    settle_with_earlier(topology, earlier, set.listeners);
    settle_among_themselves(topology, set.listeners);
    // What lost has no claim on the port against younger sets.
    std::ranges::copy_if(set.listeners, std::back_inserter(earlier),
                         [&](std::uint32_t i) { return !topology.listeners[i].conflict; });
  }
}

void find_conflicts_between_gateways(Topology& topology, const CompileOptions& options) {
  if (options.sockets != Sockets::kShared) return;
  std::map<std::string, std::uint32_t> owners;  // socket -> Gateway
  for (std::uint32_t g = 0; g < topology.gateways.size(); ++g) {
    for (ServedListener& listener : topology.listeners) {
      const bool serves = listener.gateway == g && !topology.gateways[g].not_accepted;
      if (serves && listener.accepted()) claim_sockets(listener, options, owners);
    }
  }
}

void find_overlapping_hostnames(Topology& topology) {
  const auto https = [](const ServedListener& listener) {
    return listener.protocol == ListenerProtocol::kHttps && listener.accepted();
  };
  for (ServedListener& a : topology.listeners) {
    if (!https(a)) continue;
    a.overlapping_hostname = std::ranges::any_of(topology.listeners, [&](const ServedListener& b) {
      return &a != &b && https(b) && a.gateway == b.gateway && a.spec->port == b.spec->port &&
             hostnames_overlap(a.hostname(), b.hostname());
    });
  }
}

}  // namespace tidegate::gatewayapi
