#include "processors/embeddings.h"

#include "base/check.h"
#include "decode/scalars.h"
#include "embed/lexical.h"
#include "embed/static_embedder.h"
#include "processors/call_target.h"

namespace tidegate::processors {
namespace {

using Type = Embeddings::Type;

constexpr decode::Choice<Type> kTypes[] = {
    {"Static", Type::kStatic}, {"Lexical", Type::kLexical}, {"Backend", Type::kBackend}};

}  // namespace

void read_embeddings(const decode::Node& node, Embeddings& out, AllowBackend allow) {
  decode::ObjectReader object(node);
  object.optional("type", out.type, decode::one_of(kTypes));
  object.optional("file", out.file, decode::Text{.min = 1, .max = 4096});
  if (!out.file.empty() && out.type != Type::kStatic) {
    node.fail("names a file, which only Static has");
  }
  if (out.type != Type::kBackend) return;
  if (allow == AllowBackend::kNo) return node.fail("cannot be of a Backend here");
  object.required("model", out.model, decode::Text{.min = 1, .max = 256});
  object.optional("path", out.path, kCallTarget);
  object.optional("dimensions", out.dimensions,
                  decode::Int<std::uint64_t>{.min = 1, .max = 16'384});
  object.optional("timeout", out.timeout, decode::read_duration);
}

Result<std::unique_ptr<const embed::Embedder>> make_embedder(const Embeddings& choice) {
  TIDEGATE_DCHECK(choice.type != Type::kBackend);
  if (choice.type == Type::kLexical) return std::make_unique<const embed::LexicalEmbedder>();
  if (!choice.file.empty()) return embed::StaticEmbedder::open(choice.file);
  return embed::StaticEmbedder::builtin();
}

}  // namespace tidegate::processors
