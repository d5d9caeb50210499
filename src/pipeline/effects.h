// What a processor wants changed: a patch that the runner checks and applies, or throws away.
//
// Every text must live as long as the exchange: take it from the turn's arena, from the
// processor's configuration or from static storage. Thread: the worker's.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "llm/usage.h"

namespace tidegate::pipeline {

struct HeaderEdit {
  enum class Kind : std::uint8_t { kSet, kAdd, kRemove };
  Kind kind = Kind::kSet;
  std::string_view name;
  std::string_view value;
};

// Puts `text` in place of bytes [begin, end) of the payload as the processor saw it.
struct PayloadEdit {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string_view text;
};

// A model's reply that a processor has kept, whole. The caller gets it as the document or the
// stream that it asks for, whichever was kept.
struct KeptReply {
  std::string_view body;  // of the caller's dialect: a document, or the events of a stream
  bool is_stream = false;
  bool shows_usage = false;           // of a stream: it tells its usage, as a chat's may or may not
  const llm::Usage* usage = nullptr;  // what it took when it was made; null: not known
  std::chrono::milliseconds pace{0};  // between two events of a stream; 0: all at once
};

// A reply that the gateway makes. A completion is written in the caller's dialect, as a stream
// where one was asked for; a kept reply takes the place of a backend's, so that the processors in
// front of the one that answers see it in their response phases.
struct Reply {
  std::uint16_t status = 200;
  std::string_view content_type;
  std::string_view text;
  bool is_completion = false;
  const KeptReply* kept = nullptr;  // lives as long as the exchange; text does not count then
  // Of the response.
  std::span<const std::pair<std::string_view, std::string_view>> fields = {};
};

// Why the exchange ends here; shaped as the caller's dialect says errors.
struct Refusal {
  std::uint16_t status = 403;
  std::string_view code;  // "prompt_blocked"; empty: none
  std::string_view message;
};

// Where the request goes instead: another model, a backend of the pipeline's list by its name, or
// wherever the routes send it.
struct Reroute {
  // kMatch: routes are matched again, by what the request is now.
  enum class Kind : std::uint8_t { kModel, kBackend, kMatch };
  Kind kind = Kind::kModel;
  std::string_view name;
};

struct Effects {
  // Of the request's fields in request phases, else of the response's.
  void set_header(std::string_view name, std::string_view value) {
    headers.push_back({HeaderEdit::Kind::kSet, name, value});
  }
  void add_header(std::string_view name, std::string_view value) {
    headers.push_back({HeaderEdit::Kind::kAdd, name, value});
  }
  void remove_header(std::string_view name) {
    headers.push_back({HeaderEdit::Kind::kRemove, name, {}});
  }
  void replace(std::size_t begin, std::size_t end, std::string_view text) {
    payload.push_back({begin, end, text});
  }

  bool mutates() const {
    return !headers.empty() || !payload.empty() || !model.empty() || drop_event ||
           !insert.empty() || end_stream || !trailers.empty() || !target.empty() || status != 0;
  }
  void clear() {
    headers.clear();
    payload.clear();
    trailers.clear();
    metadata.clear();
    target = {};
    status = 0;
    model = {};
    drop_event = false;
    insert.clear();
    end_stream = false;
    // Field by field: copies of whole structs stall on their own stores, once per processor.
    reply.status = 200;
    reply.content_type = reply.text = {};
    reply.is_completion = false;
    reply.kept = nullptr;
    reply.fields = {};
    detail = {};
    refusal.status = 403;
    refusal.code = refusal.message = {};
    reroute.kind = Reroute::Kind::kModel;
    reroute.name = {};
  }

  std::vector<HeaderEdit> headers;
  std::vector<PayloadEdit> payload;  // in any order; they do not overlap
  std::vector<HeaderEdit> trailers;  // of those that the message has
  // What others may be told of this exchange: a namespace, and the bytes of its Struct.
  std::vector<std::pair<std::string_view, std::string_view>> metadata;
  // The path and query, where routes are matched afterwards: at a Gateway, or with kMatch; not of a
  // model call, whose path says what it is. Empty: stays.
  std::string_view target;
  std::uint16_t status = 0;  // ResponseHeaders: the status. 0: stays
  std::string_view model;    // the model that is asked for; before routes are matched
                             // it decides on them. Empty: stays
  bool drop_event = false;   // StreamChunk: the client does not get it
  // StreamChunk: whole events as they stand on the wire, which the client gets before this one.
  std::vector<std::string_view> insert;
  // StreamChunk: the stream ends here. The client gets what is inserted, which says why in its
  // dialect, and nothing else; the upstream is left.
  bool end_stream = false;
  std::string_view detail;  // what it did, in a word for the log: "hit"
  Reply reply;              // of verdict kAnswer
  Refusal refusal;          // of verdict kReject
  Reroute reroute;          // of verdict kReroute
};

}  // namespace tidegate::pipeline
