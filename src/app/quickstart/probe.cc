// Looks for model servers on loopback, with blocking sockets: this runs before there is a loop.
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <optional>

#include "app/quickstart/findings.h"
#include "io/address.h"

namespace tidegate::app {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kPatience{500};
constexpr std::size_t kMaxReplyBytes = 1 << 20;

class Connection {
 public:
  explicit Connection(const io::Address& address)
      : fd_(socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
        deadline_(Clock::now() + kPatience) {
    [[maybe_unused]] const int begun = connect(fd_, address.data(), address.size());
  }
  ~Connection() { close(fd_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool send(std::string_view text) {
    if (!wait(POLLOUT)) return false;
    return ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }

  // Everything until the server closes; empty when that does not happen in time.
  std::optional<std::string> read_all() {
    std::string text;
    std::array<char, 16384> buffer;
    while (text.size() < kMaxReplyBytes && wait(POLLIN)) {
      const ssize_t got = recv(fd_, buffer.data(), buffer.size(), 0);
      if (got == 0) return text;
      if (got < 0) return std::nullopt;
      text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return std::nullopt;
  }

 private:
  bool wait(short events) const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now());
    pollfd waiting{fd_, events, 0};
    return left.count() > 0 && poll(&waiting, 1, static_cast<int>(left.count())) == 1;
  }

  int fd_;
  Clock::time_point deadline_;
};

// The body of a 200 to GET /v1/models. HTTP/1.0, so that the body ends with the connection.
std::optional<std::string> ask_for_models(std::uint16_t port) {
  const auto address = io::Address::parse("127.0.0.1", port);
  if (!address) return std::nullopt;
  Connection connection(*address);
  const bool sent = connection.send(
      "GET /v1/models HTTP/1.0\r\nHost: localhost\r\nAccept: application/json\r\n\r\n");
  if (!sent) return std::nullopt;
  const auto reply = connection.read_all();
  if (!reply || !reply->starts_with("HTTP/1.") || reply->substr(8, 5) != " 200 ")
    return std::nullopt;
  const std::size_t head_end = reply->find("\r\n\r\n");
  if (head_end == reply->npos) return std::nullopt;
  return reply->substr(head_end + 4);
}

}  // namespace

std::vector<LocalServer> find_local_servers(std::uint16_t own_port) {
  std::vector<LocalServer> servers = {
      {"ollama", 11434, {}}, {"vllm", 8000, {}}, {"lm-studio", 1234, {}}};
  std::erase_if(servers, [own_port](LocalServer& server) {
    if (server.port == own_port) return true;
    const auto reply = ask_for_models(server.port);
    if (reply) server.models = parse_model_ids(*reply);
    return server.models.empty();
  });
  return servers;
}

}  // namespace tidegate::app
