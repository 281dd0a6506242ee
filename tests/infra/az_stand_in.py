"""Started as ``az`` by the scripts under test: hands its arguments to the address that comes first, and prints the answer."""

import http.client
import json
import os
import sys

connection = http.client.HTTPConnection(sys.argv[1], timeout=30)
asked = {"arguments": sys.argv[2:], "stdin": sys.stdin.read(), "environment": dict(os.environ)}
connection.request("POST", "/", json.dumps(asked))
answer = json.load(connection.getresponse())
sys.stdout.write(answer["out"])
sys.stderr.write(answer["err"])
sys.exit(answer["status"])
