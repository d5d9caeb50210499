// Fetches what a Backend's credentials name: one coroutine per kind of source.
// Thread: the worker's. `config` outlives the fetch, as everything in the context does.
// Errors of all: whatever went wrong on the way, without a secret in it.
#pragma once

#include "async/task.h"
#include "config/credentials.h"
#include "credential/http_caller.h"
#include "credential/material.h"

namespace tidegate::credential {

using FetchTask = async::Task<Result<Material>>;

// REQUIRES: the source yields tokens or AWS keys, and is no list of API keys.
FetchTask fetch(const config::Credentials& credentials, const FetchContext& context);

FetchTask fetch_aws(const config::Aws& aws, const FetchContext& context);
FetchTask fetch_gcp(const config::Gcp& gcp, const FetchContext& context);
FetchTask fetch_azure(const config::Azure& azure, const FetchContext& context);
FetchTask fetch_oauth2(const config::OAuth2& oauth, const FetchContext& context);
FetchTask fetch_exchanged(const config::TokenExchange& exchange, const FetchContext& context);

// Sends the request to `who` and reads the answer as a token (RFC 6749 5.1).
FetchTask fetch_token(std::string_view who, TokenRequest request, const FetchContext& context);

}  // namespace tidegate::credential
