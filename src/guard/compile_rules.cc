// Compiles the built-in rules: runs when the project is built, since it takes seconds.
//
//   compile_rules prompt|web RULES.bin SOURCE.cc    writes the compiled form, and the source that
//   embeds it
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "guard/rule_file.h"
#include "patterns/pattern_set.h"

namespace {

void write(const char* path, std::string_view bytes) {
  std::FILE* out = std::fopen(path, "wb");
  if (out == nullptr || std::fwrite(bytes.data(), 1, bytes.size(), out) != bytes.size() ||
      std::fclose(out) != 0) {
    fmt::print(stderr, "cannot write {}\n", path);
    std::exit(1);
  }
}

// The bytes are taken in by the assembler, which is quick, and which no version of the compiler
// does wrongly. Their hash is part of the source, for caches of compilers.
std::string source_of(std::string_view kind, std::string_view file, std::string_view bytes) {
  return fmt::format(R"source(// Made by compile_rules.cc: {0:016x}.
#include "guard/builtin_rules.h"

asm(R"(
  .section .rodata.tidegate_{1}_rules, "a"
  .balign 64
tidegate_{1}_rules:
  .incbin "{2}"
  .previous
)");

extern "C" const char tidegate_{1}_rules[];

namespace tidegate::guard {{

std::string_view compiled_{1}_rules() {{ return {{tidegate_{1}_rules, {3}}}; }}

}}  // namespace tidegate::guard
)source",
                     std::hash<std::string_view>()(bytes), kind, file, bytes.size());
}

}  // namespace

int main(int argc, char** argv) {
  using namespace tidegate;
  if (argc != 4) return 1;
  const std::string_view kind = argv[1];
  const auto rules = kind == "web" ? guard::builtin_web_rules() : guard::builtin_prompt_rules();
  if (!rules) {
    fmt::print(stderr, "{}\n", rules.error().detail);
    return 1;
  }
  const auto stored = patterns::PatternSet::store(guard::patterns_of(*rules));
  if (!stored) {
    fmt::print(stderr, "{}\n", stored.error().detail);
    return 1;
  }
  write(argv[2], *stored);
  write(argv[3], source_of(kind, std::filesystem::path(argv[2]).filename().string(), *stored));
  return 0;
}
