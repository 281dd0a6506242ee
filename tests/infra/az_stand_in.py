"""Started as ``az`` by the scripts under test: hands its arguments to the address that comes first, and prints the answer."""

import http.client
import json
import sys

connection = http.client.HTTPConnection(sys.argv[1], timeout=30)
connection.request("POST", "/", json.dumps({"arguments": sys.argv[2:], "stdin": sys.stdin.read()}))
answer = json.load(connection.getresponse())
sys.stdout.write(answer["out"])
sys.stderr.write(answer["err"])
sys.exit(answer["status"])
