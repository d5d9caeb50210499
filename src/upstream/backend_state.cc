#include "upstream/backend_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/store_limits.h"
#include "simulator/simulator.h"
#include "upstream/h1_call.h"
#include "upstream/h2_call.h"
#include "upstream/resolution.h"
#include "upstream/simulator_call.h"

namespace tidegate::upstream {
namespace {

std::unexpected<Error> no_healthy_endpoint() {
  return fail(ErrorCode::kUnavailable, Origin::kUpstream, "all endpoints are ejected",
              Retry::kSafe);
}

}  // namespace

namespace {

// A store has a process or a buffer for each connection: there is always a limit.
std::size_t max_connections(const config::Backend& backend) {
  const bool store = backend.protocol == config::BackendProtocol::kRedis ||
                     backend.protocol == config::BackendProtocol::kPostgres;
  if (store && backend.max_connections == 0) return limits::kMaxStoreConnections;
  return backend.max_connections;
}

// Null where connections go straight to the destination.
std::shared_ptr<const Tunnel> make_tunnel(const config::Backend& backend) {
  const auto* fqdn = std::get_if<config::Fqdn>(&backend.destination);
  if (!backend.proxy || fqdn == nullptr) return nullptr;
  auto tunnel = std::make_shared<Tunnel>();
  const bool bytes = backend.protocol == config::BackendProtocol::kTcp && backend.tls == nullptr;
  tunnel->first_word = bytes ? FirstWord::kEither : FirstWord::kOurs;
  tunnel->authority = fmt::format("{}:{}", fqdn->hostname, fqdn->port);
  tunnel->authorization = backend.proxy->authorization;
  return tunnel;
}

}  // namespace

BackendState::BackendState(std::shared_ptr<const config::Backend> config, const TlsSource& tls,
                           const WorkerResources& worker)
    : worker_(worker) {
  update(std::move(config), tls);
}

void BackendState::update(std::shared_ptr<const config::Backend> config, const TlsSource& tls) {
  auto context = config->tls != nullptr ? tls.client_tls(*config)
                                        : Result<std::shared_ptr<const io::ClientTls>>(nullptr);
  const bool same_way = config_ != nullptr && config_->protocol == config->protocol &&
                        config_->proxy == config->proxy &&
                        (!config->proxy || config_->destination == config->destination) &&
                        config_->max_connections == config->max_connections &&
                        config_->max_pending == config->max_pending &&
                        tls_.has_value() == context.has_value() && (!context || *tls_ == *context);
  if (config_ == nullptr ? has_own_resolver(config->dns)
                         : !resolves_alike(config_->dns, config->dns)) {
    own_resolver_ = make_resolver(worker_.reactor, config->dns);
  }
  config_ = std::move(config);
  tls_ = std::move(context);
  watched_ = config_->health.passive || config_->health.active || config_->max_requests != 0 ||
             config_->balance == config::Balance::kLowestLatency;
  std::vector<io::Address> addresses;
  if (!same_way) {
    for (const Endpoint& endpoint : endpoints_) addresses.push_back(endpoint.address);
    set_addresses({});  // connections of the old way end with their exchanges
  }
  if (const auto* settings = std::get_if<config::SimulatorSettings>(&config_->destination)) {
    simulator_ = std::make_shared<simulator::Simulator>(*settings);
  }
  if (const auto* fixed = std::get_if<std::vector<config::Endpoint>>(&config_->destination)) {
    addresses.clear();
    for (const auto& endpoint : *fixed) {
      // What is no address was refused by the compiler of resources, which said so.
      if (auto address = io::Address::parse(endpoint.address, endpoint.port))
        addresses.push_back(*address);
    }
    set_addresses(addresses);
  }
  update_checks();
}

BackendState::~BackendState() { stop(); }

void BackendState::stop() {
  if (checks_ != nullptr) checks_->stop();
}

void BackendState::set_addresses(const std::vector<io::Address>& addresses) {
  std::vector<Endpoint> next;
  next.reserve(addresses.size());
  for (const io::Address& address : addresses) {
    const auto known = std::ranges::find_if(endpoints_, [&](const Endpoint& endpoint) {
      return !endpoint.name.empty() && endpoint.address == address;
    });
    next.push_back(known != endpoints_.end() ? std::move(*known) : make_endpoint(address));
    if (known != endpoints_.end()) known->name.clear();
  }
  for (const Endpoint& gone : endpoints_) {
    if (gone.h1 != nullptr) gone.h1->retire();
  }
  endpoints_ = std::move(next);
  if (endpoints_.empty()) return;
  std::erase_if(healths_, [this](const auto& known) {
    return std::ranges::find(endpoints_, known.first, &Endpoint::name) == endpoints_.end();
  });
  set_check_targets();
}

BackendState::Endpoint BackendState::make_endpoint(const io::Address& address) {
  Endpoint endpoint;
  endpoint.address = address;
  Connector connector(worker_.reactor, address, tls_.value_or(nullptr), connect_timeout(),
                      make_tunnel(*config_), TlsFailureReport(worker_.tls_failures, config_),
                      config_->protocol == config::BackendProtocol::kPostgres ? TlsStart::kPostgres
                                                                              : TlsStart::kAtOnce);
  endpoint.name = connector.name();
  if (config_->protocol == config::BackendProtocol::kHttp2) {
    endpoint.h2 =
        std::make_shared<H2Pool>(std::move(connector), worker_.shared_buffer, worker_.background);
  } else {
    endpoint.h1 = std::make_shared<H1Pool>(
        std::move(connector), worker_.shared_buffer, max_connections(*config_),
        config_->max_pending != 0 ? config_->max_pending : limits::kMaxPoolQueue);
  }
  auto& health = healths_[endpoint.name];
  if (health == nullptr) health = std::make_shared<EndpointHealth>();
  endpoint.health = health;
  return endpoint;
}

std::chrono::milliseconds BackendState::connect_timeout() const {
  return config_->connect_timeout.count() > 0 ? config_->connect_timeout : limits::kConnectTimeout;
}

async::Task<Result<void>> BackendState::resolve(async::CancelScope& scope) {
  if (!needs_resolution()) co_return Result<void>();
  const config::Fqdn fqdn = std::get<config::Fqdn>(config_->destination);
  if (!own_resolver_) co_return std::unexpected(own_resolver_.error());
  const std::shared_ptr<io::Resolver> own = *own_resolver_;
  io::Resolver* resolver = own != nullptr ? own.get() : worker_.resolver;
  if (resolver == nullptr) {
    co_return fail(ErrorCode::kDnsFailure, Origin::kInternal, "no resolver");
  }
  // A forward proxy resolves the name itself.
  const std::optional<config::ForwardProxy> proxy = config_->proxy;
  const std::string& name = proxy ? proxy->host : fqdn.hostname;
  const std::uint16_t port = proxy ? proxy->port : fqdn.port;
  TIDEGATE_CO_TRY(addresses, resolver->resolve(name, port, scope, connect_timeout()));
  if (!proxy) {
    if (auto kept = keep_allowed(config_->dns, name, addresses); !kept) co_return kept;
    if (!config_->dns.reverse_names.empty()) {
      TIDEGATE_CO_TRY_VOID(
          keep_reverse_mapped(*resolver, config_->dns, name, addresses, scope, connect_timeout()));
    }
  }
  const bool same = std::ranges::equal(addresses, endpoints_, {}, {}, &Endpoint::address);
  if (!same) set_addresses(addresses);
  co_return Result<void>();
}

Result<std::unique_ptr<Call>> BackendState::make_call(const TryRequest& request) {
  if (!tls_) return fail(ErrorCode::kTlsFailure, Origin::kUpstream, tls_.error().detail);
  if (simulator_ != nullptr) {
    return std::make_unique<SimulatorCall>(simulator_, worker_, request.arena, request.scope);
  }
  if (endpoints_.empty())
    return fail(ErrorCode::kUnavailable, Origin::kUpstream, "no ready endpoint");
  if (config_->max_requests != 0 && active_ >= config_->max_requests) {
    return fail(ErrorCode::kUnavailable, Origin::kUpstream, "maxRequests are under way",
                Retry::kSafe);
  }
  const Endpoint* chosen = choose(request.avoid, heeds_health(request.in_group));
  if (chosen == nullptr) return no_healthy_endpoint();
  const Endpoint& endpoint = *chosen;
  if (endpoint.h2 != nullptr) {
    return std::make_unique<H2Call>(endpoint.h2, request.timeouts, request.arena, request.scope);
  }
  return std::make_unique<H1Call>(endpoint.h1, request.reuse, request.timeouts, request.arena,
                                  request.scope);
}

async::Task<Result<std::unique_ptr<io::Socket>>> BackendState::connect_raw(
    async::CancelScope& scope) {
  if (!tls_) co_return fail(ErrorCode::kTlsFailure, Origin::kUpstream, tls_.error().detail);
  TIDEGATE_CO_TRY_VOID(resolve(scope));
  if (endpoints_.empty())
    co_return fail(ErrorCode::kUnavailable, Origin::kUpstream, "no ready endpoint");
  const Endpoint* chosen = choose(std::string_view(), heeds_health(false));
  if (chosen == nullptr) co_return no_healthy_endpoint();
  const Endpoint& endpoint = *chosen;
  const Connector connector =
      endpoint.h1 != nullptr ? endpoint.h1->connector() : endpoint.h2->connector();
  co_return co_await connector.connect(scope);
}

Result<std::shared_ptr<H1Pool>> BackendState::choose_pool(std::string_view avoid) {
  if (!tls_) return fail(ErrorCode::kTlsFailure, Origin::kUpstream, tls_.error().detail);
  if (endpoints_.empty())
    return fail(ErrorCode::kUnavailable, Origin::kUpstream, "no ready endpoint");
  const Endpoint* chosen = choose(avoid, heeds_health(true));
  if (chosen == nullptr) return no_healthy_endpoint();
  return chosen->h1;
}

async::Task<Result<io::Address>> BackendState::choose_address(async::CancelScope& scope) {
  TIDEGATE_CO_TRY_VOID(resolve(scope));
  if (endpoints_.empty())
    co_return fail(ErrorCode::kUnavailable, Origin::kUpstream, "no ready endpoint");
  const Endpoint* chosen = choose(std::string_view(), heeds_health(false));
  if (chosen == nullptr) co_return no_healthy_endpoint();
  co_return chosen->address;
}

void BackendState::close_idle(SteadyTime before) {
  for (const Endpoint& endpoint : endpoints_) {
    if (endpoint.h1 != nullptr) endpoint.h1->close_idle(before);
  }
}

}  // namespace tidegate::upstream
