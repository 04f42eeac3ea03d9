"""Stand-ins that pass the same conformance tests as the real thing."""
