#include "llm/dialect/openai/media.h"

#include <array>
#include <utility>

namespace tidegate::llm::openai {
namespace {

using Kind = MediaPart::Kind;
using Source = MediaPart::Source;

struct AudioFormat {
  std::string_view format;
  std::string_view media_type;
};
constexpr std::array kAudioFormats = {
    AudioFormat{"wav", "audio/wav"},   AudioFormat{"mp3", "audio/mpeg"},
    AudioFormat{"mp3", "audio/mp3"},   AudioFormat{"wav", "audio/x-wav"},
    AudioFormat{"wav", "audio/wave"},  AudioFormat{"m4a", "audio/mp4"},
    AudioFormat{"flac", "audio/flac"}, AudioFormat{"ogg", "audio/ogg"},
    AudioFormat{"opus", "audio/opus"}, AudioFormat{"aac", "audio/aac"},
    AudioFormat{"pcm16", "audio/pcm"}, AudioFormat{"aiff", "audio/aiff"},
    AudioFormat{"webm", "audio/webm"}};

std::string_view media_type_of(std::string_view format, Arena& arena) {
  for (const auto& known : kAudioFormats) {
    if (known.format == format) return known.media_type;
  }
  return arena.concat({"audio/", format});
}

std::string_view format_of(std::string_view media_type) {
  for (const auto& known : kAudioFormats) {
    if (known.media_type == media_type) return known.format;
  }
  return media_type.starts_with("audio/") ? media_type.substr(6) : std::string_view("wav");
}

Kind kind_of(std::string_view media_type, Kind otherwise) {
  if (media_type.starts_with("image/")) return Kind::kImage;
  if (media_type.starts_with("audio/")) return Kind::kAudio;
  if (media_type.starts_with("video/")) return Kind::kVideo;
  return media_type.empty() ? otherwise : Kind::kDocument;
}

// Some serialisers write every slash of base64 as \/.
EscapedText without_escapes(EscapedText text, Arena& arena) {
  if (text.bytes.find('\\') == text.bytes.npos) return text;
  return json::escape(json::unescape(text, arena), arena);
}

// A URL, or the data within it (RFC 2397).
void take_url(EscapedText escaped, MediaPart& media, Arena& arena) {
  media.source = Source::kUrl;
  media.data = without_escapes(escaped, arena);
  const auto url = media.data.bytes;
  constexpr std::string_view kScheme = "data:";
  constexpr std::string_view kBase64 = ";base64";
  const auto comma = url.substr(0, 256).find(',');
  if (!url.starts_with(kScheme) || comma == url.npos) return;
  const auto head = url.substr(kScheme.size(), comma - kScheme.size());
  if (!head.ends_with(kBase64) || head.find('\\') != head.npos) return;
  media.source = Source::kBase64;
  media.media_type = head.substr(0, head.find(';'));
  media.kind = kind_of(media.media_type, media.kind);
  media.data.bytes = url.substr(comma + 1);
}

class MediaReader {
 public:
  MediaReader(MediaPart& media, Arena& arena) : media_(media), arena_(arena) {}

  // {"url":"...","detail":"..."}, or the URL alone, as many clients send it.
  Result<void> read_url(const Where& path, std::string_view value) {
    if (json::is_string(value)) {
      take_url({json::unquote(value)}, media_, arena_);
      return {};
    }
    TIDEGATE_TRY_VOID(read_object(value, path));
    TIDEGATE_TRY(url, read_string(find_value(value, "url"), path.member("url")));
    take_url(url, media_, arena_);
    return read_detail(path, find_value(value, "detail"));
  }

  Result<void> read_detail(const Where& path, std::string_view value) {
    if (value.empty()) return {};
    TIDEGATE_TRY(detail, read_word(value, path.member("detail"), arena_));
    media_.detail = detail;
    return {};
  }

  Result<void> read_audio(const Where& path, std::string_view value) {
    TIDEGATE_TRY_VOID(read_object(value, path));
    TIDEGATE_TRY(data, read_string(find_value(value, "data"), path.member("data")));
    TIDEGATE_TRY(format, read_word(find_value(value, "format"), path.member("format"), arena_));
    media_.kind = Kind::kAudio;
    take_url(data, media_, arena_);  // some send a data URL
    media_.source = Source::kBase64;
    if (media_.media_type.empty()) media_.media_type = media_type_of(format, arena_);
    return {};
  }

  Result<void> read_file(const Where& path, std::string_view value) {
    TIDEGATE_TRY_VOID(read_object(value, path));
    media_.kind = Kind::kDocument;
    bool known = false;
    FieldCursor cursor(value, arena_);
    while (const auto item = cursor.next()) {
      const Where at = path.member(item->name);
      if (item->name == "filename") {
        TIDEGATE_TRY(name, read_string(item->value, at));
        media_.name = name;
      } else if (item->name == "file_id") {
        TIDEGATE_TRY(id, read_string(item->value, at));
        media_.source = Source::kFileId;
        media_.data = id;
        known = true;
      } else if (item->name == "file_data" || item->name == "file_url") {
        TIDEGATE_TRY(data, read_string(item->value, at));
        take_url(data, media_, arena_);
        // Bare base64 is taken for a PDF, the one kind that every provider knows.
        if (media_.source == Source::kUrl && item->name == "file_data") {
          media_.source = Source::kBase64;
          media_.media_type = "application/pdf";
        }
        known = true;
      }
    }
    if (!known) return path.refuse("must have a file_id, file_data or file_url");
    return {};
  }

