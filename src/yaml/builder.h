// Builds a Value tree from the events of a parser: begin, scalar, end. Shared by the YAML and JSON
// entrances.
//
// Children gather on one stack and move to the arena, packed, when their list or map ends.
// A limit that bites sets failed(); from then on events are ignored.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "yaml/parse.h"
#include "yaml/value.h"

namespace tidegate::yaml {

class Builder {
 public:
  // Both must outlive the builder.
  Builder(Arena& arena, std::vector<Problem>& problems) : arena_(arena), problems_(problems) {}

  // Anchors are numbered from 1; 0 is none.
  void begin_list(Mark mark, std::size_t anchor = 0);
  void begin_map(Mark mark, std::size_t anchor = 0);
  // `text` is copied.
  void add_scalar(Kind kind, std::string_view text, Mark mark, std::size_t anchor = 0);
  void add_alias(Mark mark, std::size_t anchor);
  void end();

  void add_problem(Mark mark, std::string message);
  bool failed() const { return failed_; }
  // The tree, once every begin has its end; null after failed().
  const Value* finish();

 private:
  struct Frame {
    std::size_t first;  // of its children on stack_
    std::size_t nodes;  // counted when it began
    std::size_t anchor;
    std::size_t height;  // levels below it so far
    Mark mark;
    Kind kind;
  };
  struct Anchored {
    Value value;
    std::size_t nodes = 0;  // 0: not complete yet
    std::size_t height = 0;
  };

  void begin(Kind kind, Mark mark, std::size_t anchor);
  void add(const Value& value, std::size_t height);
  void remember(std::size_t anchor, const Value& value, std::size_t nodes, std::size_t height);
  Value take_map(const Frame& frame);
  void check_keys(std::vector<Entry>& entries);
  void fail(Mark mark, std::string message);

  Arena& arena_;
  std::vector<Problem>& problems_;
  std::vector<Value> stack_;
  std::vector<Frame> frames_;
  std::vector<Anchored> anchors_;
  std::size_t nodes_ = 0;
  std::size_t alias_nodes_ = 0;
  bool failed_ = false;
};

}  // namespace tidegate::yaml
