// The beginning of a provider's reply, looked at before any of it goes to the client: is it output,
// or a failure that another provider may not have?
//
// Works on the bytes alone and so for every dialect, translated or not: events of SSE by lines,
// binary event streams by their messages (InvokeModel's hold the event in base64). Events that say
// nothing to the client (created, message_start, ping, a role) do not decide. What came is told by
// its first byte: some servers stream where a document was asked, and the reverse.   No I/O.
// Thread: one owner.
// Source: OpenAI, Streaming and Errors; Anthropic, Streaming messages; Gemini,
// streamGenerateContent; Bedrock, ConverseStream exceptions (2026-11).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "llm/dialect/bedrock/read_frame.h"

namespace tidegate::llm {

// What the beginning of a reply is.
enum class ReplyKind : std::uint8_t {
  kNothingYet,     // only events without content
  kOutput,         // something for the client, or an end
  kError,          // the provider reports a failure inside a 200, or nothing that is a reply
  kContentPolicy,  // it refuses to answer, without a word of output
};

class ReplyBeginning {
 public:
  enum class Shape : std::uint8_t {
    kEvents,
    kBinaryEvents,
    kWhole,     // anything else: a document, sound, text
    kDocument,  // JSON or nothing: what will be translated
  };

  // What more is kept back than this goes out, whatever it is.
  static constexpr std::size_t kMaxHeldBytes = 64 * 1024;
  static constexpr std::size_t kMaxHeldEvents = 256;

  explicit ReplyBeginning(Shape shape) : shape_(shape) {}

  // Looks at what came new in `held`, which grows from call to call. `ended`: nothing follows. A
  // stream that ends without output and without saying why is an error.
  ReplyKind look(std::string_view held, bool ended);
  bool is_whole() const { return shape_ == Shape::kWhole || shape_ == Shape::kDocument; }
  // Events with output so far.
  std::uint32_t outputs() const { return outputs_; }
  // The bounds of what is held are reached.
  bool full(std::string_view held) const {
    return held.size() >= kMaxHeldBytes || events_ >= kMaxHeldEvents;
  }

 private:
  void note(ReplyKind kind) {
    if (kind_ == ReplyKind::kNothingYet) kind_ = kind;
  }
  void tell_shape(std::string_view held);
  void look_at_event(std::string_view data);
  void look_at_lines(std::string_view held, bool ended);
  void look_at_frames(std::string_view fresh);
  void look_at_document(std::string_view held, bool ended);

  Shape shape_;
  bool shape_told_ = false;
  bedrock::FrameReader frames_;
  std::size_t seen_ = 0;
  std::uint32_t events_ = 0;
  std::uint32_t outputs_ = 0;
  ReplyKind kind_ = ReplyKind::kNothingYet;
};

// Why a provider refused a request, where another provider, or a model with more room, may not.
enum class Refusal : std::uint8_t { kOther, kContextWindow, kContentPolicy };
// Reads the body of a reply with a 4xx status.
Refusal read_refusal(std::uint16_t status, std::string_view content_type, std::string_view body);

}  // namespace tidegate::llm
