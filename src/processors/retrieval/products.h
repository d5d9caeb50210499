// Searches of products that are known by name, out of a few words of configuration.
// Source: as backend_search.h.   Thread: any.
#pragma once

#include "decode/field_reader.h"
#include "processors/retrieval/backend_search.h"

namespace tidegate::processors::retrieval {

// Each reads the fields of its `retriever.type`; that field itself is taken already.
void read_openai(decode::ObjectReader& object, BackendSearch& out);
void read_qdrant(decode::ObjectReader& object, BackendSearch& out);
void read_elasticsearch(decode::ObjectReader& object, BackendSearch& out);
void read_opensearch(decode::ObjectReader& object, BackendSearch& out);
// A request and pointers of the user's own.
void read_json_search(decode::ObjectReader& object, BackendSearch& out);

}  // namespace tidegate::processors::retrieval
