// A model call on its way between two formats: what the caller writes and reads on one side, what
// the provider reads and writes on the other.
//
// The table of formats (transcode.cc) holds one row of functions for each; any two rows make a
// crossing. A call whose format stays is never built anew: request_splice.h, stream_meter.h.
// Thread: one owner per object; functions are pure.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/error.h"
#include "llm/call.h"
#include "llm/conversation/dialect.h"
#include "llm/conversation/losses.h"
#include "llm/conversation/think_tags.h"
#include "llm/provider.h"
#include "llm/stream_meter.h"
#include "llm/usage.h"

namespace tidegate::llm {

struct Crossing {
  Format caller = Format::kChat;
  Format provider = Format::kChat;
  Framing framing = Framing::kSse;  // of the provider's streams
  bool think_tags = false;          // reasoning may stand in the text (conversation/think_tags.h)
};

// Whether the table has both sides.
bool can_cross(const Crossing& crossing);

enum class Strictness : std::uint8_t { kTellLosses, kRefuseLosses };

struct TranscodedRequest {
  std::string body;
  Losses losses;
};

// The provider's request of a caller's, whose body was validated. `path`: what the caller's path
// says. `stream`: whether the answer is to be streamed, however it was said.
// Errors: kMalformed, origin downstream: the caller's request is wrong, or, under kRefuseLosses,
// has what the provider's format cannot say. The text names the member, by its path.
Result<TranscodedRequest> transcode_request(const Crossing& crossing, std::string_view body,
                                            const PathFacts& path, const Target& target,
                                            Strictness strictness, Arena& arena);

// The two halves by themselves, for what only needs to understand (token counts, tests).
Result<void> read_conversation(Format format, std::string_view body, const PathFacts& path,
                               Conversation& conversation, Arena& arena);
// A whole body, a document or the stream of one. `failure` is set where the provider reported one
// under status 200; the reply is empty then.
Result<Reply> read_reply(Format format, std::string_view body, std::string_view exchange,
                         Arena& arena, std::optional<ReplyError>& failure);

struct TranscodedReply {
  std::string body;  // empty where the provider reported a failure
  std::optional<Usage> usage;
  // The provider reported a failure in a body of status 200; views live in the arena.
  std::optional<ReplyError> failure;
  Losses losses;  // what the provider said and the caller's dialect cannot
};

// The caller's reply of a provider's whole body, a document or the stream of one. Errors:
// kMalformed or kEndOfStream, origin upstream.
Result<TranscodedReply> transcode_reply(const Crossing& crossing, std::string_view body,
                                        const Caller& caller, Arena& arena);

// How a caller of generateContent gets its stream: without alt=sse it is one JSON array.
enum class StreamForm : std::uint8_t { kEvents, kArray };

// A failure that a provider reported within its stream.
struct StreamFailure {
  std::uint16_t status = 0;
  std::string code;
  std::string message;
};

// A stream, piece by piece.
class StreamTranscoder {
 public:
  // `caller`'s views must outlive the object.
  StreamTranscoder(const Crossing& crossing, const Caller& caller,
                   StreamForm form = StreamForm::kEvents);

  // Takes the next bytes of the provider's body, split anywhere, and appends what the caller gets.
  // Errors: kMalformed, origin upstream: the stream cannot be understood any more.
  Result<void> feed(std::string_view piece, std::string& out);
  // The body has ended. Errors: kEndOfStream, origin upstream, where the stream had not.
  Result<void> finish(std::string& out);
  // The whole body is here, a document or a stream: appends the stream of it, its texts in pieces
  // of about `piece_bytes` (0: each in one). Errors: as transcode_reply.
  Result<void> feed_document(std::string_view body, std::string& out, std::size_t piece_bytes = 0);
  // Ends the caller's stream with an error in its dialect. Nothing may follow.
  void fail(const ReplyError& error, std::string& out);

  // So far, in all; empty until a report came.
  const std::optional<Usage>& usage() const { return usage_; }
  StreamState state() const { return state_; }
  // True from the first step that carries output.
  bool output_started() const { return output_started_; }
  // What the provider said so far and the caller's dialect cannot.
  const Losses& losses() const { return losses_; }
  // What the provider said, in state kFailed.
  const StreamFailure& failure() const { return failure_; }

 private:
  void write(std::string& out);
  void note(const ReplyStep& step);
  void frame(std::string_view events, std::string& out);

  Format provider_;
  std::string exchange_;
  const Usage* known_usage_;
  std::unique_ptr<StreamReader> reader_;
  std::unique_ptr<StreamWriter> writer_;
  StreamForm form_;
  std::optional<ThinkTagFilter> think_tags_;
  Arena arena_;  // of the steps at hand
  std::vector<ReplyStep> steps_;
  std::string events_;  // before they become elements of an array
  std::optional<Usage> usage_;
  StreamState state_ = StreamState::kRunning;
  bool output_started_ = false;
  bool array_open_ = false;
  bool array_closed_ = false;
  StreamFailure failure_;
  Losses losses_;
};

// Whether a body that should be a stream is one JSON document, by its first bytes; empty while
// nothing but white space has come.
std::optional<bool> is_document(std::string_view begin);

}  // namespace tidegate::llm
