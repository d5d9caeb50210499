// Notices changes of files through inotify.
//
// It watches directories, never files, so that a file replaced by rename is followed. Which names
// matter is said per directory. Reading events never blocks (but see take_changes); the descriptor
// can be polled by a thread or an event loop.
//
// Thread: one owner.    Source: inotify(7).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.h"

namespace tidegate::feed {

// What happened since it was last asked.
struct FileChanges {
  std::vector<std::string> paths;  // files that were written, replaced or removed; each once
  // Directories came or went, a symbolic link was turned, or events were lost: look at everything
  // again.
  bool rescan = false;
};

class FileWatcher {
 public:
  // Without an inotify instance (the kernel's limit is reached) every watch call fails with kIo.
  FileWatcher();
  ~FileWatcher();
  FileWatcher(const FileWatcher&) = delete;
  FileWatcher& operator=(const FileWatcher&) = delete;

  // Readable when there is something to take; -1 when watching is impossible.
  int fd() const { return fd_; }

  // A new round of watch calls; what is not named again until end_round() is no longer watched.
  void begin_round();
  // Watches a directory for its resource files (by find_syntax) and for directories in it.
  Result<void> watch_listing(const std::string& directory);
  // Watches a directory for one file of any name.
  Result<void> watch_file(const std::string& directory, std::string_view name);
  // Watches a directory for a link of that name, which leads to something that is watched.
  Result<void> watch_link(const std::string& directory, std::string_view name);
  void end_round();

  // Takes all events that are there. When a file vanished, waits up to 1 ms for its replacement,
  // because editors and deployment tools rename the old one away before the new one comes.
  FileChanges take_changes();

 private:
  struct Watched {
    std::string path;
    bool listing = false;
    bool named_this_round = false;
    std::vector<std::string> files;
    std::vector<std::string> links;
  };
  enum class Seen : std::uint8_t { kNothing, kChange, kRemoval };

  Result<Watched*> watch(const std::string& directory);
  bool read_events(FileChanges& changes, Seen& seen);
  Seen take_event(int watch, std::uint32_t mask, std::string_view name, FileChanges& changes);
  static Seen take_entry(const Watched& watched, std::uint32_t mask, std::string_view name,
                         FileChanges& changes);

  int fd_ = -1;
  std::unordered_map<int, Watched> watches_;  // by inotify's descriptor
};

}  // namespace tidegate::feed
