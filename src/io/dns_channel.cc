#include "io/dns_channel.h"

#include <ares.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>

#include <algorithm>
#include <utility>

#include "async/descriptor.h"
#include "base/check.h"

namespace tidegate::io {

namespace {

// The library does not tell the TTL of names.
constexpr std::chrono::seconds kNamesTtl{60};

void set_failure(DnsAnswer& answer, int status, std::string_view nothing_found) {
  const bool definite = status == ARES_SUCCESS || status == ARES_ENOTFOUND ||
                        status == ARES_ENODATA || status == ARES_EBADNAME;
  answer.kind = definite ? DnsAnswer::Kind::kNoSuchName : DnsAnswer::Kind::kServersFailed;
  answer.failure = status == ARES_SUCCESS ? nothing_found : ares_strerror(status);
}

}  // namespace

// One socket of the library. It watches a duplicate, because the library closes its own.
class DnsChannel::Watch final : public async::Operation {
 public:
  Watch(DnsChannel& channel, int fd)
      : Operation(channel.reactor_, nullptr),
        channel_(channel),
        fd_(fd),
        descriptor_(channel.reactor_, ::fcntl(fd, F_DUPFD_CLOEXEC, 0)) {
    if (!descriptor_.is_open() || !descriptor_.watch()) return;
    descriptor_.clear_readable();
    descriptor_.clear_writable();
    descriptor_.set_reader(this);
    descriptor_.set_writer(this);
  }
  ~Watch() override { stop(); }
  void stop() {
    descriptor_.set_reader(nullptr);
    descriptor_.set_writer(nullptr);
    descriptor_.close();
  }
  bool perform() override {
    descriptor_.clear_readable();
    descriptor_.clear_writable();
    channel_.process(fd_);
    return false;  // stays for the next datagram
  }

 private:
  void detach() override {}
  DnsChannel& channel_;
  int fd_;
  async::Descriptor descriptor_;
};

DnsChannel::DnsChannel(async::Reactor& reactor) : reactor_(reactor) {}

Result<std::unique_ptr<DnsChannel>> DnsChannel::make(async::Reactor& reactor,
                                                     const ResolverOptions& options) {
  const auto failed = [](int status) {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal,
                fmt::format("DNS: {}", ares_strerror(status)));
  };
  // Safe to repeat; its counterpart is for the end of the process only.
  if (const int status = ares_library_init(ARES_LIB_INIT_ALL)) return failed(status);
  std::unique_ptr<DnsChannel> channel(new DnsChannel(reactor));
  std::string lookups = "fb";  // /etc/hosts, then servers
  ares_options settings{};
  settings.flags = ARES_FLAG_NOSEARCH;
  settings.timeout = static_cast<int>(options.query_timeout.count());
  settings.tries = options.tries;
  settings.ndots = 1;
  settings.ndomains = 0;
  settings.lookups = lookups.data();
  settings.sock_state_cb = on_socket_state;
  settings.sock_state_cb_data = channel.get();
  const int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS |
                   ARES_OPT_DOMAINS | ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB;
  if (const int status = ares_init_options(&channel->channel_, &settings, mask)) {
    channel->channel_ = nullptr;
    return failed(status);
  }
  if (!options.servers.empty()) {
    const int status = ares_set_servers_ports_csv(channel->channel_, options.servers.c_str());
    if (status != ARES_SUCCESS) return failed(status);
  }
  return channel;
}

DnsChannel::~DnsChannel() {
  if (channel_ != nullptr) ares_destroy(channel_);
}

void DnsChannel::on_socket_state(void* self, int fd, int readable, int writable) {
  auto& channel = *static_cast<DnsChannel*>(self);
  const auto found = channel.watches_.find(fd);
  if (readable == 0 && writable == 0) {
    if (found == channel.watches_.end()) return;
    found->second->stop();
    channel.closed_.push_back(std::move(found->second));
    channel.watches_.erase(found);
  } else if (found == channel.watches_.end()) {
    channel.watches_[fd] = std::make_unique<Watch>(channel, fd);
  }
}

