"""Stand-ins for the services that the app speaks to: Entra and Microsoft Graph, Proofpoint Essentials, Key Vault, managed
identity, and the Functions host. For the demo, the tests and the benchmarks. Nothing in here imports the app.
"""
