// The part of BackendState about load and health: which endpoint is taken, and what tries say of
// it.
#include <algorithm>
#include <utility>

#include "async/event.h"
#include "upstream/backend_state.h"

namespace tidegate::upstream {
namespace {

// Groups cool their members down by this where a member says nothing itself.
const config::PassiveHealth kUsualHealth;

}  // namespace

const BackendState::Endpoint* BackendState::choose(std::string_view avoid, Heed heed) {
  const bool plain = heed == Heed::kNo && config_->balance != config::Balance::kLowestLatency;
  if (plain || (!reported_ && checks_ == nullptr)) return &choose_any(avoid);
  return choose_best(avoid, heed);
}

// Two at random, the one with less to do: close to the best choice at constant cost.
// Source: Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001.
const BackendState::Endpoint& BackendState::choose_any(std::string_view avoid) {
  if (endpoints_.size() == 1) return endpoints_.front();
  const auto first = worker_.random.below(endpoints_.size());
  const auto other = (first + 1 + worker_.random.below(endpoints_.size() - 1)) % endpoints_.size();
  const Endpoint& a = endpoints_[first];
  const Endpoint& b = endpoints_[other];
  if (a.name == avoid) return b;
  if (b.name == avoid) return a;
  return a.in_use() <= b.in_use() ? a : b;
}

// The best of those that are not ejected. By latency: what a request would wait for at an endpoint
// with so many others before it; one that nobody has tried comes first.
const BackendState::Endpoint* BackendState::choose_best(std::string_view avoid, Heed heed) {
  const SteadyTime at = now();
  if (heed == Heed::kYes && !whole_.available(at)) return nullptr;
  const bool by_latency = config_->balance == config::Balance::kLowestLatency;
  const auto cost = [by_latency](const Endpoint& endpoint) {
    const std::size_t load = endpoint.in_use();
    if (!by_latency) return static_cast<std::uint64_t>(load);
    return static_cast<std::uint64_t>(endpoint.health->latency().count()) * (load + 1);
  };
  const Endpoint* best = nullptr;
  const Endpoint* avoided = nullptr;
  const std::size_t start = worker_.random.below(endpoints_.size());  // ties go around
  for (std::size_t i = 0; i < endpoints_.size(); ++i) {
    const Endpoint& endpoint = endpoints_[(start + i) % endpoints_.size()];
    if (heed == Heed::kYes && !endpoint.health->available(at)) continue;
    if (endpoint.name == avoid) {
      avoided = &endpoint;
    } else if (best == nullptr || cost(endpoint) < cost(*best)) {
      best = &endpoint;
    }
  }
  return best != nullptr ? best : avoided;
}

bool BackendState::available() const {
  const SteadyTime at = now();
  if (!whole_.available(at)) return false;
  if (config_->max_requests != 0 && active_ >= config_->max_requests) return false;
  if (simulator_ != nullptr || (endpoints_.empty() && needs_resolution())) return true;
  return std::ranges::any_of(
      endpoints_, [at](const Endpoint& endpoint) { return endpoint.health->available(at); });
}

BackendState::Endpoint* BackendState::find_endpoint(std::string_view name) {
  const auto found = std::ranges::find(endpoints_, name, &Endpoint::name);
  return found == endpoints_.end() ? nullptr : &*found;
}

void BackendState::begin(std::string_view endpoint) {
  ++active_;
  const SteadyTime at = now();
  whole_.start(at);
  if (Endpoint* known = find_endpoint(endpoint)) known->health->start(at);
}

// Behind a name its addresses are one service: what it answers is said by all of them.
EndpointHealth& BackendState::health_for(const TryReport& report, Endpoint* endpoint) {
  const bool one_service = needs_resolution() || simulator_ != nullptr;
  if (endpoint == nullptr || (one_service && !report.of_connection)) return whole_;
  return *endpoint->health;
}

bool BackendState::may_eject_another() const {
  const SteadyTime at = now();
  const auto& policy = config_->health.passive.value_or(kUsualHealth);
  const auto ejected = static_cast<std::size_t>(std::ranges::count_if(
      endpoints_, [at](const Endpoint& one) { return !one.health->available(at); }));
  return (ejected + 1) * 100 <=
         policy.max_ejected_percent * std::max<std::size_t>(endpoints_.size(), 1);
}

bool BackendState::finish(const TryReport& report) {
  --active_;
  reported_ = true;
  const SteadyTime at = now();
  const config::PassiveHealth& policy =
      config_->health.passive ? *config_->health.passive : kUsualHealth;
  Endpoint* endpoint = find_endpoint(report.endpoint);
  if (report.latency) {
    whole_.note_latency(*report.latency);
    if (endpoint != nullptr) endpoint->health->note_latency(*report.latency);
  }
  EndpointHealth& health = health_for(report, endpoint);
  if (!report.in_group && !config_->health.passive) {
    // Nobody asked for a verdict; only what start() began ends.
    whole_.finish(policy, Verdict::kSilent, false, at);
    if (endpoint != nullptr) endpoint->health->finish(policy, Verdict::kSilent, false, at);
    return false;
  }
  const bool may_eject = &health == &whole_ || may_eject_another();
  if (endpoint != nullptr) {
    // An answer, whatever it says, is good news of the address that it came from; a failure of the
    // address says nothing of the service behind it.
    const bool good = report.verdict == Verdict::kSuccess ||
                      (&health == &whole_ && report.verdict == Verdict::kFailure);
    EndpointHealth& other = &health == &whole_ ? *endpoint->health : whole_;
    other.finish(policy, good ? Verdict::kSuccess : Verdict::kSilent, false, at);
  }
  const bool ejected = health.finish(policy, report.verdict, may_eject, at);
  if (report.retry_after && report.verdict == Verdict::kFailure) {
    health.cool_down(policy, *report.retry_after, at);
  }
  return ejected;
}

int BackendState::take_circuit_change() {
  const SteadyTime at = now();
  const auto not_closed = [at](const EndpointHealth& health) {
    return health.circuit(at) != Circuit::kClosed;
  };
  int circuits = not_closed(whole_) ? 1 : 0;
  for (const Endpoint& endpoint : endpoints_) circuits += not_closed(*endpoint.health) ? 1 : 0;
  return circuits - std::exchange(told_circuits_, circuits);
}

void BackendState::update_checks() {
  if (checks_ != nullptr) {
    checks_->stop();
    checks_ = nullptr;
  }
  if (!config_->health.active || simulator_ != nullptr) return;
  HealthChecks::Resolve resolve;
  if (needs_resolution()) {
    // Checks are stopped before this object goes.
    resolve = [this](async::CancelScope& scope) { return resolve_for_checks(scope); };
  }
  checks_ = std::make_shared<HealthChecks>(worker_.reactor, *config_->health.active, config_->host,
                                           config_->tls != nullptr ? "https" : "http",
                                           std::move(resolve));
  set_check_targets();
  worker_.background.spawn(HealthChecks::run(checks_));
}

// Endpoints behind a name are known only when it was resolved, and nobody else may ask for it.
async::Task<void> BackendState::resolve_for_checks(async::CancelScope& scope) {
  async::Sleep turn(worker_.reactor, std::chrono::milliseconds(1), &scope);  // the constructor ends
  const async::Outcome outcome = co_await turn;
  if (outcome == async::Outcome::kCancelled || scope.requested()) co_return;  // this may be gone
  const auto self = weak_from_this().lock();  // a reload may forget this backend meanwhile
  if (self == nullptr) co_return;
  // Where that fails the next request tries again, and is told why.
  static_cast<void>(co_await resolve(scope));
}

void BackendState::set_check_targets() {
  if (checks_ == nullptr) return;
  std::vector<HealthChecks::Target> targets;
  for (const Endpoint& endpoint : endpoints_) {
    targets.push_back({endpoint.h1, endpoint.h2, endpoint.health});
  }
  checks_->set_targets(std::move(targets));
}

}  // namespace tidegate::upstream
