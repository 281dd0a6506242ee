"""The bodies of answers: the shapes that other people's tools rely on."""
