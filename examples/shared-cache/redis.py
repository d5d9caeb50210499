"""The Redis of this example, for its test: redis.py PORT."""

import os
import sys

os.execvp("redis-server", ["redis-server", "--bind", "127.0.0.1", "--port", sys.argv[1], "--save", "",
                           "--requirepass", "of-this-example"])
