// The numbers behind the metrics, one set per recording thread.
//
// A shard is written by one thread and read by whoever scrapes: relaxed loads and stores, no locked
// instruction, no lock. Handles are resolved once by the Registry (metrics.h) and say which cells
// to use; they are good for every shard. Cells come in 4 KiB chunks made at the first touch, so a
// series that no request reached costs a shard nothing. Thread: writing calls on the owning thread
// only; read() on any.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tidegate::telemetry {

inline constexpr std::uint32_t kNoCell = 0xffffffffU;

// Handles. One that was never resolved records nothing.
struct Counter {
  std::uint32_t cell = kNoCell;
  // Counters with variants (say, one per status): the one at `index` of the variants' list.
  Counter variant(std::size_t index) const {
    return {.cell = cell == kNoCell ? kNoCell : cell + static_cast<std::uint32_t>(index)};
  }
};
struct Gauge {
  std::uint32_t cell = kNoCell;
};
struct Histogram {
  std::uint32_t cell = kNoCell;  // one per bound, then +Inf, then the sum
  std::span<const std::uint64_t> bounds;
};

class MetricShard {
 public:
  static constexpr std::size_t kChunkCells = 512;
  static constexpr std::size_t kMaxChunks = 4096;

  MetricShard() = default;
  ~MetricShard();
  MetricShard(const MetricShard&) = delete;
  MetricShard& operator=(const MetricShard&) = delete;

  void add(Counter counter, std::uint64_t amount = 1) {
    if (counter.cell != kNoCell) bump(counter.cell, amount);
  }
  // A gauge is the sum over all shards: add on one worker may be undone on another.
  void add(Gauge gauge, std::int64_t amount) {
    if (gauge.cell != kNoCell) bump(gauge.cell, static_cast<std::uint64_t>(amount));
  }
  // For a gauge that only this shard sets.
  void set(Gauge gauge, std::int64_t value) {
    if (gauge.cell == kNoCell) return;
    cell(gauge.cell).store(static_cast<std::uint64_t>(value), std::memory_order_relaxed);
  }
  void observe(const Histogram& histogram, std::uint64_t value) {
    if (histogram.cell == kNoCell) return;
    std::uint32_t bucket = 0;
    const auto buckets = static_cast<std::uint32_t>(histogram.bounds.size());
    while (bucket < buckets && value > histogram.bounds[bucket]) ++bucket;
    bump(histogram.cell + bucket, 1);
    bump(histogram.cell + buckets + 1, value);
  }

  // The value of a cell; 0 where nothing was written yet.
  std::uint64_t read(std::uint32_t index) const {
    const Chunk* chunk = chunks_[index / kChunkCells].load(std::memory_order_acquire);
    return chunk == nullptr ? 0 : chunk->cells[index % kChunkCells].load(std::memory_order_relaxed);
  }
  // Sets cells to 0. Only for cells that no thread has a handle of (see Registry::sweep).
  void clear(std::uint32_t first, std::size_t count);

 private:
  struct alignas(64) Chunk {
    std::array<std::atomic<std::uint64_t>, kChunkCells> cells{};
  };

  std::atomic<std::uint64_t>& cell(std::uint32_t index) {
    Chunk* chunk = chunks_[index / kChunkCells].load(std::memory_order_relaxed);
    if (chunk == nullptr) [[unlikely]]
      chunk = make_chunk(index / kChunkCells);
    return chunk->cells[index % kChunkCells];
  }
  void bump(std::uint32_t index, std::uint64_t amount) {
    std::atomic<std::uint64_t>& target = cell(index);
    target.store(target.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
  Chunk* make_chunk(std::size_t index);

  std::array<std::atomic<Chunk*>, kMaxChunks> chunks_{};
};

// Counts itself in a gauge for as long as it lives.
class GaugeHold {
 public:
  GaugeHold(MetricShard& shard, Gauge gauge) : shard_(shard), gauge_(gauge) {
    shard_.add(gauge_, 1);
  }
  ~GaugeHold() { shard_.add(gauge_, -1); }
  GaugeHold(const GaugeHold&) = delete;
  GaugeHold& operator=(const GaugeHold&) = delete;

 private:
  MetricShard& shard_;
  Gauge gauge_;
};

}  // namespace tidegate::telemetry
