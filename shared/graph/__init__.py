"""Reads Entra through Microsoft Graph: token, transport with throttling, readers. Knows the model and the errors only."""

from shared.graph.allowance import Allowance
from shared.graph.client import GraphClient, Permission
from shared.graph.credentials import CertificateCredential, Credential, FederatedCredential, SecretCredential
from shared.graph.evidence import GraphEvidence
from shared.graph.reader import GraphReader
from shared.graph.token_http import MsalHttp
from shared.graph.tokens import AccessToken, EntraTokens, TokenSource

__all__ = [
    "AccessToken",
    "Allowance",
    "CertificateCredential",
    "Credential",
    "EntraTokens",
    "FederatedCredential",
    "GraphClient",
    "GraphEvidence",
    "GraphReader",
    "MsalHttp",
    "Permission",
    "SecretCredential",
    "TokenSource",
]
