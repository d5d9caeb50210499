#include "llm/dialect/openai/citations.h"

#include <string>

#include "llm/dialect/openai/fields.h"

namespace tidegate::llm::openai {
namespace {

constexpr std::string_view kType = "url_citation";

// Where the text is that is supported, by OpenAI's count of characters; 0 where nobody told.
void write_index(json::Writer& writer, std::string_view name, std::string_view raw) {
  writer.key(name).raw(json::is_number(raw) ? raw : std::string_view("0"));
}

void write_members(json::Writer& writer, std::string_view citation) {
  writer.member("url", find_text(citation, "url"));
  writer.member("title", find_text(citation, "title"));
  write_index(writer, "start_index", find_value(citation, "start_index"));
  write_index(writer, "end_index", find_value(citation, "end_index"));
}

}  // namespace

std::string_view read_annotation(std::string_view annotation, Arena& arena) {
  const auto inner = find_value(annotation, kType);
  const auto source = inner.empty() ? annotation : inner;
  const auto url = find_text(source, "url");
  if (url.empty()) return {};
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("type", "web_search_result_location").member("url", url);
  writer.member("title", find_text(source, "title"));
  writer.member("cited_text", find_text(source, "content"));
  for (const std::string_view name : {"start_index", "end_index"}) {
    const auto index = find_value(source, name);
    if (json::is_number(index)) writer.key(name).raw(index);
  }
  writer.end_object();
  return arena.copy(out);
}

std::string_view read_annotations(std::string_view annotations, Arena& arena) {
  std::string out;
  json::Writer writer(out);
  writer.begin_array();
  json::ArrayCursor cursor(annotations);
  while (const auto annotation = cursor.next()) {
    if (const auto citation = read_annotation(*annotation, arena); !citation.empty()) {
      writer.raw(citation);
    }
  }
  writer.end_array();
  return out == "[]" ? std::string_view() : arena.copy(out);
}

bool write_chat_annotation(json::Writer& writer, std::string_view citation) {
  if (find_text(citation, "url").empty()) return false;
  writer.begin_object().member("type", kType).key(kType).begin_object();
  write_members(writer, citation);
  writer.end_object().end_object();
  return true;
}

bool write_responses_annotation(json::Writer& writer, std::string_view citation) {
  if (find_text(citation, "url").empty()) return false;
  writer.begin_object().member("type", kType);
  write_members(writer, citation);
  writer.end_object();
  return true;
}

std::string_view responses_annotation(std::string_view citation, Arena& arena) {
  std::string out;
  json::Writer writer(out);
  return write_responses_annotation(writer, citation) ? arena.copy(out) : std::string_view();
}

}  // namespace tidegate::llm::openai
