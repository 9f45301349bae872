"""Longer proofs, each with a printed figure and a variant that fails; samples of them run with the other tests."""
