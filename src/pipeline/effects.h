// What a processor wants changed: a patch that the runner checks and applies, or throws away.
//
// Every text must live as long as the exchange: take it from the turn's arena, from the
// processor's configuration or from static storage. Thread: the worker's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

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

// A reply that the gateway makes. A completion is written in the caller's dialect, as a stream
// where one was asked for.
struct Reply {
  std::uint16_t status = 200;
  std::string_view content_type;
  std::string_view text;
  bool is_completion = false;
};

// Why the exchange ends here; shaped as the caller's dialect says errors.
struct Refusal {
  std::uint16_t status = 403;
  std::string_view code;  // "prompt_blocked"; empty: none
  std::string_view message;
};

// Where the request goes instead: another model, or a backend of the pipeline's list by its name.
struct Reroute {
  enum class Kind : std::uint8_t { kModel, kBackend };
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
           !insert.empty() || end_stream;
  }
  void clear() {
    headers.clear();
    payload.clear();
    model = {};
    drop_event = false;
    insert.clear();
    end_stream = false;
    note = {};
    // Field by field: copies of whole structs stall on their own stores, once per processor.
    reply.status = 200;
    reply.content_type = reply.text = {};
    reply.is_completion = false;
    refusal.status = 403;
    refusal.code = refusal.message = {};
    reroute.kind = Reroute::Kind::kModel;
    reroute.name = {};
  }

  std::vector<HeaderEdit> headers;
  std::vector<PayloadEdit> payload;  // in any order; they do not overlap
  std::string_view model;            // the model that is asked for; before routes are matched
                                     // it decides on them. Empty: stays
  bool drop_event = false;           // StreamChunk: the client does not get it
  // StreamChunk: whole events as they stand on the wire, which the client gets before this one.
  std::vector<std::string_view> insert;
  // StreamChunk: the stream ends here. The client gets what is inserted, which says why in its
  // dialect, and nothing else; the upstream is left.
  bool end_stream = false;
  // What it found, for the access log: names and numbers, never what a payload holds. Of a stream
  // the last one counts.
  std::string_view note;
  Reply reply;      // of verdict kAnswer
  Refusal refusal;  // of verdict kReject
  Reroute reroute;  // of verdict kReroute
};

}  // namespace tidegate::pipeline
