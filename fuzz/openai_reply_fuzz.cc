// Any bytes as a reply or a stream of chat completions and of Responses: read or refused; what was
// read is written as valid JSON of both formats, and every split of a stream comes to the same end.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "json/scan.h"
#include "llm/dialect/openai/chat/reply.h"
#include "llm/dialect/openai/chat/stream_reader.h"
#include "llm/dialect/openai/chat/stream_writer.h"
#include "llm/dialect/openai/responses/reply.h"
#include "llm/dialect/openai/responses/stream_reader.h"
#include "llm/dialect/openai/responses/stream_writer.h"

namespace {

using namespace tidegate;
using namespace tidegate::llm;

void require(bool condition) {
  if (!condition) std::abort();
}

Caller make_caller() {
  Caller caller;
  caller.model = "m";
  caller.include_usage = true;
  caller.fallback_id = "x";
  return caller;
}

void read_whole(std::string_view body) {
  for (const auto read : {openai::read_chat_reply, openai::read_responses_reply}) {
    Arena arena;
    const auto reply = read(body, arena);
    if (!reply) continue;
    for (const auto write : {openai::write_chat_reply, openai::write_responses_reply}) {
      std::string out;
      write(*reply, make_caller(), out);
      require(json::validate(out, Origin::kInternal).has_value() || body.size() > json::kMaxDepth);
    }
  }
}

// What a caller gets; "!" at the end where the stream could not be understood.
template <class Reader, class Writer>
std::string convert(std::string_view body, std::size_t step) {
  Reader reader;
  Writer writer(make_caller());
  std::string out;
  const auto write = [&](const std::vector<ReplyStep>& steps) {
    for (const auto& one : steps) writer.write(one, out);
  };
  for (std::size_t at = 0; at < body.size(); at += step) {
    const std::string piece(body.substr(at, step));  // a sanitizer sees what is read past it
    std::vector<ReplyStep> steps;
    const auto fed = reader.feed(piece, steps);
    write(steps);
    if (!fed) return out + "!";
  }
  std::vector<ReplyStep> steps;
  const auto finished = reader.finish(steps);
  write(steps);
  return finished ? out : out + "!";
}

template <class Reader>
void read_stream(std::string_view body, std::size_t step) {
  require(convert<Reader, openai::ChatStreamWriter>(body, body.size() + 1) ==
          convert<Reader, openai::ChatStreamWriter>(body, step));
  require(convert<Reader, openai::ResponsesStreamWriter>(body, body.size() + 1) ==
          convert<Reader, openai::ResponsesStreamWriter>(body, step));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::size_t step = data[0] % 61 + 1;
  const std::string_view body(reinterpret_cast<const char*>(data + 1), size - 1);
  read_whole(body);
  read_stream<openai::ChatStreamReader>(body, step);
  read_stream<openai::ResponsesStreamReader>(body, step);
  return 0;
}
