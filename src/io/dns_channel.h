// c-ares on a reactor: asks one question, answers by callback. For resolver.cc only.
//
// The library's sockets are watched as Descriptors; its timeouts are checked when tick() is called,
// which whoever waits for an answer does every kTick.   Thread: the reactor's.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "async/reactor.h"
#include "base/error.h"
#include "io/address.h"
#include "io/resolver.h"

struct ares_channeldata;
struct ares_addrinfo;
struct hostent;

namespace tidegate::io {

struct DnsAnswer {
  enum class Kind : std::uint8_t { kFound, kNoSuchName, kServersFailed };
  Kind kind = Kind::kServersFailed;
  std::vector<Address> addresses;  // port 0, in the server's order
  std::vector<std::string> names;  // of ask_reverse(), lower case
  std::chrono::seconds ttl{0};     // the smallest of them; 0: none given (/etc/hosts)
  std::string failure;             // in words
};

class DnsChannel {
 public:
  static constexpr std::chrono::milliseconds kTick{50};
  using OnAnswer = std::function<void(DnsAnswer)>;

  static Result<std::unique_ptr<DnsChannel>> make(async::Reactor& reactor,
                                                  const ResolverOptions& options);
  // Questions still open are answered with kServersFailed.
  ~DnsChannel();
  DnsChannel(const DnsChannel&) = delete;
  DnsChannel& operator=(const DnsChannel&) = delete;

  // Calls `on_answer` once, perhaps before this returns.
  void ask(const std::string& name, FamilyOrder order, OnAnswer on_answer);
  // The same for the names of an address.
  void ask_reverse(const Address& address, OnAnswer on_answer);
  // Repeats or gives up what servers have not answered in time.
  void tick();

 private:
  class Watch;
  explicit DnsChannel(async::Reactor& reactor);
  static void on_socket_state(void* self, int fd, int readable, int writable);
  static void on_result(void* question, int status, int timeouts, ares_addrinfo* result);
  static void on_names(void* question, int status, int timeouts, hostent* host);
  void process(int fd);

  async::Reactor& reactor_;
  ares_channeldata* channel_ = nullptr;
  std::unordered_map<int, std::unique_ptr<Watch>> watches_;
  std::vector<std::unique_ptr<Watch>> closed_;  // gone, but perhaps still on the stack
  bool processing_ = false;
};

}  // namespace tidegate::io
