//go:build tools

package ext_proc

import _ "istio.io/istio/pkg/test/echo/cmd/server"