// Edges are told once, and the library may read less than there is: go on until nothing is left.
void DnsChannel::process(int fd) {
  if (std::exchange(processing_, true)) return;
  constexpr int kMaxRounds = 64;
  ares_process_fd(channel_, fd, fd);
  for (int round = 0; round < kMaxRounds && watches_.contains(fd); ++round) {
    pollfd left{fd, POLLIN, 0};
    if (::poll(&left, 1, 0) <= 0) break;
    ares_process_fd(channel_, fd, ARES_SOCKET_BAD);
  }
  processing_ = false;
}

void DnsChannel::tick() {
  closed_.clear();
  ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

void DnsChannel::ask(const std::string& name, FamilyOrder order, OnAnswer on_answer) {
  closed_.clear();
  ares_addrinfo_hints hints{};
  hints.ai_flags = ARES_AI_NOSORT | ARES_AI_ENVHOSTS;  // $CARES_HOSTS in place of /etc/hosts
  hints.ai_family = AF_UNSPEC;
  if (order == FamilyOrder::kIpv4Only) hints.ai_family = AF_INET;
  if (order == FamilyOrder::kIpv6Only) hints.ai_family = AF_INET6;
  hints.ai_socktype = SOCK_STREAM;
  auto question = std::make_unique<OnAnswer>(std::move(on_answer));
  ares_getaddrinfo(channel_, name.c_str(), nullptr, &hints, on_result, question.release());
}

void DnsChannel::on_result(void* question, int status, int, ares_addrinfo* result) {
  const std::unique_ptr<OnAnswer> on_answer(static_cast<OnAnswer*>(question));
  DnsAnswer answer;
  int smallest_ttl = 0;
  for (auto* node = result != nullptr ? result->nodes : nullptr; node != nullptr;
       node = node->ai_next) {
    smallest_ttl = answer.addresses.empty() ? node->ai_ttl : std::min(smallest_ttl, node->ai_ttl);
    answer.addresses.push_back(Address::from(node->ai_addr, node->ai_addrlen));
  }
  if (result != nullptr) ares_freeaddrinfo(result);
  answer.ttl = std::chrono::seconds(smallest_ttl);
  if (!answer.addresses.empty()) {
    answer.kind = DnsAnswer::Kind::kFound;
  } else {
    set_failure(answer, status, "no address");
  }
  (*on_answer)(std::move(answer));
}

void DnsChannel::ask_reverse(const Address& address, OnAnswer on_answer) {
  closed_.clear();
  auto question = std::make_unique<OnAnswer>(std::move(on_answer));
  const bool v4 = address.family() == AF_INET;
  const void* bytes =
      v4 ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(address.data())->sin_addr)
         : &reinterpret_cast<const sockaddr_in6*>(address.data())->sin6_addr;
  ares_gethostbyaddr(channel_, bytes, v4 ? sizeof(in_addr) : sizeof(in6_addr), address.family(),
                     on_names, question.release());
}

void DnsChannel::on_names(void* question, int status, int, hostent* host) {
  const std::unique_ptr<OnAnswer> on_answer(static_cast<OnAnswer*>(question));
  DnsAnswer answer;
  const auto add = [&answer](std::string_view name) {
    std::string lower(name);
    for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    if (std::ranges::find(answer.names, lower) == answer.names.end()) {
      answer.names.push_back(std::move(lower));
    }
  };
  if (host != nullptr && host->h_name != nullptr) {
    add(host->h_name);
    for (char** alias = host->h_aliases; alias != nullptr && *alias != nullptr; ++alias) {
      add(*alias);
    }
  }
  answer.ttl = kNamesTtl;
  if (!answer.names.empty()) {
    answer.kind = DnsAnswer::Kind::kFound;
  } else {
    set_failure(answer, status, "no name");
  }
  (*on_answer)(std::move(answer));
}

}  // namespace tidegate::io
