"""The web: composes everything, is imported by nothing."""
