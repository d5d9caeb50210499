// How an answer is written in one operation's format, whole and as a stream.
//
// A Format appends bytes; when they go out, and whether they do, is Reply's business (reply.h). The
// parts of a stream come in this order, round robin over choices between open and close:
//   open  ( open_block  token*  close_block )*  close_choice  close
// Thread: one owner.   Source: the providers' API references, as in llm/call.h; shapes in each .cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "simulator/answer.h"
#include "simulator/model_request.h"

namespace tidegate::simulator {

// How the events of a stream stand behind each other, where the dialect leaves a choice (Gemini).
enum class Framing : std::uint8_t { kSse, kJsonArray };

// What every format needs of a reply.
struct Subject {
  llm::Call call;
  Framing framing = Framing::kSse;
  std::string id;            // 16 hex digits, behind the format's own prefix
  std::string model;         // as inside a JSON string
  std::int64_t created = 0;  // seconds since the epoch
  bool include_usage = false;
  Answer answer;
};

class Format {
 public:
  virtual ~Format() = default;

  // The whole reply, for a request that does not stream.
  virtual void whole(std::string& out) = 0;

  virtual void open(std::string& out) = 0;
  virtual void open_block(std::string& out, std::size_t choice, std::size_t block) = 0;
  virtual void token(std::string& out, std::size_t choice, std::size_t block,
                     std::string_view text) = 0;
  virtual void close_block(std::string& out, std::size_t choice, std::size_t block) = 0;
  virtual void close_choice(std::string& out, std::size_t choice) = 0;
  virtual void close(std::string& out) = 0;
  // The event that ends the stream with an error instead of close().
  virtual void fail(std::string& out, std::string_view message) = 0;
};

// `subject` must outlive the format.
std::unique_ptr<Format> make_chat_format(const Subject& subject);
std::unique_ptr<Format> make_text_format(const Subject& subject);
std::unique_ptr<Format> make_responses_format(const Subject& subject);
std::unique_ptr<Format> make_messages_format(const Subject& subject);
std::unique_ptr<Format> make_generate_content_format(const Subject& subject);
std::unique_ptr<Format> make_converse_format(const Subject& subject);
std::unique_ptr<Format> make_invoke_format(const Subject& subject);
std::unique_ptr<Format> make_cohere_chat_format(const Subject& subject);

// The format of a call that generates text; null for others.
std::unique_ptr<Format> make_format(const Subject& subject);

// Pieces of JSON that formats share.
void append_number(std::string& out, std::uint64_t number);
void append_quoted(std::string& out, std::string_view text);
// {"prompt_tokens":..} of chat and text completions.
void append_openai_usage(std::string& out, const Answer& answer);
// [{"modality":"TEXT","tokenCount":..},..] of Gemini, for a prompt of so many tokens.
void append_modalities(std::string& out, std::uint64_t tokens, const Media& media);
// The arguments of a tool call where the format wants an object: "{}" for those cut short.
std::string_view object_or_empty(std::string_view arguments);

}  // namespace tidegate::simulator
