#include "llm/dialect/bedrock/citations.h"

#include <algorithm>
#include <array>
#include <string>

#include "json/cursor.h"
#include "json/value.h"
#include "llm/dialect/bedrock/block.h"

namespace tidegate::llm::bedrock {
namespace {

// How the two say the same place.
struct Place {
  std::string_view member;  // of location
  std::string_view index;   // member of it
  std::string_view type;    // between
  std::string_view between_index;
  std::string_view between_start;
  std::string_view between_end;
};
constexpr std::array kPlaces{
    Place{"documentChar", "documentIndex", "char_location", "document_index", "start_char_index",
          "end_char_index"},
    Place{"documentPage", "documentIndex", "page_location", "document_index", "start_page_number",
          "end_page_number"},
    Place{"documentChunk", "documentIndex", "content_block_location", "document_index",
          "start_block_index", "end_block_index"},
    Place{"searchResultLocation", "searchResultIndex", "search_result_location",
          "search_result_index", "start_block_index", "end_block_index"},
};
constexpr std::string_view kWeb = "web_search_result_location";

std::string_view member(std::string_view object, std::string_view name) {
  return json::find_member(object, name).value_or("");
}

// Copies a member, whatever it is, under another name.
void copy(json::Writer& writer, std::string_view name, std::string_view value) {
  if (!value.empty() && !json::is_null(value)) writer.key(name).raw(value);
}

void copy_text(json::Writer& writer, std::string_view name, std::string_view value) {
  if (json::is_string(value)) writer.key(name).raw(value);
}

// The texts of sourceContent, one after another, as the inside of a JSON string.
std::string cited_text(std::string_view source_content) {
  std::string text;
  json::ArrayCursor cursor(source_content);
  while (const auto part = cursor.next()) text += json::unquote(member(*part, "text"));
  return text;
}

}  // namespace

std::string_view read_citation(std::string_view citation, Arena& arena) {
  const auto [where, value] = find_union_member(member(citation, "location"));
  const auto place = std::ranges::find(kPlaces, where, &Place::member);
  const bool web = where == "web";
  if (place == kPlaces.end() && !web) return {};
  std::string out;
  json::Writer writer(out);
  const auto text = cited_text(member(citation, "sourceContent"));
  writer.begin_object().member("type", web ? kWeb : place->type);
  writer.member("cited_text", json::EscapedText{text});
  if (web) {
    copy_text(writer, "url", member(value, "url"));
    copy_text(writer, "title", member(citation, "title"));
  } else {
    copy(writer, place->between_index, member(value, place->index));
    const bool document = place->index == "documentIndex";
    copy_text(writer, document ? "document_title" : "title", member(citation, "title"));
    if (!document) copy_text(writer, "source", member(citation, "source"));
    copy(writer, place->between_start, member(value, "start"));
    copy(writer, place->between_end, member(value, "end"));
  }
  writer.end_object();
  return arena.copy(out);
}

std::string_view read_citations(std::string_view citations, Arena& arena) {
  std::string out;
  json::ArrayCursor cursor(citations);
  while (const auto citation = cursor.next()) {
    const auto read = read_citation(*citation, arena);
    if (read.empty()) continue;
    out += out.empty() ? "[" : ",";
    out += read;
  }
  if (out.empty()) return {};
  return arena.copy(out + "]");
}

bool write_citation(json::Writer& writer, std::string_view citation) {
  const auto type = json::unquote(member(citation, "type"));
  const auto place = std::ranges::find(kPlaces, type, &Place::type);
  const bool web = type == kWeb && json::is_string(member(citation, "url"));
  if (place == kPlaces.end() && !web) return false;
  writer.begin_object();
  const auto title = member(citation, "title");
  copy_text(writer, "title", json::is_string(title) ? title : member(citation, "document_title"));
  copy_text(writer, "source", member(citation, "source"));
  writer.key("sourceContent").begin_array();
  if (const auto text = member(citation, "cited_text"); json::is_string(text)) {
    writer.begin_object().key("text").raw(text).end_object();
  }
  writer.end_array().key("location").begin_object();
  if (web) {
    writer.key("web").begin_object();
    copy(writer, "url", member(citation, "url"));
  } else {
    writer.key(place->member).begin_object();
    copy(writer, place->index, member(citation, place->between_index));
    copy(writer, "start", member(citation, place->between_start));
    copy(writer, "end", member(citation, place->between_end));
  }
  writer.end_object().end_object().end_object();
  return true;
}

}  // namespace tidegate::llm::bedrock
