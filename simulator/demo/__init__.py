"""The demo: a whole company in the simulators, the app before them, and on request one search, execution and second search.

It speaks to the app through its HTTP API only, as any other client.
"""
