"""Administration: saved options, exemptions, the audit, the checks of a deployment, and why an address is as it is."""
