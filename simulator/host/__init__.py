"""The Azure Functions host, played: what stands between the outside and the app's functions.

Obeys ``host.json`` as the host does: route prefix, function keys, queue delivery, time-outs. The app runs in the real worker
library where there is one (Python 3.13), below that through its decorated functions; ``backend.Backend`` is the seam.

Not played: retry policies, input and output bindings, scale-out, CORS, streaming, several apps in one process.
"""
