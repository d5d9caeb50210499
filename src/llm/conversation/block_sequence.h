// Puts what dialects stream in between each other into blocks one after another, as the grammar of
// steps demands (reply.h).
//
// Chat chunks name tool calls by an index and may go on with any of them in any order; Responses
// events name output items. Blocks are opened, numbered and closed here. What belongs to a block
// that is not yet open is held until the one before has ended: told by end(), or, for a tool call,
// by arguments that are a whole JSON object. Nothing tells more about the end of a call before
// the whole answer ends.
// Limits:  held_bytes() is to stay below kMaxHeldBytes; the reader fails with kLimit otherwise.
// Thread:  one owner.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "llm/conversation/object_end.h"
#include "llm/conversation/reply.h"

namespace tidegate::llm {

class BlockSequence {
 public:
  using Steps = std::vector<ReplyStep>;
  using Key = std::uint64_t;  // the dialect's own number of a block

  static constexpr std::size_t kMaxHeldBytes = 8U << 20U;
  static constexpr std::size_t kBlockBytes = 256;  // what a block counts that holds nothing

  // First in each feed() of a reader: texts that were held and told in the last one go.
  void begin_piece() { told_.clear(); }

  // Text without a key: goes to the last block where that is of this kind and without a key, and
  // begins one otherwise. Empty text does nothing.
  void append(BlockStart::Kind kind, EscapedText text, Steps& steps) {
    append(kind, BlockDelta::Kind::kText, text, steps);
  }
  // The same for other things than text: a signature of reasoning, a citation of text.
  void append(BlockStart::Kind kind, BlockDelta::Kind what, EscapedText text, Steps& steps);

  // Begins the block `key`; `start.index` is not looked at. A tool call without a name waits for
  // it: a second start() of the same key gives what the first did not know. A key that has ended
  // may begin anew.
  void start(Key key, const BlockStart& start, Steps& steps);
  // More of the block `key`. Without such a block: nothing.
  void add(Key key, BlockDelta::Kind what, EscapedText text, Steps& steps);
  // The dialect says that the block is whole.
  void end(Key key, Steps& steps);
  // Whether the block has begun and not ended.
  bool has(Key key) const;

  // The answer has ended: tells and closes everything.
  void close(Steps& steps);

  std::uint32_t blocks() const { return next_index_; }  // begun so far, as told in steps
  std::size_t held_bytes() const { return held_bytes_; }

 private:
  struct Held {
    BlockDelta::Kind what = BlockDelta::Kind::kText;
    std::string text;
  };
  struct Block {
    BlockStart::Kind kind = BlockStart::Kind::kText;
    bool keyed = false;
    bool custom = false;
    bool open = false;   // BlockStart is told
    bool ended = false;  // nothing more will come
    Key key = 0;
    std::string id;
    std::string name;
    std::string data;
    std::vector<Held> held;
    std::size_t held_bytes = kBlockBytes;
    ObjectEnd arguments;
  };

  Block* find(Key key);
  void push(Block block);
  void give(Block& block, BlockDelta::Kind what, EscapedText text, Steps& steps);
  // Opens the first block and closes those that have ended.
  void advance(Steps& steps);
  void open(Block& block, Steps& steps);
  static bool is_whole(const Block& block);
  std::string_view keep(std::string&& text);

  std::deque<Block> blocks_;  // the first may be open; the others wait
  std::deque<std::string> told_;
  std::uint32_t next_index_ = 0;
  std::size_t held_bytes_ = 0;
};

}  // namespace tidegate::llm
