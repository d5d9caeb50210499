#include "waf/upload.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/ascii.h"

namespace tidegate::waf {
namespace {

using namespace std::string_view_literals;

enum Kind : std::size_t {
  kPng,
  kJpeg,
  kGif,
  kWebp,
  kBmp,
  kTiff,
  kIcon,
  kIsoMedia,
  kPdf,
  kZip,
  kGzip,
  kBzip,
  kXz,
  kSevenZip,
  kRar,
  kTar,
  kOle,
  kElf,
  kPe,
  kMachO,
  kJavaClass,
  kWasm,
  kScript,
  kShortcut,
  kWav,
  kAvi,
  kOgg,
  kFlac,
  kMp3,
  kMatroska,
  kFont,
  kSqlite,
  kPostScript,
  kText,
  kKinds
};

constexpr std::array<Format, kKinds> kFormats = {{
    {"png", " png apng ", " image/png image/apng "},
    {"jpeg", " jpg jpeg jpe jfif ", " image/jpeg image/jpg image/pjpeg "},
    {"gif", " gif ", " image/gif "},
    {"webp", " webp ", " image/webp "},
    {"bmp", " bmp dib ", " image/bmp image/x-ms-bmp "},
    {"tiff", " tif tiff ", " image/tiff "},
    {"icon", " ico cur ", " image/x-icon image/vnd.microsoft.icon "},
    {"iso-media", " mp4 m4a m4v mov 3gp heic heif avif ",
     " video/mp4 audio/mp4 video/quicktime image/heic image/heif image/avif video/3gpp "
     "audio/x-m4a "},
    {"pdf", " pdf ", " application/pdf "},
    {"zip", " zip docx xlsx pptx odt ods odp epub apk jar kmz cbz vsdx ",
     " application/zip application/x-zip-compressed "
     "application/vnd.openxmlformats-officedocument.wordprocessingml.document "
     "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet "
     "application/vnd.openxmlformats-officedocument.presentationml.presentation "
     "application/vnd.oasis.opendocument.text application/epub+zip "},
    {"gzip", " gz tgz ", " application/gzip application/x-gzip "},
    {"bzip2", " bz2 ", " application/x-bzip2 "},
    {"xz", " xz ", " application/x-xz "},
    {"7z", " 7z ", " application/x-7z-compressed "},
    {"rar", " rar ", " application/vnd.rar application/x-rar-compressed "},
    {"tar", " tar ", " application/x-tar "},
    {"ole", " doc xls ppt msg msi ",
     " application/msword application/vnd.ms-excel application/vnd.ms-powerpoint "},
    {"elf", " elf so bin ", " application/x-executable application/x-elf ", true},
    {"pe", " exe dll sys scr ", " application/x-msdownload application/x-dosexec ", true},
    {"mach-o", " dylib ", " application/x-mach-binary ", true},
    {"java-class", " class ", " application/java-vm ", true},
    {"wasm", " wasm ", " application/wasm ", true},
    {"script", " sh py pl rb ", " application/x-sh text/x-shellscript text/x-python ", true},
    {"shortcut", " lnk ", " application/x-ms-shortcut ", true},
    {"wav", " wav ", " audio/wav audio/x-wav audio/wave "},
    {"avi", " avi ", " video/x-msvideo "},
    {"ogg", " ogg oga ogv opus ", " audio/ogg video/ogg application/ogg "},
    {"flac", " flac ", " audio/flac "},
    {"mp3", " mp3 ", " audio/mpeg audio/mp3 "},
    {"matroska", " mkv webm mka ", " video/webm audio/webm video/x-matroska "},
    {"font", " woff woff2 otf ttf ", " font/woff font/woff2 font/otf font/ttf "},
    {"sqlite", " sqlite sqlite3 db ", " application/vnd.sqlite3 "},
    {"postscript", " ps eps ", " application/postscript "},
    {"text",
     " txt csv tsv md json jsonl xml html htm svg css js yaml yml log ini toml ics vcf sh py pl rb "
     "srt vtt eps ps ",
     " text/plain text/csv application/json application/xml text/xml image/svg+xml text/html "
     "text/markdown application/x-yaml text/calendar application/x-sh text/x-python "},
}};

struct Magic {
  Kind kind;
  std::size_t at;
  std::string_view bytes;
};

constexpr Magic kMagics[] = {{kPng, 0, "\x89PNG\r\n\x1a\n"sv},
                             {kJpeg, 0, "\xff\xd8\xff"sv},
                             {kGif, 0, "GIF87a"sv},
                             {kGif, 0, "GIF89a"sv},
                             {kWebp, 8, "WEBP"sv},
                             {kWav, 8, "WAVE"sv},
                             {kAvi, 8, "AVI "sv},
                             {kTiff, 0, "II*\0"sv},
                             {kTiff, 0, "MM\0*"sv},
                             {kIcon, 0, "\0\0\1\0"sv},
                             {kIcon, 0, "\0\0\2\0"sv},
                             {kIsoMedia, 4, "ftyp"sv},
                             {kPdf, 0, "%PDF-"sv},
                             {kZip, 0, "PK\3\4"sv},
                             {kZip, 0, "PK\5\6"sv},
                             {kGzip, 0, "\x1f\x8b"sv},
                             {kBzip, 0, "BZh"sv},
                             {kXz, 0,
                              "\xfd"
                              "7zXZ\0"sv},
                             {kSevenZip, 0, "7z\xbc\xaf\x27\x1c"sv},
                             {kRar, 0, "Rar!\x1a\x07"sv},
                             {kTar, 257, "ustar"sv},
                             {kOle, 0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv},
                             {kElf, 0,
                              "\x7f"
                              "ELF"sv},
                             {kMachO, 0, "\xfe\xed\xfa\xce"sv},
                             {kMachO, 0, "\xfe\xed\xfa\xcf"sv},
                             {kMachO, 0, "\xce\xfa\xed\xfe"sv},
                             {kMachO, 0, "\xcf\xfa\xed\xfe"sv},
                             {kJavaClass, 0, "\xca\xfe\xba\xbe"sv},
                             {kWasm, 0, "\0asm"sv},
                             {kScript, 0, "#!"sv},
                             {kShortcut, 0, "L\0\0\0\x01\x14\x02\0"sv},
                             {kOgg, 0, "OggS"sv},
                             {kFlac, 0, "fLaC"sv},
                             {kMp3, 0, "ID3"sv},
                             {kMp3, 0, "\xff\xfb"sv},
                             {kMp3, 0, "\xff\xf3"sv},
                             {kMatroska, 0, "\x1a\x45\xdf\xa3"sv},
                             {kFont, 0, "wOFF"sv},
                             {kFont, 0, "wOF2"sv},
                             {kFont, 0, "OTTO"sv},
                             {kFont, 0, "\0\1\0\0\0"sv},
                             {kSqlite, 0, "SQLite format 3\0"sv},
                             {kPostScript, 0, "%!PS"sv}};

// How much of a file tells whether it is text.
constexpr std::size_t kTextBytes = 1024;

std::string item(std::string_view word) {
  std::string out = " ";
  std::ranges::transform(word, std::back_inserter(out), to_lower);
  return out + ' ';
}

// Whether `word` is in the list of this format, or in none of all.
bool fits(const Format* format, std::string_view word, std::string_view Format::* list) {
  const auto wanted = item(word);
  if (format != nullptr && (format->*list).contains(wanted)) return true;
  return std::ranges::none_of(kFormats,
                              [&](const Format& one) { return (one.*list).contains(wanted); });
}

}  // namespace

std::span<const Format> formats() { return kFormats; }

const Format* find_format(std::string_view content) {
  for (const auto& magic : kMagics) {
    if (content.size() >= magic.at && content.substr(magic.at).starts_with(magic.bytes))
      return &kFormats[magic.kind];
  }
  // Two letters that texts begin with too: the rest of the head tells.
  if (content.starts_with("MZ") && content.substr(0, kTextBytes).contains('\0'))
    return &kFormats[kPe];
  if (content.starts_with("BM") && content.substr(0, 32).contains('\0')) return &kFormats[kBmp];
  if (content.empty() || content.substr(0, kTextBytes).contains('\0')) return nullptr;
  return &kFormats[kText];
}

bool fits_name(const Format* format, std::string_view file_name) {
  const auto dot = file_name.rfind('.');
  if (dot == file_name.npos || dot + 1 == file_name.size()) return true;
  return fits(format, file_name.substr(dot + 1), &Format::extensions);
}

bool fits_type(const Format* format, std::string_view media_type) {
  return media_type.empty() || fits(format, media_type, &Format::types);
}

}  // namespace tidegate::waf
