"""Started as ``az`` by the scripts under test: hands its arguments over the loopback to the test's tenant and prints its answer."""

import http.client
import json
import os
import sys

connection = http.client.HTTPConnection(os.environ["AZ_STAND_IN"], timeout=30)
connection.request("POST", "/", json.dumps({"arguments": sys.argv[1:], "stdin": sys.stdin.read()}))
answer = json.load(connection.getresponse())
sys.stdout.write(answer["out"])
sys.stderr.write(answer["err"])
sys.exit(answer["status"])
