"""From facts to sockets: delivery and presence, no relations of the field."""
