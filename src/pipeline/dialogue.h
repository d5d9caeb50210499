// A question to a store that speaks a protocol of its own (Redis, PostgreSQL), without sockets:
// what to say, given what was heard. Who calls it (pipeline/caller.h) has the connection, the time
// and the retries.   Thread: the worker's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace tidegate::pipeline {

class Dialogue {
 public:
  // Whether anything was said on the connection before.
  enum class Connection : std::uint8_t { kNew, kUsed };
  enum class Progress : std::uint8_t { kGoesOn, kDone };

  virtual ~Dialogue() = default;

  // What a connection is set up for (who logs in, to which database), without secrets in it: one
  // that was kept is used for dialogues with the same session alone.
  virtual std::string_view session() const = 0;
  // What to say first. Called again, on another connection, where a try has failed.
  virtual std::string begin(Connection connection) = 0;
  // Takes what was heard, in any split; appends what to say next to `say`. kDone: nothing more is
  // said or expected, and the connection is fit for the next dialogue.
  // Errors: origin upstream; the connection is closed.
  virtual Result<Progress> take(std::string_view bytes, std::string& say) = 0;
};

}  // namespace tidegate::pipeline
