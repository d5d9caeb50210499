module tidegate/tests/cel

go 1.19

require cel.dev/expr v0.26.0
