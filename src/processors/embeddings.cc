#include "processors/embeddings.h"

#include "decode/scalars.h"
#include "embed/lexical.h"
#include "embed/static_embedder.h"

namespace tidegate::processors {
namespace {

constexpr decode::Choice<Embeddings::Type> kTypes[] = {{"Static", Embeddings::Type::kStatic},
                                                       {"Lexical", Embeddings::Type::kLexical}};

}  // namespace

void read_embeddings(const decode::Node& node, Embeddings& out) {
  decode::ObjectReader object(node);
  object.optional("type", out.type, decode::one_of(kTypes));
  object.optional("file", out.file, decode::Text{.min = 1, .max = 4096});
  if (!out.file.empty() && out.type == Embeddings::Type::kLexical) {
    node.fail("names a file, which Lexical has not");
  }
}

Result<std::unique_ptr<const embed::Embedder>> make_embedder(const Embeddings& choice) {
  if (choice.type == Embeddings::Type::kLexical) {
    return std::make_unique<const embed::LexicalEmbedder>();
  }
  if (!choice.file.empty()) return embed::StaticEmbedder::open(choice.file);
  return embed::StaticEmbedder::builtin();
}

}  // namespace tidegate::processors
