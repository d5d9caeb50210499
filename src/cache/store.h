// Replies in memory, shared by all workers: bounded in bytes and in age.
//
// Shards with a lock each, held for a lookup or an insertion and never while bytes are copied:
// entries are immutable and shared. What goes first is found by SIEVE: one queue per shard; a hit
// only marks its entry, and a hand that goes round passes over marked ones once. It keeps what is
// asked for again better than the least recently used, and a hit moves nothing.
// Thread: any.   Source: Zhang et al., SIEVE is Simpler than LRU (NSDI 2024).
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "cache/key.h"
#include "cache/wording.h"
#include "llm/usage.h"

namespace tidegate::cache {

// One reply. Immutable once it is stored.
struct Entry {
  std::string body;  // a document, or the events of a stream, of the caller's dialect
  bool is_stream = false;
  bool in_both = false;             // can be said as a document and as a stream
  bool shows_usage = false;         // of a stream
  std::optional<llm::Usage> usage;  // what it took
  SteadyTime stored;
  SteadyTime expires;
  // Of an entry without a body: under which key the answer lies, and to which question.
  std::optional<Wording> wording;
  Key answer;
};
using EntryPtr = std::shared_ptr<const Entry>;

struct StoreCounts {
  std::size_t entries = 0;
  std::size_t bytes = 0;
  std::uint64_t evictions = 0;  // that made room for others
};

class Store {
 public:
  // What an entry costs beside its body.
  static constexpr std::size_t kEntryOverhead = 320;

  // Bodies over `max_entry_bytes` are not taken.
  Store(std::size_t max_bytes, std::size_t max_entry_bytes);

  // Null: there is none that has not expired.
  EntryPtr find(const Key& key, SteadyTime now);
  // Takes the place of an entry with that key. `more_bytes`: that it has beside its body.
  // False: it is too large.
  bool put(const Key& key, EntryPtr entry, std::size_t more_bytes = 0);
  void erase(const Key& key);

  // Each shard's at its own moment.
  StoreCounts counts();

 private:
  struct Node {
    Key key;
    EntryPtr entry;
    std::size_t bytes = 0;
    bool visited = false;
  };
  using Queue = std::list<Node>;

  struct Shard {
    std::mutex mutex;
    // Guarded by mutex.
    std::unordered_map<Key, Queue::iterator, KeyHash> index;
    Queue queue;  // newest first
    Queue::iterator hand = queue.end();
    std::size_t bytes = 0;
    std::uint64_t evictions = 0;

    void remove(Queue::iterator at);
    void evict();
  };
  Shard& shard_of(const Key& key) { return *shards_[key.words[1] % shards_.size()]; }

  const std::size_t max_entry_bytes_;
  std::size_t max_shard_bytes_ = 0;
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace tidegate::cache
