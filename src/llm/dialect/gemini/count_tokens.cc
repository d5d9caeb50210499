#include "llm/dialect/gemini/count_tokens.h"

#include "json/writer.h"
#include "llm/dialect/gemini/fields.h"

namespace tidegate::llm::gemini {

Result<void> read_count_tokens_request(std::string_view body, const PathFacts& path,
                                       Conversation& conversation, Arena& arena) {
  const auto whole = find_field(body, "generateContentRequest");
  return read_generate_content_request(json::is_object(whole) ? whole : body, path, conversation,
                                       arena);
}

void write_count_tokens_request(const Conversation& conversation, const Target& target,
                                CountForm form, std::string& out, Losses& losses) {
  if (form == CountForm::kVertexAi) {
    write_generate_content_request(conversation, target, out, losses);
    return;
  }
  std::string request;
  write_generate_content_request(conversation, target, request, losses);
  out += "{\"generateContentRequest\":{\"model\":";
  json::Writer(out).string("models/" + std::string(target.model));
  // A request always has members: contents at least.
  out += ',';
  out.append(request, 1);
  out += '}';
}

}  // namespace tidegate::llm::gemini
