#include "llm/dialect/gemini/grounding.h"

#include <algorithm>
#include <string>

#include "llm/dialect/gemini/fields.h"

namespace tidegate::llm::gemini {
namespace {

using json::EscapedText;
using json::Writer;

constexpr std::size_t kMaxCitations = 256;

struct Source {
  std::string_view url;
  std::string_view title;
};

std::vector<Source> find_sources(std::string_view metadata) {
  std::vector<Source> sources;
  json::ArrayCursor chunks(find_field(metadata, "groundingChunks"));
  while (const auto chunk = chunks.next()) {
    auto from = find_field(*chunk, "web");
    if (from.empty()) from = find_field(*chunk, "retrievedContext");
    sources.push_back({find_text(from, "uri"), find_text(from, "title")});
  }
  return sources;
}

std::string_view make_citation(const Source& source, std::string_view cited, Arena& arena) {
  std::string out;
  Writer writer(out);
  writer.begin_object().member("type", "web_search_result_location");
  writer.member("url", EscapedText{source.url}).member("title", EscapedText{source.title});
  writer.member("cited_text", EscapedText{cited}).end_object();
  return arena.copy(out);
}

}  // namespace

std::vector<std::string_view> read_grounding(std::string_view metadata, Arena& arena) {
  const auto sources = find_sources(metadata);
  std::vector<std::string_view> citations;
  json::ArrayCursor supports(find_field(metadata, "groundingSupports"));
  while (const auto support = supports.next()) {
    const auto cited = find_text(find_field(*support, "segment"), "text");
    json::ArrayCursor indices(find_field(*support, "groundingChunkIndices"));
    while (const auto index = indices.next()) {
      const auto at = json::parse_uint(*index);
      if (!at || *at >= sources.size() || citations.size() >= kMaxCitations) continue;
      citations.push_back(make_citation(sources[*at], cited, arena));
    }
  }
  if (!citations.empty()) return citations;
  for (const auto& source : sources) {
    if (citations.size() < kMaxCitations) citations.push_back(make_citation(source, "", arena));
  }
  return citations;
}

bool write_grounding(Writer& writer, std::string_view name,
                     std::span<const std::string_view> citations) {
  std::vector<std::string_view> urls;
  for (const auto citation : citations) {
    const auto url = json::unquote(json::find_member(citation, "url").value_or(""));
    if (!url.empty() && std::ranges::find(urls, url) == urls.end()) urls.push_back(url);
  }
  if (urls.empty()) return false;
  writer.key(name).begin_object().key("groundingChunks").begin_array();
  for (const auto url : urls) {
    const auto of_url = std::ranges::find_if(citations, [&](std::string_view citation) {
      return json::unquote(json::find_member(citation, "url").value_or("")) == url;
    });
    const auto title = json::find_member(*of_url, "title").value_or("\"\"");
    writer.begin_object().key("web").begin_object().member("uri", EscapedText{url});
    writer.key("title").raw(json::is_string(title) ? title : "\"\"").end_object().end_object();
  }
  writer.end_array().key("groundingSupports").begin_array();
  for (const auto citation : citations) {
    const auto url = json::unquote(json::find_member(citation, "url").value_or(""));
    const auto cited = json::unquote(json::find_member(citation, "cited_text").value_or(""));
    if (url.empty() || cited.empty()) continue;
    const auto at = std::ranges::find(urls, url) - urls.begin();
    writer.begin_object().key("segment").begin_object().member("text", EscapedText{cited});
    writer.end_object().key("groundingChunkIndices").begin_array();
    writer.number(static_cast<std::uint64_t>(at)).end_array().end_object();
  }
  writer.end_array().end_object();
  return true;
}

}  // namespace tidegate::llm::gemini
