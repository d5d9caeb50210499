#include "retrieval/folder.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/ascii.h"
#include "base/utf8.h"

namespace tidegate::retrieval {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 4> kExtensions{".md", ".markdown", ".txt", ".text"};
// Folders within folders.
constexpr int kMaxDepth = 16;

std::unexpected<Error> wrong(const std::string& path, std::string_view what) {
  std::string detail = path;
  ((detail += ": ") += what);
  return fail(ErrorCode::kInvalidConfig, Origin::kInternal, std::move(detail));
}

bool is_document(const fs::path& path) {
  std::string extension = path.extension().string();
  std::ranges::transform(extension, extension.begin(), to_lower);
  return std::ranges::find(kExtensions, extension) != kExtensions.end();
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const CodePoint point = decode_point(text);
    if (!point.valid) return false;
    text.remove_prefix(point.bytes);
  }
  return true;
}

// The documents by their names, at most one more than `most`.
Result<std::vector<fs::path>> list_documents(const std::string& path, std::size_t most) {
  std::error_code error;
  fs::recursive_directory_iterator at(path, error);
  if (error) return wrong(path, error.message());
  std::vector<fs::path> out;
  for (const fs::recursive_directory_iterator end; at != end && out.size() <= most;) {
    const fs::directory_entry& entry = *at;
    const bool is_hidden = entry.path().filename().native().starts_with('.');
    if (is_hidden || at.depth() >= kMaxDepth) at.disable_recursion_pending();
    std::error_code unknown;  // a link that leads nowhere is no file
    if (!is_hidden && is_document(entry.path()) && entry.is_regular_file(unknown)) {
      out.push_back(entry.path());
    }
    at.increment(error);
    if (error) return wrong(path, error.message());
  }
  std::ranges::sort(out);
  return out;
}

// At most `most` bytes and one more.
Result<std::string> read_file(const fs::path& path, std::size_t most) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return wrong(path.string(), "cannot be read");
  std::string text;
  std::array<char, 64 * 1024> buffer;
  while (file && text.size() <= most) {
    file.read(buffer.data(), buffer.size());
    text.append(buffer.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) return wrong(path.string(), "cannot be read");
  return text;
}

// FNV-1a.
class Fingerprint {
 public:
  void add(std::string_view text) {
    for (const char byte : text) mix(static_cast<unsigned char>(byte));
    mix(0x100);
  }
  void add(std::uint64_t number) {
    for (int byte = 0; byte < 8; ++byte) mix(number >> (8 * byte) & 0xff);
  }
  std::uint64_t value() const { return value_; }

 private:
  void mix(std::uint64_t part) { value_ = (value_ ^ part) * 0x100000001b3; }
  std::uint64_t value_ = 0xcbf29ce484222325;
};

}  // namespace

Result<FolderContent> read_folder(const std::string& path, const FolderLimits& limits) {
  TIDEGATE_TRY(files, list_documents(path, limits.max_files));
  if (files.empty()) return wrong(path, "has no .md or .txt files");
  if (files.size() > limits.max_files) {
    return wrong(path, "has more than " + std::to_string(limits.max_files) + " documents");
  }
  FolderContent out;
  std::size_t bytes = 0;
  for (const fs::path& file : files) {
    TIDEGATE_TRY(text, read_file(file, limits.max_bytes - bytes));
    bytes += text.size();
    if (bytes > limits.max_bytes) {
      return wrong(path, "has more than " + std::to_string(limits.max_bytes) + " bytes");
    }
    std::string name = file.lexically_relative(path).string();
    if (!is_utf8(text)) {
      out.skipped.push_back(std::move(name));
      continue;
    }
    out.documents.push_back({std::move(name), std::move(text)});
  }
  if (out.documents.empty()) return wrong(path, "has no document that is UTF-8");
  return out;
}

std::uint64_t fingerprint_folder(const std::string& path) {
  const auto files = list_documents(path, FolderLimits().max_files * 10);
  if (!files) return 0;
  Fingerprint print;
  for (const fs::path& file : *files) {
    std::error_code error;
    print.add(file.native());
    print.add(static_cast<std::uint64_t>(fs::file_size(file, error)));
    print.add(
        static_cast<std::uint64_t>(fs::last_write_time(file, error).time_since_epoch().count()));
  }
  return print.value();
}

}  // namespace tidegate::retrieval