  Result<void> read_input_image(const Where& path, std::string_view part) {
    if (const auto id = find_value(part, "file_id"); !id.empty()) {
      TIDEGATE_TRY(text, read_string(id, path.member("file_id")));
      media_.source = Source::kFileId;
      media_.data = text;
    } else {
      const Where at = path.member("image_url");
      const auto url = find_value(part, "image_url");
      if (url.empty()) return at.refuse("must be a string");
      TIDEGATE_TRY_VOID(read_url(at, url));
    }
    return read_detail(path, find_value(part, "detail"));
  }

 private:
  MediaPart& media_;
  Arena& arena_;
};

std::string_view data_url(const MediaPart& media, std::string_view otherwise, Arena& arena) {
  const auto type = media.media_type.empty() ? otherwise : media.media_type;
  return arena.concat({"data:", type, ";base64,", media.data.bytes});
}

void write_audio(json::Writer& writer, const MediaPart& media) {
  writer.begin_object().member("type", "input_audio").key("input_audio").begin_object();
  writer.member("data", media.data).member("format", format_of(media.media_type));
  writer.end_object().end_object();
}

// A plain text that came as a document.
void write_text(json::Writer& writer, std::string_view type, const MediaPart& media) {
  writer.begin_object().member("type", type).member("text", media.data).end_object();
}

void write_file_data(json::Writer& writer, const MediaPart& media, Arena& arena) {
  const EscapedText name = media.name.empty() ? EscapedText{"document.pdf"} : media.name;
  writer.member("filename", name);
  writer.member("file_data", EscapedText{data_url(media, "application/pdf", arena)});
}

void note_common_losses(const MediaPart& media, Losses& losses) {
  if (!media.context.empty()) losses.add("messages.content.context");
  if (media.citations) losses.add("messages.content.citations");
}

}  // namespace

bool is_media(std::string_view type) {
  constexpr std::array<std::string_view, 6> kTypes = {"image_url", "input_image", "input_audio",
                                                      "file",      "input_file",  "video_url"};
  for (const auto known : kTypes) {
    if (type == known) return true;
  }
  return false;
}

Result<MediaPart> read_media(const Where& path, std::string_view type, std::string_view part,
                             Arena& arena) {
  MediaPart media;
  MediaReader reader(media, arena);
  const auto inner = find_value(part, type);
  const Where at = path.member(type);
  if (type == "input_file") {
    TIDEGATE_TRY_VOID(reader.read_file(path, part));
  } else if (type == "input_image") {
    TIDEGATE_TRY_VOID(reader.read_input_image(path, part));
  } else if (type == "file") {
    TIDEGATE_TRY_VOID(reader.read_file(at, inner));
  } else if (type == "input_audio") {
    TIDEGATE_TRY_VOID(reader.read_audio(at, inner));
  } else {
    if (type == "video_url") media.kind = Kind::kVideo;
    TIDEGATE_TRY_VOID(reader.read_url(at, inner));
  }
  return media;
}

void write_chat_media(json::Writer& writer, const MediaPart& media, Losses& losses, Arena& arena) {
  note_common_losses(media, losses);
  const bool base64 = media.source == Source::kBase64;
  const auto url = base64 ? data_url(media, "image/png", arena) : media.data.bytes;
  if (media.source == Source::kText) {
    write_text(writer, "text", media);
  } else if (media.kind == Kind::kImage && media.source != Source::kFileId) {
    writer.begin_object().member("type", "image_url").key("image_url").begin_object();
    writer.member("url", EscapedText{url});
    if (!media.detail.empty()) writer.member("detail", media.detail);
    writer.end_object().end_object();
  } else if (media.kind == Kind::kAudio && base64) {
    write_audio(writer, media);
  } else if (media.kind == Kind::kVideo && media.source != Source::kFileId) {
    writer.begin_object().member("type", "video_url").key("video_url").begin_object();
    writer.member("url", EscapedText{url}).end_object().end_object();
  } else if (media.kind == Kind::kDocument && media.source != Source::kUrl) {
    writer.begin_object().member("type", "file").key("file").begin_object();
    if (base64) {
      write_file_data(writer, media, arena);
    } else {
      writer.member("file_id", media.data);
    }
    writer.end_object().end_object();
  } else {
    losses.add(base64 ? "messages.content.media" : "messages.content.url");
  }
}

void write_responses_media(json::Writer& writer, const MediaPart& media, Losses& losses,
                           Arena& arena) {
  note_common_losses(media, losses);
  const bool base64 = media.source == Source::kBase64;
  const bool by_id = media.source == Source::kFileId;
  if (media.source == Source::kText) {
    write_text(writer, "input_text", media);
  } else if (media.kind == Kind::kImage) {
    writer.begin_object().member("type", "input_image");
    const auto data = base64 ? data_url(media, "image/png", arena) : media.data.bytes;
    writer.member(by_id ? "file_id" : "image_url", EscapedText{data});
    if (!media.detail.empty()) writer.member("detail", media.detail);
    writer.end_object();
  } else if (media.kind == Kind::kAudio && base64) {
    write_audio(writer, media);
  } else if (media.kind == Kind::kDocument) {
    writer.begin_object().member("type", "input_file");
    if (base64) {
      write_file_data(writer, media, arena);
    } else {
      writer.member(by_id ? "file_id" : "file_url", media.data);
    }
    writer.end_object();
  } else {
    losses.add("messages.content.media");
  }
}

}  // namespace tidegate::llm::openai
