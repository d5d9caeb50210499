#include "io/resolver.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "async/operation.h"
#include "base/check.h"
#include "io/dns_channel.h"

namespace tidegate::io {
namespace {

class Wait;

// What is known about one name.
struct Entry {
  std::vector<Address> addresses;  // the last good answer
  std::vector<std::string> names;  // or this, of a question for them
  std::string failure;             // of the last question; empty: it was answered
  SteadyTime fresh_until{};        // until then nothing is asked
  SteadyTime stale_until{};        // until then `addresses` serve when servers fail
  bool in_flight = false;
  std::vector<Wait*> waiters;
};

// Waits for the answer, for at most one tick of the channel.
class Wait final : public async::Operation, private async::CancelHook {
 public:
  Wait(async::Reactor& reactor, Entry& entry, async::CancelScope& scope)
      : Operation(reactor, reactor.timeouts(DnsChannel::kTick)), entry_(entry), scope_(scope) {}
  bool await_ready() const { return !entry_.in_flight; }
  void await_suspend(std::coroutine_handle<> handle) {
    entry_.waiters.push_back(this);
    start_waiting(handle);
    hook_into(scope_);
  }
  async::Outcome await_resume() {
    unhook();
    return outcome();
  }
  bool perform() override { return true; }

 private:
  void detach() override { std::erase(entry_.waiters, this); }
  void on_cancel() override { complete(async::Outcome::kCancelled); }
  Entry& entry_;
  async::CancelScope& scope_;
};

std::string lower_case(std::string name) {
  for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
  if (!name.empty() && name.back() == '.') name.pop_back();
  return name;
}

// Families in the wanted order, the server's order kept within each; what is not wanted is dropped.
std::vector<Address> arrange(std::vector<Address> addresses, FamilyOrder order) {
  if (order == FamilyOrder::kIpv4Only || order == FamilyOrder::kIpv6Only) {
    const int wanted = order == FamilyOrder::kIpv4Only ? AF_INET : AF_INET6;
    std::erase_if(addresses, [wanted](const auto& a) { return a.family() != wanted; });
    return addresses;
  }
  const int first = order == FamilyOrder::kIpv4First ? AF_INET : AF_INET6;
  std::vector<Address> arranged;
  for (const auto& address : addresses) {
    if (address.family() == first) arranged.push_back(address);
  }
  for (const auto& address : addresses) {
    if (address.family() != first) arranged.push_back(address);
  }
  return arranged;
}

std::vector<Address> with_port(const std::vector<Address>& addresses, std::uint16_t port) {
  std::vector<Address> result = addresses;
  for (auto& address : result) address.set_port(port);
  return result;
}

Error dns_error(std::string_view name, std::string_view why) {
  return Error(ErrorCode::kDnsFailure, Origin::kUpstream, fmt::format("{}: {}", name, why),
               Retry::kSafe);
}

}  // namespace

// The cache in front of the library's channel.
class Resolver::Channel {
 public:
  Channel(async::Reactor& r, ResolverOptions o, std::unique_ptr<DnsChannel> d)
      : reactor(r), options(std::move(o)), dns(std::move(d)) {}

  std::shared_ptr<Entry> find_entry(const std::string& name) {
    if (cache.size() >= options.max_names && !cache.contains(name)) evict();
    auto& entry = cache[name];
    if (entry == nullptr) entry = std::make_shared<Entry>();
    return entry;
  }

  void ask(const std::string& name, const std::shared_ptr<Entry>& entry) {
    entry->in_flight = true;
    dns->ask(name, options.order,
             [this, entry](DnsAnswer answer) { take(*entry, std::move(answer)); });
  }

  void ask_reverse(const Address& address, const std::shared_ptr<Entry>& entry) {
    entry->in_flight = true;
    dns->ask_reverse(address, [this, entry](DnsAnswer answer) { take(*entry, std::move(answer)); });
  }

  // Waits until the question that is open, if one is, is answered.
  async::Task<Result<void>> wait_for(std::shared_ptr<Entry> entry, std::string name,
                                     SteadyTime deadline, async::CancelScope& scope) {
    while (entry->in_flight) {
      const async::Outcome outcome = co_await Wait(reactor, *entry, scope);
      const bool cancelled = outcome == async::Outcome::kCancelled;
      if (cancelled || (outcome == async::Outcome::kTimeout && reactor.now() >= deadline)) {
        Error error = async::Operation::error_of(outcome, Origin::kUpstream, "DNS of " + name);
        error.retry = Retry::kSafe;
        co_return std::unexpected(std::move(error));
      }
      if (outcome == async::Outcome::kTimeout) dns->tick();
    }
    co_return Result<void>();
  }

