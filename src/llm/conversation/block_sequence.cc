#include "llm/conversation/block_sequence.h"

#include <utility>

namespace tidegate::llm {

void BlockSequence::append(BlockStart::Kind kind, BlockDelta::Kind what, EscapedText text,
                           Steps& steps) {
  if (text.empty()) return;
  const bool goes_on = !blocks_.empty() && !blocks_.back().keyed && blocks_.back().kind == kind;
  if (!goes_on) {
    Block block;
    block.kind = kind;
    push(std::move(block));
    advance(steps);
  }
  give(blocks_.back(), what, text, steps);
}

void BlockSequence::start(Key key, const BlockStart& start, Steps& steps) {
  Block* known = find(key);
  if (known == nullptr) {
    Block block;
    block.kind = start.kind;
    block.keyed = true;
    block.custom = start.custom;
    block.key = key;
    push(std::move(block));
    known = &blocks_.back();
  }
  if (known->open) return;
  if (known->id.empty()) known->id = start.id.bytes;
  if (known->name.empty()) known->name = start.name.bytes;
  if (known->data.empty()) known->data = start.data.bytes;
  advance(steps);
}

void BlockSequence::add(Key key, BlockDelta::Kind what, EscapedText text, Steps& steps) {
  Block* block = find(key);
  if (block == nullptr || text.empty()) return;
  if (what == BlockDelta::Kind::kArguments) block->arguments.take(text);
  give(*block, what, text, steps);
  advance(steps);
}

void BlockSequence::end(Key key, Steps& steps) {
  Block* block = find(key);
  if (block == nullptr) return;
  block->ended = true;
  advance(steps);
}

bool BlockSequence::has(Key key) const { return const_cast<BlockSequence*>(this)->find(key); }

void BlockSequence::close(Steps& steps) {
  for (auto& block : blocks_) block.ended = true;
  advance(steps);
}

BlockSequence::Block* BlockSequence::find(Key key) {
  for (auto& block : blocks_) {
    if (block.keyed && block.key == key && !block.ended) return &block;
  }
  return nullptr;
}

void BlockSequence::give(Block& block, BlockDelta::Kind what, EscapedText text, Steps& steps) {
  if (block.open) {
    steps.emplace_back(BlockDelta{.index = next_index_ - 1, .kind = what, .text = text});
    return;
  }
  const bool raw = what == BlockDelta::Kind::kCitation || what == BlockDelta::Kind::kLogprobs;
  const bool joins = !raw && !block.held.empty() && block.held.back().what == what;
  if (!joins) block.held.push_back({what, {}});
  block.held.back().text += text.bytes;
  block.held_bytes += text.bytes.size();
  held_bytes_ += text.bytes.size();
}

void BlockSequence::push(Block block) {
  held_bytes_ += block.held_bytes;
  blocks_.push_back(std::move(block));
}

void BlockSequence::advance(Steps& steps) {
  while (!blocks_.empty()) {
    Block& first = blocks_.front();
    const bool waits_for_name = first.kind == BlockStart::Kind::kToolCall && first.name.empty();
    if (!first.open && waits_for_name && !first.ended) return;
    if (!first.open) open(first, steps);
    if (!first.ended && (blocks_.size() == 1 || !is_whole(first))) return;
    steps.emplace_back(BlockStop{next_index_ - 1});
    blocks_.pop_front();
  }
}

void BlockSequence::open(Block& block, Steps& steps) {
  block.open = true;
  held_bytes_ -= block.held_bytes;
  BlockStart start;
  start.index = next_index_++;
  start.kind = block.kind;
  start.custom = block.custom;
  start.id = {keep(std::move(block.id))};
  start.name = {keep(std::move(block.name))};
  start.data = {keep(std::move(block.data))};
  steps.emplace_back(start);
  for (auto& held : block.held) {
    steps.emplace_back(
        BlockDelta{.index = start.index, .kind = held.what, .text = {keep(std::move(held.text))}});
  }
  block.held.clear();
}

// Whether a block ends as soon as another one waits behind it.
bool BlockSequence::is_whole(const Block& block) {
  if (!block.keyed) return true;
  return block.kind == BlockStart::Kind::kToolCall && !block.custom && block.arguments.is_whole();
}

std::string_view BlockSequence::keep(std::string&& text) {
  if (text.empty()) return {};
  return told_.emplace_back(std::move(text));
}

}  // namespace tidegate::llm
