#include "llm/dialect/gemini/logprobs.h"

#include <string>

#include "llm/dialect/gemini/fields.h"

namespace tidegate::llm::gemini {
namespace {

using json::Writer;

void write_openai_token(Writer& writer, std::string_view candidate, Arena& arena) {
  const json::EscapedText token{find_text(candidate, "token")};
  const auto probability = find_field(candidate, "logProbability");
  writer.member("token", token).key("logprob").raw(probability.empty() ? "0" : probability);
  writer.key("bytes").begin_array();
  for (const char c : json::unescape(token, arena)) {
    writer.number(std::uint32_t{static_cast<unsigned char>(c)});
  }
  writer.end_array();
}

void write_gemini_token(Writer& writer, std::string_view token) {
  writer.begin_object().key("token").raw(json::find_member(token, "token").value_or("\"\""));
  writer.key("logProbability").raw(json::find_member(token, "logprob").value_or("0"));
  writer.end_object();
}

}  // namespace

std::string_view read_logprobs(std::string_view result, Arena& arena) {
  json::ArrayCursor chosen(find_field(result, "chosenCandidates"));
  json::ArrayCursor top(find_field(result, "topCandidates"));
  auto token = chosen.next();
  if (!token) return {};
  std::string out;
  Writer writer(out);
  writer.begin_object().key("content").begin_array();
  for (; token; token = chosen.next()) {
    writer.begin_object();
    write_openai_token(writer, *token, arena);
    writer.key("top_logprobs").begin_array();
    json::ArrayCursor others(find_field(top.next().value_or("{}"), "candidates"));
    while (const auto other = others.next()) {
      writer.begin_object();
      write_openai_token(writer, *other, arena);
      writer.end_object();
    }
    writer.end_array().end_object();
  }
  writer.end_array().end_object();
  return arena.copy(out);
}

void write_logprobs(Writer& writer, std::string_view logprobs) {
  const auto content = json::find_member(logprobs, "content").value_or("[]");
  writer.begin_object().key("topCandidates").begin_array();
  json::ArrayCursor tokens(content);
  while (const auto token = tokens.next()) {
    writer.begin_object().key("candidates").begin_array();
    json::ArrayCursor top(json::find_member(*token, "top_logprobs").value_or("[]"));
    while (const auto one = top.next()) write_gemini_token(writer, *one);
    writer.end_array().end_object();
  }
  writer.end_array().key("chosenCandidates").begin_array();
  json::ArrayCursor chosen(content);
  while (const auto token = chosen.next()) write_gemini_token(writer, *token);
  writer.end_array().end_object();
}

}  // namespace tidegate::llm::gemini