  bool is_due(const Entry& entry) const {
    return !entry.in_flight && entry.fresh_until <= reactor.now();
  }

  void take(Entry& entry, DnsAnswer answer) {
    const SteadyTime now = reactor.now();
    entry.in_flight = false;
    entry.failure = std::move(answer.failure);
    switch (answer.kind) {
      case DnsAnswer::Kind::kFound: {
        const auto ttl =
            std::clamp<std::chrono::milliseconds>(answer.ttl, options.min_ttl, options.max_ttl);
        entry.addresses = arrange(std::move(answer.addresses), options.order);
        entry.names = std::move(answer.names);
        entry.fresh_until = now + ttl;
        entry.stale_until = entry.fresh_until + options.stale_for;
        break;
      }
      case DnsAnswer::Kind::kNoSuchName:
        entry.addresses.clear();
        entry.names.clear();
        entry.fresh_until = now + options.negative_ttl;
        break;
      case DnsAnswer::Kind::kServersFailed:
        if (entry.stale_until <= now) {
          entry.addresses.clear();
          entry.names.clear();
        }
        entry.fresh_until = now + options.error_ttl;
        break;
    }
    const auto waiters = entry.waiters;
    for (Wait* wait : waiters) wait->complete(async::Outcome::kDone);
  }

  // Makes room: drops what has expired, or else what will first.
  void evict() {
    const SteadyTime now = reactor.now();
    auto first = cache.end();
    for (auto it = cache.begin(); it != cache.end();) {
      const Entry& entry = *it->second;
      if (entry.in_flight) {
        ++it;
      } else if (entry.fresh_until <= now) {
        it = cache.erase(it);
      } else {
        if (first == cache.end() || entry.fresh_until < first->second->fresh_until) first = it;
        ++it;
      }
    }
    if (cache.size() >= options.max_names && first != cache.end()) cache.erase(first);
  }

  async::Reactor& reactor;
  ResolverOptions options;
  std::unordered_map<std::string, std::shared_ptr<Entry>> cache;
  std::unique_ptr<DnsChannel> dns;  // last: answers what is open when it goes
};

bool is_localhost(std::string_view name) {
  return name == "localhost" || name.ends_with(".localhost");
}

Resolver::Resolver(std::unique_ptr<Channel> channel) : channel_(std::move(channel)) {}

Resolver::~Resolver() {
  for (auto& [name, entry] : channel_->cache) {
    const auto waiters = entry->waiters;
    for (Wait* wait : waiters) wait->complete(async::Outcome::kCancelled);
  }
}

Result<std::unique_ptr<Resolver>> Resolver::make(async::Reactor& reactor, ResolverOptions options) {
  TIDEGATE_TRY(dns, DnsChannel::make(reactor, options));
  auto channel = std::make_unique<Channel>(reactor, std::move(options), std::move(dns));
  return std::unique_ptr<Resolver>(new Resolver(std::move(channel)));
}

async::Task<Result<std::vector<Address>>> Resolver::resolve(std::string name, std::uint16_t port,
                                                            async::CancelScope& scope,
                                                            std::chrono::milliseconds timeout) {
  if (auto literal = Address::parse(name, port)) co_return std::vector<Address>(1, *literal);
  name = lower_case(std::move(name));
  Channel& channel = *channel_;
  if (is_localhost(name)) {
    std::vector<Address> both;
    both.push_back(*Address::parse("127.0.0.1", port));
    both.push_back(*Address::parse("::1", port));
    co_return arrange(std::move(both), channel.options.order);
  }
  const SteadyTime deadline = channel.reactor.now() + timeout;
  const std::shared_ptr<Entry> entry = channel.find_entry(name);
  if (channel.is_due(*entry)) channel.ask(name, entry);
  if (entry->in_flight) {
    TIDEGATE_CO_TRY_VOID(channel.wait_for(entry, name, deadline, scope));
  }
  if (entry->addresses.empty()) co_return std::unexpected(dns_error(name, entry->failure));
  co_return with_port(entry->addresses, port);
}

async::Task<Result<std::vector<std::string>>> Resolver::find_names(
    Address address, async::CancelScope& scope, std::chrono::milliseconds timeout) {
  Channel& channel = *channel_;
  const std::string name = address.ip();  // no host has such a name: they share the cache
  const SteadyTime deadline = channel.reactor.now() + timeout;
  const std::shared_ptr<Entry> entry = channel.find_entry(name);
  if (channel.is_due(*entry)) channel.ask_reverse(address, entry);
  if (entry->in_flight) {
    TIDEGATE_CO_TRY_VOID(channel.wait_for(entry, name, deadline, scope));
  }
  if (entry->names.empty()) co_return std::unexpected(dns_error(name, entry->failure));
  co_return entry->names;
}

}  // namespace tidegate::io
