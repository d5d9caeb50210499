#include "l4/datagram_proxy.h"

#include <string>
#include <utility>
#include <vector>

#include "base/check.h"

namespace tidegate::l4 {

struct DatagramProxy::Flow {
  explicit Flow(const io::Address& from) : client(from) {}
  io::Address client;
  std::unique_ptr<io::DatagramSocket> socket;  // null until the endpoint is known
  std::vector<std::string> waiting;            // until then
  SteadyTime last_datagram{};
};

std::size_t DatagramProxy::HashAddress::operator()(const io::Address& address) const {
  return std::hash<std::string_view>()(
      {reinterpret_cast<const char*>(address.data()), address.size()});
}

DatagramProxy::DatagramProxy(std::unique_ptr<io::DatagramSocket> listener,
                             DatagramUpstream& upstream, io::DatagramBatch& batch,
                             DatagramLimits limits)
    : listener_(std::move(listener)),
      upstream_(&upstream),
      batch_(batch),
      limits_(limits),
      tasks_(listener_->reactor()) {}

DatagramProxy::~DatagramProxy() = default;

void DatagramProxy::start() { tasks_.spawn(receive_all()); }

async::Task<void> DatagramProxy::stop() {
  stopping_.request();
  listener_->close();
  for (const auto& [client, flow] : flows_) {
    if (flow->socket != nullptr) flow->socket->close();
  }
  co_await tasks_.drain();
}

async::Task<void> DatagramProxy::receive_all() {
  while (listener_->is_open()) {
    const Result<std::size_t> count = co_await listener_->receive(batch_, nullptr);
    if (!count && count.error().code == ErrorCode::kCancelled) break;
    if (!count) continue;  // an unconnected socket reports what became of one datagram: go on
    for (std::size_t i = 0; i < *count; ++i) take(batch_.text(i), batch_.peer(i));
  }
}

void DatagramProxy::take(std::string_view text, const io::Address& client) {
  auto found = flows_.find(client);
  if (found == flows_.end()) {
    if (flows_.size() >= limits_.max_flows) {
      ++counts_.dropped;
      return;
    }
    ++counts_.flows;
    auto flow = std::make_shared<Flow>(client);
    flow->last_datagram = listener_->reactor().now();
    flow->waiting.emplace_back(text);
    flows_.emplace(client, flow);
    tasks_.spawn(run_flow(std::move(flow)));
    return;
  }
  Flow& flow = *found->second;
  flow.last_datagram = listener_->reactor().now();
  if (flow.socket != nullptr) {
    send_up(flow, text);
  } else if (flow.waiting.size() < limits_.max_waiting) {
    flow.waiting.emplace_back(text);
  } else {
    ++counts_.dropped;
  }
}

void DatagramProxy::send_up(Flow& flow, std::string_view text) {
  if (!flow.socket->try_send(text, nullptr)) {
    ++counts_.dropped;
    return;
  }
  ++counts_.datagrams_up;
  counts_.bytes_up += text.size();
}

void DatagramProxy::send_down(const Flow& flow, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    if (!listener_->try_send(batch_.text(i), &flow.client)) {
      ++counts_.dropped;
      continue;
    }
    ++counts_.datagrams_down;
    counts_.bytes_down += batch_.text(i).size();
  }
}

// Finds the endpoint, connects, and sends what waited for that.
async::Task<Result<void>> DatagramProxy::open(Flow& flow) {
  auto endpoint = co_await upstream_->choose(stopping_);
  Result<std::unique_ptr<io::DatagramSocket>> socket = nullptr;
  if (endpoint) socket = io::DatagramSocket::connect(listener_->reactor(), *endpoint);
  if (!endpoint || !socket || stopping_.requested()) {
    counts_.dropped += flow.waiting.size();
    co_return fail(ErrorCode::kUnavailable, Origin::kUpstream, "no endpoint");
  }
  flow.socket = std::move(*socket);
  for (const auto& text : std::exchange(flow.waiting, std::vector<std::string>())) {
    send_up(flow, text);
  }
  co_return Result<void>();
}

async::Task<void> DatagramProxy::run_flow(std::shared_ptr<Flow> flow) {
  async::Reactor& reactor = listener_->reactor();
  const Result<void> opened = co_await open(*flow);
  while (opened && !stopping_.requested()) {
    const Result<std::size_t> count =
        co_await flow->socket->receive(batch_, reactor.timeouts(limits_.idle));
    if (count) {
      flow->last_datagram = reactor.now();
      send_down(*flow, *count);
    } else if (count.error().code == ErrorCode::kTimeout) {
      if (reactor.now() - flow->last_datagram >= limits_.idle) break;
    } else if (count.error().code != ErrorCode::kConnectionRefused) {
      break;
    }
  }
  flows_.erase(flow->client);
}

}  // namespace tidegate::l4
