// Retrieval: passages of documents that may answer what a user asks, put before the model (RAG).
//
// They come out of a folder of documents that is kept in memory (src/retrieval), or from a Backend:
// a vector store, a search engine, anything that answers in JSON. What is retrieved is data that
// somebody else has written: it is marked as such, and a guard may look at it first.
// Thread: a factory is shared; one processor per exchange.   Source: docs/reference/retrieval.md.
#pragma once

#include "pipeline/catalog.h"

namespace tidegate::processors::retrieval {

// The row of the catalog.
pipeline::BuiltinProcessor retrieval();

}  // namespace tidegate::processors::retrieval
