//go:build tools

package cel

import _ "cel.dev/expr"
