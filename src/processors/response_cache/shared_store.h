// Answers that all replicas share, in Redis: what this process does not remember is looked up there
// before a backend is asked.
//
// A store that cannot be reached, is late, refuses or holds something else has nothing: a cache
// that fails is a cache that is empty. Thread: immutable; the tasks run on the exchange's worker.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cache/store.h"
#include "pipeline/processor.h"
#include "processors/response_cache/config.h"
#include "processors/response_cache/request_key.h"

namespace tidegate::processors::response_cache {

class SharedStore {
 public:
  // REQUIRES: config.store. `config` outlives this.
  explicit SharedStore(const Config& config) : config_(config) {}

  struct Found {
    cache::EntryPtr entry;  // null: there is none
    cache::Key key;         // that it was kept under, which is another one where the wording is
    bool by_wording = false;
    bool failed = false;  // the store did not say, or not in time
  };
  // The answer to the request with that key, or to the same question in other words.
  // Takes as long as the store's timeout or `most`, whichever is less.
  async::Task<Found> find(pipeline::Turn& turn, const cache::Key& key,
                          const std::optional<Question>& question,
                          std::chrono::milliseconds most) const;
  // Keeps it there, beside the exchange.
  void put(pipeline::Turn& turn, const cache::Key& key, const cache::Entry& entry,
           const std::optional<Question>& question) const;

 private:
  struct Values;
  async::Task<Values> get(pipeline::Turn& turn, std::string commands, std::size_t count,
                          std::chrono::milliseconds most) const;
  cache::EntryPtr read(const pipeline::Turn& turn, const cache::Key& key,
                       std::string_view bytes) const;
  std::string name_of(const cache::Key& key) const;

  const Config& config_;
};

}  // namespace tidegate::processors::response_cache
