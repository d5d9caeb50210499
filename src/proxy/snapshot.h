// A compiled Document: everything the data plane looks at while it serves, immutable.
//
// An exchange pins one Snapshot for its whole life. What must outlive a reload (connections,
// counters, health) lives outside, keyed by stable ids.   Thread: immutable; free to share.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "config/document.h"
#include "proxy/pipeline_set.h"
#include "proxy/port.h"
#include "proxy/price_book.h"
#include "upstream/sticky_table.h"
#include "upstream/tls_source.h"

namespace tidegate::proxy {

class Snapshot final : public upstream::TlsSource {
 public:
  // Compiles `document`, which is not kept. `cache` and `previous` (may be null) let unchanged
  // parts be used again. `prices`: the price file; null: the one that is built in. What cannot be
  // compiled is left out and named in problems(). `processors` (null: there are none) must outlive
  // it.
  Snapshot(const config::Document& document, route::RouteCache& cache, const Snapshot* previous,
           std::shared_ptr<const llm::PriceTable> prices = nullptr,
           const pipeline::Catalog* processors = nullptr);

  std::uint64_t generation() const { return generation_; }
  const std::vector<std::shared_ptr<const Port>>& ports() const { return ports_; }
  // The port with that key; null when it is not served any more.
  const Port* find_port(const std::string& key) const;
  // The backend with that id; null when no route names it.
  std::shared_ptr<const config::Backend> find_backend(const std::string& id) const;
  // Those whose endpoints are to be asked how they are, before any request needs them.
  const std::vector<std::shared_ptr<const config::Backend>>& checked_backends() const {
    return backends_->checked;
  }
  const std::vector<std::string>& problems() const { return problems_; }
  std::size_t route_count() const { return route_count_; }

  // Which member of a group keeps what; the same table in all snapshots of a process.
  upstream::StickyTable& sticky() const { return *sticky_; }

  // Payload pipelines; null where there are none.
  const PipelineSet* pipelines() const { return pipelines_.get(); }

  // What the models of its backends cost.
  const PriceBook& prices() const { return *prices_; }

  // TLS towards a backend; an Error when its material is unusable. REQUIRES: backend.tls is set.
  Result<std::shared_ptr<const io::ClientTls>> client_tls(
      const config::Backend& backend) const override;

 private:
  // Backends by id, and the TLS contexts towards them.
  struct Backends {
    std::vector<std::shared_ptr<const config::Backend>> all;
    std::unordered_map<std::string_view, std::shared_ptr<const config::Backend>> by_id;
    std::unordered_map<const config::UpstreamTls*, Result<std::shared_ptr<const io::ClientTls>>>
        tls;
    std::vector<std::shared_ptr<const config::Backend>> checked;
    std::vector<std::string> problems;
  };
  static std::shared_ptr<const Backends> make_backends(
      const std::vector<std::shared_ptr<const config::Backend>>& all, const Backends* previous);
  void compile_ports(const config::Document& document, route::RouteCache& cache,
                     const Snapshot* previous);

  std::uint64_t generation_;
  std::shared_ptr<upstream::StickyTable> sticky_;
  std::shared_ptr<const PipelineSet> pipelines_;
  std::shared_ptr<const PriceBook> prices_;
  std::vector<std::shared_ptr<const Port>> ports_;
  std::shared_ptr<const Backends> backends_;
  std::vector<std::string> problems_;
  std::size_t route_count_ = 0;
};

}  // namespace tidegate::proxy
