// Resources from files: loads them, watches them, and keeps the last good set while they are wrong.
//
//   FileFeed feed({"/etc/tidegate"});
//   auto update = feed.load();                    // everything
//   poll(feed.watch_fd()) ... feed.poll_changes() // what changed since, without blocking
//
// The rule for bad files: while any problem of severity error exists, the whole set that was good
// before stays in effect, and every problem of every file is reported at once. An object that did
// not change keeps its pointer from one set to the next, so that a compiler can see what to leave
// alone.
//
// Thread: one owner at a time; the sets are immutable and free to share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "feed/file_reader.h"
#include "feed/file_watcher.h"
#include "feed/source_file.h"
#include "resource/problem.h"
#include "resource/resource_set.h"

namespace tidegate::feed {

enum class Effect : std::uint8_t {
  kApplied,    // `resources` is new
  kUnchanged,  // the files say what they said before
  kKept,       // there are errors: `resources` is the last good set
};

struct Update {
  Effect effect = Effect::kUnchanged;
  // Null only as long as there never was a set without errors.
  std::shared_ptr<const resource::ResourceSet> resources;
  std::vector<resource::Problem> problems;  // of all files, warnings too
};

class FileFeed {
 public:
  // Files, and directories with every .yaml, .yml and .json below them. Order matters to nothing
  // but the order within the set. Nothing is read yet.
  explicit FileFeed(std::vector<std::string> paths);

  // Reads every file, and watches from now on.
  Update load();
  // Reads these files again and no others; files below the directories may be new or gone. What is
  // neither makes it look through all directories, still reading only files whose size, inode or
  // times changed.
  Update reload(std::span<const std::string> changed);

  // Readable when poll_changes() has something to do; -1 when the system does not let us watch.
  int watch_fd() const { return watcher_.fd(); }
  // Takes what happened to the files. Absent when nothing that matters did. Never blocks for more
  // than 1 ms beside reading files.
  std::optional<Update> poll_changes();

 private:
  struct File {
    SourceFile source;
    std::size_t root = 0;
    std::optional<Stamp> stamp;  // of when it was read
    const std::string& path() const { return *source.name(); }
  };
  using Files = std::vector<std::unique_ptr<File>>;

  Update rescan();
  // Takes a changed path in without looking at any other. False when that cannot tell what it
  // means.
  bool take_path(const std::string& path);
  // Reads a file into its SourceFile. False when it is gone.
  bool read(File& file);
  // Takes a file out of the accounts, before it goes.
  void forget(const File& file);
  Update assemble();
  std::vector<resource::Problem> collect_problems();
  std::shared_ptr<resource::ResourceSet> make_set() const;

  std::vector<std::string> roots_;
  FileWatcher watcher_;
  Files files_;  // in the order of list_files
  std::unordered_map<std::string, File*> by_path_;
  std::vector<resource::Problem> tree_problems_;
  std::shared_ptr<const resource::ResourceSet> good_;
  // What happened since good_ was made: objects took others' places, or anything else.
  std::vector<SourceFile::Replacement> replacements_;
  bool other_set_ = true;
  // Which objects are defined twice, and whether that must be found out again.
  std::vector<resource::Problem> duplicates_;
  bool other_names_ = true;
  std::size_t files_with_problems_ = 0;
};

}  // namespace tidegate::feed
