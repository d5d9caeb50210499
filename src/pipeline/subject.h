// The message that processors look at, as the runner changes it: a request or a response of the
// proxy, or a test's.   Thread: the worker's.
#pragma once

#include <string>
#include <string_view>

#include "http/header_map.h"
#include "pipeline/processor.h"

namespace tidegate::pipeline {

class Subject {
 public:
  virtual ~Subject() = default;
  // As it is now; the same object all the time.
  virtual const Message& message() const = 0;
  // The fields that this phase may edit.
  virtual http::HeaderMap& fields() = 0;
  // Those of the message's trailers; null: it has none.
  virtual http::HeaderMap* trailers() { return nullptr; }
  // The path and query, or the status, where the phase is about such a message.
  virtual void set_target(std::string_view) {}
  virtual void set_status(std::uint16_t) {}
  // Whether `text` may become the payload. Errors: kMalformed.
  virtual Result<void> check_payload(std::string_view text) const = 0;
  // Makes `text` the payload, or the event's data. Errors: as check_payload(); nothing changed
  // then.
  virtual Result<void> replace_payload(std::string text) = 0;
  // Makes it the model that is asked for. Errors: kMalformed: this is no call that names one.
  virtual Result<void> set_model(std::string_view model) = 0;
  // StreamChunk: the client does not get this event.
  virtual void drop_event() = 0;
  // StreamChunk: the client gets this before the event.
  virtual void insert_event(std::string_view raw) = 0;
  // StreamChunk: the client gets what was inserted, and that is all.
  virtual void end_stream() {}
  // Whether a reply may take the place of what is under way: not once a stream has begun.
  virtual bool can_answer() const = 0;
};

}  // namespace tidegate::pipeline
