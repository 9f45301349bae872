"""Peer reviews: a host cluster's case, its peers, their meeting, findings, recommendations and follow-up."""
