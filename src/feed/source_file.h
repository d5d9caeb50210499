// One resource file: its documents, what they decoded to, and how little is done again when it
// changes.
//
// A changed file is cut into documents and each is compared by hash with the ones before: only
// documents whose text is new are parsed, the others keep the *same* objects. Files never see each
// other; conflicts between them are FileFeed's.
//
// Thread: one owner; the objects are immutable and may be shared.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "decode/decode.h"
#include "resource/problem.h"

namespace tidegate::feed {

enum class Syntax : std::uint8_t { kYaml, kJson };

class SourceFile {
 public:
  // `name` is how the file is shown in problems and sources.
  SourceFile(std::string_view name, Syntax syntax);

  enum class Change : std::uint8_t {
    kSame,
    kContent,  // the same objects by name, in the same order; see take_replacements()
    kDifferent,
  };
  // An object that took the place of another with its name.
  struct Replacement {
    decode::AnyObject before;
    decode::AnyObject now;
  };
  // Takes the file's text, whole. Afterwards objects() and problems() are those of this text.
  Change update(std::string_view text);
  // The file is there but cannot be read; `why` becomes its only problem.
  Change set_unreadable(std::string why);

  // In the order of the text. Objects with errors are left out.
  std::span<const decode::AnyObject> objects() const { return objects_; }
  std::span<const resource::Problem> problems() const { return problems_; }
  const std::shared_ptr<const std::string>& name() const { return name_; }

  // After an update() that said kContent: what it replaced.
  std::vector<Replacement> take_replacements() { return std::move(replacements_); }

  // A hash of the object's kind, namespace and name.
  std::uint64_t key_hash(std::size_t object) const { return key_hashes_[object]; }
  // The line where an object of objects() begins now. Its own Source says where it began when it
  // was parsed, which lags behind when only text above it changed.
  std::uint32_t line_of(std::size_t object) const;

 private:
  // What is known of one document. Its objects and problems are the ones up to the next document's.
  struct Document {
    std::uint64_t hash;
    std::uint32_t first_line;         // now
    std::uint32_t parsed_first_line;  // when its objects were made
    std::uint32_t first_object;
    std::uint32_t first_problem;
  };
  SourceFile(std::shared_ptr<const std::string> name, Syntax syntax);
  // Moves the objects and problems of a document of `from` here.
  void keep(SourceFile& from, std::size_t document, std::uint32_t first_line);
  void parse(std::string_view text, std::uint64_t hash, std::uint32_t first_line);
  // Fills replacements_ from the objects that `before` was left with.
  void find_replacements(std::vector<decode::AnyObject>& before);

  std::shared_ptr<const std::string> name_;
  Syntax syntax_;
  std::vector<Document> documents_;
  std::vector<decode::AnyObject> objects_;
  std::vector<std::uint64_t> key_hashes_;  // of objects_
  std::vector<resource::Problem> problems_;
  std::vector<Replacement> replacements_;
};

}  // namespace tidegate::feed
