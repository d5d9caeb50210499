#include "feed/file_watcher.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "feed/file_tree.h"

namespace tidegate::feed {
namespace {

constexpr std::uint32_t kMask = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM |
                                IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF |
                                IN_ONLYDIR;
constexpr std::uint32_t kRemoval = IN_DELETE | IN_MOVED_FROM;
constexpr int kReplacementWaitMs = 1;

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// Whether an entry that was just created is complete already: a link. A new regular file is read
// when its writer closes it.
bool is_link(const std::string& path) {
  struct stat status{};
  if (lstat(path.c_str(), &status) != 0) return false;
  return S_ISLNK(status.st_mode) || status.st_nlink > 1;
}

}  // namespace

FileWatcher::FileWatcher() : fd_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

FileWatcher::~FileWatcher() {
  if (fd_ >= 0) close(fd_);
}

void FileWatcher::begin_round() {
  for (auto& [descriptor, watched] : watches_) {
    watched.listing = false;
    watched.named_this_round = false;
    watched.files.clear();
    watched.links.clear();
  }
}

void FileWatcher::end_round() {
  std::erase_if(watches_, [this](const auto& entry) {
    if (entry.second.named_this_round) return false;
    inotify_rm_watch(fd_, entry.first);
    return true;
  });
}

Result<FileWatcher::Watched*> FileWatcher::watch(const std::string& directory) {
  if (fd_ < 0) return fail(ErrorCode::kIo, Origin::kInternal, "cannot be watched: no inotify");
  const int descriptor = inotify_add_watch(fd_, directory.c_str(), kMask);
  if (descriptor < 0) {
    return fail(ErrorCode::kIo, Origin::kInternal,
                fmt::format("cannot be watched: {}", std::generic_category().message(errno)));
  }
  // A directory reached by two paths is one watch; events come under the first.
  Watched& watched = watches_[descriptor];
  if (!watched.named_this_round) watched.path = directory;
  watched.named_this_round = true;
  return &watched;
}

Result<void> FileWatcher::watch_listing(const std::string& directory) {
  TIDEGATE_TRY(watched, watch(directory));
  watched->listing = true;
  return {};
}

Result<void> FileWatcher::watch_file(const std::string& directory, std::string_view name) {
  TIDEGATE_TRY(watched, watch(directory));
  if (!contains(watched->files, name)) watched->files.emplace_back(name);
  return {};
}

Result<void> FileWatcher::watch_link(const std::string& directory, std::string_view name) {
  TIDEGATE_TRY(watched, watch(directory));
  if (!contains(watched->links, name)) watched->links.emplace_back(name);
  return {};
}

FileChanges FileWatcher::take_changes() {
  FileChanges changes;
  Seen seen = Seen::kNothing;
  while (read_events(changes, seen)) {
  }
  if (seen == Seen::kRemoval) {
    pollfd waiting{fd_, POLLIN, 0};
    if (poll(&waiting, 1, kReplacementWaitMs) > 0) {
      while (read_events(changes, seen)) {
      }
    }
  }
  std::ranges::sort(changes.paths);
  const auto repeated = std::ranges::unique(changes.paths);
  changes.paths.erase(repeated.begin(), repeated.end());
  return changes;
}

// Reads one buffer of events. False when there was none.
bool FileWatcher::read_events(FileChanges& changes, Seen& seen) {
  alignas(inotify_event) std::array<char, 16 * 1024> buffer;
  const ssize_t size = fd_ < 0 ? -1 : read(fd_, buffer.data(), buffer.size());
  if (size <= 0) return false;
  const char* at = buffer.data();
  const char* end = at + size;
  while (at < end) {
    inotify_event event;
    std::memcpy(&event, at, sizeof(event));
    const char* name = at + sizeof(event);
    const std::string_view text(name, event.len > 0 ? strnlen(name, event.len) : 0);
    seen = std::max(seen, take_event(event.wd, event.mask, text, changes));
    at = name + event.len;
  }
  return true;
}

FileWatcher::Seen FileWatcher::take_event(int watch, std::uint32_t mask, std::string_view name,
                                          FileChanges& changes) {
  if ((mask & IN_Q_OVERFLOW) != 0) {
    changes.rescan = true;
    return Seen::kChange;
  }
  const auto found = watches_.find(watch);
  if (found == watches_.end()) return Seen::kNothing;
  const Watched& watched = found->second;
  if ((mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED)) != 0) {
    changes.rescan = true;
    if ((mask & IN_IGNORED) != 0) watches_.erase(found);
    return Seen::kRemoval;
  }
  return name.empty() ? Seen::kNothing : take_entry(watched, mask, name, changes);
}

FileWatcher::Seen FileWatcher::take_entry(const Watched& watched, std::uint32_t mask,
                                          std::string_view name, FileChanges& changes) {
  const Seen seen = (mask & kRemoval) != 0 ? Seen::kRemoval : Seen::kChange;
  const bool listed = watched.listing && !is_hidden(name);
  const bool named = contains(watched.files, name);
  if (contains(watched.links, name)) {
    changes.rescan = true;
    return seen;
  }
  if ((mask & IN_ISDIR) != 0) {
    const bool structure = (mask & (IN_CREATE | IN_MOVED_TO | kRemoval)) != 0;
    if (!structure || !(listed || named)) return Seen::kNothing;
    changes.rescan = true;
    return seen;
  }
  const std::string path = join_path(watched.path, name);
  const bool link = (listed || named) && is_link(path);
  const bool resource = named || (listed && find_syntax(name));
  if (!resource && !link) return Seen::kNothing;
  if ((mask & IN_CREATE) != 0 && !link) return Seen::kNothing;
  // A link may lead to a directory, or to a file that must be watched elsewhere from now on.
  changes.rescan = changes.rescan || link;
  if (!link) changes.paths.push_back(path);
  return seen;
}

}  // namespace tidegate::feed
