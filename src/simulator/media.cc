#include "simulator/media.h"

#include <algorithm>
#include <array>

#include "json/cursor.h"

namespace tidegate::simulator {
namespace {

enum class Kind : std::uint8_t { kText, kImage, kDocument, kSound };

struct Mark {
  std::string_view name;
  Kind kind;
};
constexpr std::array kTypes = {
    Mark{"image", Kind::kImage},       Mark{"image_url", Kind::kImage},
    Mark{"input_image", Kind::kImage}, Mark{"document", Kind::kDocument},
    Mark{"file", Kind::kDocument},     Mark{"input_file", Kind::kDocument},
    Mark{"input_audio", Kind::kSound}};
constexpr std::array kMembers = {Mark{"image", Kind::kImage}, Mark{"document", Kind::kDocument},
                                 Mark{"audio", Kind::kSound}};

Kind kind_of_mime(std::string_view data) {
  auto type = json::find_member(data, "mimeType");
  if (!type) type = json::find_member(data, "mime_type");
  const auto text = json::unquote(type.value_or(""));
  if (text.starts_with("image/")) return Kind::kImage;
  return text.starts_with("audio/") ? Kind::kSound : Kind::kDocument;
}

Kind kind_of(std::string_view part) {
  if (!part.starts_with('{')) return Kind::kText;
  if (const auto type = json::find_member(part, "type")) {
    const auto name = json::unquote(*type);
    for (const auto& mark : kTypes) {
      if (mark.name == name) return mark.kind;
    }
    return Kind::kText;
  }
  for (const std::string_view name : {"inlineData", "fileData", "inline_data", "file_data"}) {
    if (const auto data = json::find_member(part, name)) return kind_of_mime(*data);
  }
  for (const auto& mark : kMembers) {
    if (json::find_member(part, mark.name)) return mark.kind;
  }
  return Kind::kText;
}

void add(Media& media, Kind kind, std::string_view part) {
  if (kind == Kind::kText) return;
  media.images += kind == Kind::kImage ? 1 : 0;
  media.documents += kind == Kind::kDocument ? 1 : 0;
  media.sounds += kind == Kind::kSound ? 1 : 0;
  media.bytes += part.size();
}

// Most prompts are words: one look spares them the walk.
bool may_hold_media(std::string_view messages) {
  constexpr std::array<std::string_view, 7> kWords = {"image",      "document",    "file", "audio",
                                                      "inlineData", "inline_data", "File"};
  return std::any_of(kWords.begin(), kWords.end(), [messages](std::string_view word) {
    return messages.find(word) != std::string_view::npos;
  });
}

}  // namespace

Media count_media(std::string_view messages) {
  Media media;
  if (!may_hold_media(messages)) return media;
  json::ArrayCursor all(messages);
  while (const auto message = all.next()) {
    auto content = json::find_member(*message, "content");
    if (!content) content = json::find_member(*message, "parts");
    json::ArrayCursor parts(content.value_or(""));
    while (const auto part = parts.next()) add(media, kind_of(*part), *part);
  }
  return media;
}

}  // namespace tidegate::simulator
