#include "telemetry/metric_shard.h"

namespace tidegate::telemetry {

MetricShard::~MetricShard() {
  for (auto& chunk : chunks_) delete chunk.load(std::memory_order_relaxed);
}

MetricShard::Chunk* MetricShard::make_chunk(std::size_t index) {
  auto* chunk = new Chunk;
  chunks_[index].store(chunk, std::memory_order_release);
  return chunk;
}

void MetricShard::clear(std::uint32_t first, std::size_t count) {
  Chunk* chunk = chunks_[first / kChunkCells].load(std::memory_order_acquire);
  if (chunk == nullptr) return;
  for (std::size_t i = 0; i < count; ++i) {
    chunk->cells[first % kChunkCells + i].store(0, std::memory_order_relaxed);
  }
}

}  // namespace tidegate::telemetry
