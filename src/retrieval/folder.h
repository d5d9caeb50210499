// A folder of documents on this machine's disk, read when a configuration is loaded.
//
// Text and Markdown, in folders within it too. What begins with a dot is passed over, so that a
// ConfigMap that is mounted (links into "..data") comes once. Links to files are followed, links to
// folders are not, but for the folder itself.   Thread: blocks on the disk: never a worker's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "retrieval/passage_index.h"

namespace tidegate::retrieval {

struct FolderLimits {
  std::size_t max_files = 1000;
  std::size_t max_bytes = 16 * 1024 * 1024;  // of all files together
};

struct FolderContent {
  std::vector<Document> documents;   // by their names
  std::vector<std::string> skipped;  // names of files that are no UTF-8
};

// Errors: kInvalidConfig, origin internal: it is not there or cannot be read, has no documents, or
// more than the limits say; a part of what somebody relies on is not taken for all of it.
Result<FolderContent> read_folder(const std::string& path, const FolderLimits& limits);

// Another number where a file was added, taken away or written: of names, sizes and times. 0: it
// cannot be read.
std::uint64_t fingerprint_folder(const std::string& path);

}  // namespace tidegate::retrieval
